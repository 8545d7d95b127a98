//! The dashboard. It is compiled twice: with the feature `ssr` for the server, which renders every page in full, and
//! with `hydrate` for the browser, which takes the page over and keeps it live.
//!
//! A page is rendered from a [`Snapshot`](snapshot::Snapshot): the newest frame and what belongs to it. The same
//! snapshot is in the page as JSON. The browser starts from it, so that hydration changes nothing, and the live stream
//! goes on from its frame. Everything that shows a number reads it from the [`Dashboard`](dashboard::Dashboard).

#![recursion_limit = "256"]

#[cfg(feature = "hydrate")]
pub mod browser;
pub mod components;
pub mod dashboard;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod render;
pub mod snapshot;
#[cfg(feature = "ssr")]
pub mod state;
pub mod store;
pub mod theme;
pub mod view;

use crate::{
    components::frame::PageFrame,
    dashboard::Dashboard,
    pages::{not_found::NotFound, overview::Overview, settings::Settings, status::StatusPage, system::System},
};
use leptos::prelude::*;
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};

/// The map of pages.
#[component]
pub fn App() -> impl IntoView {
    provide_context(dashboard());
    view! {
        <Router>
            <Pages />
        </Router>
    }
}

#[component]
fn Pages() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::start(Dashboard::here());
    let path = use_location().pathname;
    // The public page stands alone: it is a document of its own and never reached without loading it anew.
    if path.get_untracked() == "/status" {
        return view! { <StatusPage /> }.into_any();
    }
    view! {
        <PageFrame>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=Overview />
                <Route path=path!("/system") view=System />
                <Route path=path!("/settings") view=Settings />
            </FlatRoutes>
        </PageFrame>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
fn dashboard() -> Dashboard {
    render::dashboard()
}

#[cfg(feature = "hydrate")]
fn dashboard() -> Dashboard {
    let snapshot = browser::snapshot_in_page().expect("the server puts a snapshot into every page");
    Dashboard::new(snapshot, browser::theme::shown(), browser::utc_offset())
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn dashboard() -> Dashboard {
    unreachable!("the dashboard is compiled with the feature `ssr` or `hydrate`")
}
