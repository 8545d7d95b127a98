//! A share as a bar.

use leptos::prelude::*;
use miorai_model::digits::fixed;

/// Whether a bar is in its good or in its bad part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Below the limit.
    Good,
    /// At the limit or beyond.
    Bad,
}

impl Level {
    /// The level of `value` measured against a limit.
    pub fn of(value: f64, limit: f64) -> Self {
        if value < limit { Self::Good } else { Self::Bad }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Good => "meter-fill",
            Self::Bad => "meter-fill bad",
        }
    }
}

/// A bar that is filled by `share` (0 to 1). What it means stands in words beside it.
#[component]
pub fn Meter(
    /// The filled part, 0 to 1; empty while there is none.
    #[prop(into)]
    share: Signal<Option<f64>>,
    /// The value from which on it is bad.
    limit: f64,
) -> impl IntoView {
    let share = Memo::new(move |_| (share.get().unwrap_or(0.0).clamp(0.0, 1.0) * 1_000.0).round() / 1_000.0);
    let class = move || Level::of(share.get(), limit).class();
    let width = move || format!("{}%", fixed(share.get() * 100.0, 1));
    view! {
        <span class="meter" aria-hidden="true">
            <span class=class style:width=width></span>
        </span>
    }
}
