//! What stands around every page: the sidebar, the top line, and the bar that says when the connection is lost.

use crate::{
    address::Address,
    components::{
        icon::{Glyph, Icon},
        inert::inert,
        range::RangeChoice,
        time_of_day::clock,
    },
    dashboard::{Connection, Dashboard},
    theme::Theme,
};
use leptos::prelude::*;
use miorai_model::Timestamp;

/// The pages of the sidebar: address, title, icon, and the letter that leads there after `g`.
pub const PAGES: [(&str, &str, Icon, &str); 7] = [
    ("/", "Overview", Icon::Overview, "o"),
    ("/system", "System", Icon::System, "s"),
    ("/api", "API", Icon::Api, "a"),
    ("/cache", "Cache", Icon::Cache, "c"),
    ("/database", "Database", Icon::Database, "d"),
    ("/custom", "Custom metrics", Icon::Custom, "m"),
    ("/settings", "Settings", Icon::Settings, "e"),
];

/// Sidebar, top line and the place for the page.
#[component]
pub fn PageFrame(children: Children) -> impl IntoView {
    view! {
        <a class="skip" href="#content">"Skip to the content"</a>
        <Sidebar />
        <div class="stage">
            <TopLine />
            <ConnectionBar />
            <main id="content" tabindex="-1">{children()}</main>
        </div>
        <KeyHelp />
    }
}

#[component]
fn Sidebar() -> impl IntoView {
    let path = Address::here().path();
    view! {
        <nav id="sidebar" class="sidebar" popover="auto" aria-label="Pages" inner_html=inert(|| navigation(&path))></nav>
    }
}

fn navigation(path: &str) -> impl IntoView + use<> {
    let current = |href: &str| (path == href).then_some("page");
    let pages = PAGES.map(|(href, title, icon, _)| {
        view! {
            <li>
                <a href=href aria-current=current(href)>
                    <Glyph icon />
                    {title}
                </a>
            </li>
        }
    });
    view! {
            <a class="brand" href="/">
                <span class="brand-mark" aria-hidden="true">"◆"</span>
                "Miorai"
            </a>
            <ul class="nav">
                {pages.collect_view()}
                <li>
                    <a href="/status">
                        <Glyph icon=Icon::Status />
                        "Status page"
                    </a>
                </li>
                <li>
                    <a href="/api/docs">
                        <Glyph icon=Icon::Docs />
                        "API reference"
                    </a>
                </li>
            </ul>
    }
}

#[component]
fn TopLine() -> impl IntoView {
    let dashboard = Dashboard::here();
    let path = Address::here().path();
    let title = PAGES.into_iter().find(|(href, ..)| *href == path).map(|(_, title, ..)| title);
    view! {
        <header class="topline">
            <button class="button icon-only menu" type="button" popovertarget="sidebar" aria-label="Pages">
                <Glyph icon=Icon::Menu />
            </button>
            <h1>{title.unwrap_or("Not found")}</h1>
            <span class="host" title="The machine that is shown">
                <span class="dim">"Host "</span>
                <strong>{dashboard.host.with_value(|host| host.name.clone())}</strong>
            </span>
            {title.map(|_| view! { <RangeChoice /> })}
            <LiveButton />
            <ThemeButton />
        </header>
    }
}

#[component]
fn LiveButton() -> impl IntoView {
    let dashboard = Dashboard::here();
    let lost = move || matches!(dashboard.connection.get(), Connection::Lost { .. });
    let class = move || match (lost(), dashboard.paused.get()) {
        (true, _) => "button live lost",
        (false, true) => "button live paused",
        (false, false) => "button live",
    };
    let words = move || match (lost(), dashboard.paused.get()) {
        (true, _) => "No connection",
        (false, true) => "Paused",
        (false, false) => "Live · 1 s",
    };
    let press = move |_| dashboard.paused.update(|paused| *paused = !*paused);
    view! {
        <button
            class=class
            type="button"
            on:click=press
            aria-pressed=move || dashboard.paused.get().to_string()
            title="Pause or go on (space)"
        >
            {move || {
                if dashboard.paused.get() {
                    view! { <Glyph icon=Icon::Play /> }
                } else {
                    view! { <Glyph icon=Icon::Pause /> }
                }
            }}
            <span>{words}</span>
        </button>
    }
}

/// Changes the colours: by a form without a script, at once with one.
#[component]
fn ThemeButton() -> impl IntoView {
    let theme = Dashboard::here().theme;
    let label = move || format!("Colours: {}. Change (t)", theme.get().name());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        choose_theme(theme, theme.get_untracked().next());
    };
    view! {
        <form method="post" action="/theme" on:submit=submit>
            <button
                class="button icon-only"
                name="theme"
                value=move || theme.get().next().name()
                aria-label=label
                title=label
            >
                <Glyph icon=Icon::Theme />
            </button>
        </form>
    }
}

/// Sets the colours, and in the browser shows and keeps them.
pub fn choose_theme(theme: RwSignal<Theme>, choice: Theme) {
    #[cfg(feature = "hydrate")]
    crate::browser::theme::apply(choice);
    theme.set(choice);
}

/// Says that the connection is lost, since when, and when it is tried again.
#[component]
fn ConnectionBar() -> impl IntoView {
    let dashboard = Dashboard::here();
    let words = move || match dashboard.connection.get() {
        Connection::Live => String::new(),
        Connection::Lost { since, retry_at } => {
            let at = |millis| clock(Timestamp::from_millis(millis), dashboard.utc_offset.get());
            format!(
                "No connection to the server since {}. What you see is from then. Next try at {}.",
                at(since),
                at(retry_at)
            )
        }
    };
    view! {
        <div class="connection" role="status" hidden=move || dashboard.connection.get() == Connection::Live>
            <span class="sign" aria-hidden="true">"▲"</span>
            {words}
        </div>
    }
}

/// The list of keys, opened by `?`.
#[component]
fn KeyHelp() -> impl IntoView {
    view! {
        <div
            id="keys"
            class="floating"
            popover="auto"
            role="dialog"
            aria-label="Keys"
            inner_html=inert(key_help)
        ></div>
    }
}

fn key_help() -> impl IntoView {
    view! {
            <div class="panel-head">
                <h2>"Keys"</h2>
                <button
                    class="button icon-only"
                    type="button"
                    popovertarget="keys"
                    popovertargetaction="hide"
                    aria-label="Close"
                >
                    <Glyph icon=Icon::Close />
                </button>
            </div>
            {key_list()}
    }
}

/// Every key and what it does.
pub(crate) fn key_list() -> impl IntoView {
    let pages = PAGES.into_iter().map(|(_, title, _, letter)| (format!("g {letter}"), format!("Go to {title}")));
    let others = [
        ("space", "Pause, or go on"),
        ("t", "Change the colours"),
        ("/", "Search in the page's table"),
        ("← →", "Move the crosshair of the chart that has the focus"),
        ("+ −", "Zoom in and out around the crosshair"),
        ("Esc", "Back to the live view"),
        ("?", "This list"),
    ]
    .map(|(key, meaning)| (key.to_owned(), meaning.to_owned()));
    view! {
        <dl class="keys">
            {pages
                .chain(others)
                .map(|(key, meaning)| {
                    view! {
                        <div>
                            <dt>
                                <kbd>{key}</kbd>
                            </dt>
                            <dd>{meaning}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}
