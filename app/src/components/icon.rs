//! Line icons as inline SVG: one set, drawn on a grid of 24.

use leptos::prelude::*;

/// The icons there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Four tiles.
    Overview,
    /// A screen.
    System,
    /// A pulse.
    Api,
    /// Three layers.
    Cache,
    /// A cylinder.
    Database,
    /// A line between two axes.
    Custom,
    /// A tick in a circle.
    Status,
    /// Two sliders.
    Settings,
    /// An opened book.
    Docs,
    /// Half a disc.
    Theme,
    /// Two bars.
    Pause,
    /// A triangle.
    Play,
    /// Three lines.
    Menu,
    /// A cross.
    Close,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "M4 4h6v8H4zM14 4h6v5h-6zM14 13h6v7h-6zM4 16h6v4H4z",
            Self::System => "M3 5h18v11H3zM9 20h6M12 16v4",
            Self::Api => "M3 12h4l3-8 4 16 3-8h4",
            Self::Database => "M4 6a8 3 0 0 1 16 0a8 3 0 0 1-16 0v12a8 3 0 0 0 16 0V6M4 12a8 3 0 0 0 16 0",
            Self::Cache => "M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5",
            Self::Custom => "M4 4v16h16M8 15l3-5 3 3 5-7",
            Self::Status => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM8 12.5l2.8 2.8L16 9.5",
            Self::Settings => "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
            Self::Docs => {
                "M12 6.5C10 5 7 4.5 3.5 4.5v14c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2v-14c-3.5 0-6.5.5-8.5 2zM12 6.5v14"
            }
            Self::Theme => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM12 3v18M12 8l6-3M12 13l8.5-4M12 18l8.5-4",
            Self::Pause => "M8 5v14M16 5v14",
            Self::Play => "M7 4.5v15l12-7.5z",
            Self::Menu => "M4 6h16M4 12h16M4 18h16",
            Self::Close => "M6 6l12 12M18 6L6 18",
        }
    }
}

/// Draws an icon in the colour of the text around it. It says nothing to screen readers: the words beside it do.
#[component]
pub fn Glyph(
    /// Which one.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=icon.path() />
        </svg>
    }
}
