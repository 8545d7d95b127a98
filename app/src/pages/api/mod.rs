//! The speed of the API: how it does now, which route is slow since when, and why a request was.
//!
//! As on the page of the caches, what is shown is in the address ([`wanted`]), the server asks its desk and renders
//! ([`prepare`]), and the browser asks the same over REST ([`crate::browser::api`]).

mod board;
pub mod chain;
mod charts;
mod data;
#[cfg(feature = "ssr")]
pub(crate) mod forms;
#[cfg(feature = "ssr")]
pub(crate) mod prepare;
pub mod reset;
pub mod route;
pub mod routes;
pub mod slow;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod tiles;
mod wanted;

pub(crate) use board::Board;
#[cfg(feature = "ssr")]
pub(crate) use data::ELEMENT_ID;
pub(crate) use data::PageData;

use crate::{
    address::Query,
    components::{chart::Chart, sparkline},
    pages::{Drawn, api::wanted::Wanted},
    store::SeriesStore,
    view::View,
};
use leptos::prelude::*;

/// What the page of a query draws.
pub(super) fn drawn(query: &Query, store: &SeriesStore) -> Drawn {
    let of_route = Wanted::from_query(query).route.map(|route| charts::of_route(&route, store)).unwrap_or_default();
    Drawn {
        charts: charts::of_all(store).into_iter().chain(of_route).collect(),
        beside: tiles::figures().into_iter().flat_map(|figure| figure.keys).collect(),
        recent: View::Last(sparkline::SECONDS),
    }
}

/// The page.
#[component]
pub fn Api() -> impl IntoView {
    let dashboard = crate::dashboard::Dashboard::here();
    provide_context(Board::start());
    let defs = Memo::new(move |_| {
        dashboard.shown.track();
        dashboard.store.with_value(charts::of_all)
    });
    let shown = move || defs.get().into_iter().map(|def| view! { <Chart def /> }).collect_view();
    view! {
        <tiles::Tiles />
        <section class="charts" id="charts" aria-label="Charts">{shown}</section>
        <route::Chosen />
        <routes::Routes />
        <chain::Chosen />
        <section class="columns-3">
            <slow::SlowRequests />
            <reset::Reset />
        </section>
    }
}
