//! The dashboard. It is compiled twice: with the feature `ssr` for the server, which renders every page in full, and
//! with `hydrate` for the browser, which takes the page over and keeps it live.
//!
//! A page is rendered from a [`Snapshot`](snapshot::Snapshot): the newest frame and what belongs to it. The same
//! snapshot is in the page as JSON. The browser starts from it, so that hydration changes nothing, and the live stream
//! goes on from its frame. Everything that shows a number reads it from the [`Dashboard`](dashboard::Dashboard).

#![recursion_limit = "256"]

#[cfg(not(erase_components))]
compile_error!("build with the flags of .cargo/config.toml: RUSTFLAGS in the environment takes their place");

pub mod address;
#[cfg(feature = "ssr")]
pub mod api_desk;
#[cfg(feature = "hydrate")]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod cache_desk;
pub mod components;
pub mod dashboard;
#[cfg(feature = "ssr")]
pub mod database_desk;
#[cfg(feature = "ssr")]
pub mod desk;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod received_desk;
#[cfg(feature = "ssr")]
pub mod render;
pub mod snapshot;
#[cfg(feature = "ssr")]
pub mod state;
pub mod store;
pub mod theme;
pub mod view;
pub mod words;

use crate::{address::Address, components::frame::PageFrame, dashboard::Dashboard, pages::not_found::NotFound};
use leptos::prelude::*;

/// The page of the address.
#[component]
pub fn App() -> impl IntoView {
    let (address, dashboard) = start();
    provide_context(address);
    provide_context(dashboard);
    #[cfg(feature = "hydrate")]
    browser::start(address, dashboard);
    let path = address.path();
    // The public page stands alone, without anything around it, and never comes to life in a browser.
    #[cfg(feature = "ssr")]
    if path == "/status" {
        return view! { <pages::status::StatusPage /> }.into_any();
    }
    let page = match path.as_str() {
        #[cfg(any(feature = "ssr", feature = "page-start"))]
        "/" => view! { <pages::overview::Overview /> }.into_any(),
        #[cfg(any(feature = "ssr", feature = "page-machine"))]
        "/system" => view! { <pages::system::System /> }.into_any(),
        #[cfg(any(feature = "ssr", feature = "page-machine"))]
        "/settings" => view! { <pages::settings::Settings /> }.into_any(),
        #[cfg(any(feature = "ssr", feature = "page-cache"))]
        "/cache" => view! { <pages::cache::Cache /> }.into_any(),
        #[cfg(any(feature = "ssr", feature = "page-api"))]
        "/api" => view! { <pages::api::Api /> }.into_any(),
        #[cfg(any(feature = "ssr", feature = "page-api"))]
        "/database" => view! { <pages::database::Database /> }.into_any(),
        #[cfg(any(feature = "ssr", feature = "page-api"))]
        "/custom" => view! { <pages::custom::Custom /> }.into_any(),
        _ => view! { <NotFound /> }.into_any(),
    };
    view! { <PageFrame>{page}</PageFrame> }.into_any()
}

#[cfg(feature = "ssr")]
fn start() -> (Address, Dashboard) {
    render::start()
}

#[cfg(feature = "hydrate")]
fn start() -> (Address, Dashboard) {
    let snapshot = browser::snapshot_in_page().expect("the server puts a snapshot into every page");
    (browser::address::shown(), Dashboard::new(snapshot, browser::theme::shown(), browser::utc_offset()))
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn start() -> (Address, Dashboard) {
    unreachable!("the dashboard is compiled with the feature `ssr` or `hydrate`")
}
