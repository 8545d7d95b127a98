//! Custom metrics: what other programs send that is not of the API. Who they are, what became of their points, their
//! series, and a chart of those that are chosen.
//!
//! A program may have thousands of series. So the list comes with the page and is asked for anew every few seconds, a part
//! of it at a time ([`data`]), and of the live stream the page wants only the series that its charts show
//! ([`chosen`]).

mod board;
mod charts;
mod data;
pub mod glance;
#[cfg(feature = "ssr")]
pub(crate) mod prepare;
pub mod senders;
pub mod series;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod wanted;

pub(crate) use board::Board;
#[cfg(feature = "ssr")]
pub(crate) use data::ELEMENT_ID;
pub(crate) use data::PageData;

use self::wanted::Wanted;
use crate::{
    address::Query, components::chart::Chart, dashboard::Dashboard, pages::Drawn, store::SeriesStore, view::View,
};
use leptos::prelude::*;
use miorai_model::{SeriesKey, received};

/// The series whose values the page of a query shows with each second.
pub(super) fn chosen(query: &Query) -> Vec<SeriesKey> {
    Wanted::from_query(query).series.iter().flat_map(received::lines).collect()
}

/// What the page of a query draws.
pub(super) fn drawn(query: &Query, store: &SeriesStore) -> Drawn {
    let charts = charts::of(&Wanted::from_query(query).series, store);
    Drawn { charts, beside: Vec::new(), recent: View::default() }
}

/// The page.
#[component]
pub fn Custom() -> impl IntoView {
    let dashboard = Dashboard::here();
    let board = Board::start();
    provide_context(board);
    let defs = Memo::new(move |_| {
        dashboard.shown.track();
        board.wanted.with(|wanted| dashboard.store.with_value(|store| charts::of(&wanted.series, store)))
    });
    let shown = move || defs.get().into_iter().map(|def| view! { <Chart def /> }).collect_view();
    view! {
        <glance::NoSenders />
        <glance::Chosen />
        <section class="charts" id="charts" aria-label="Charts" hidden=move || defs.with(Vec::is_empty)>{shown}</section>
        <series::AllSeries />
        <senders::Senders />
        <senders::Refused />
    }
}
