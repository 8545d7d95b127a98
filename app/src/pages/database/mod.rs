//! Databases: the program's own and the PostgreSQL servers that are watched, which statements take time, who waits for
//! whom, and what could be better.
//!
//! As on the page of the caches, what is shown is in the address ([`wanted`]), the server asks its desk and renders
//! ([`prepare`]), and the browser asks the same over REST ([`crate::browser::database`]).

pub mod activity;
mod board;
mod charts;
mod data;
pub mod end;
#[cfg(feature = "ssr")]
pub(crate) mod forms;
pub mod glance;
pub mod hints;
pub mod locks;
pub mod objects;
pub mod plan;
pub mod pool;
#[cfg(feature = "ssr")]
pub(crate) mod prepare;
pub mod server;
pub mod statements;
#[cfg(all(test, feature = "ssr"))]
mod tests;
mod wanted;

pub(crate) use board::Board;
#[cfg(feature = "ssr")]
pub(crate) use data::ELEMENT_ID;
pub(crate) use data::PageData;
#[cfg(feature = "hydrate")]
pub(crate) use end::told;
pub(crate) use wanted::{Ending, Wanted};

use crate::{
    components::chart::Chart,
    dashboard::Dashboard,
    pages::{Drawn, database::charts::charts},
    store::SeriesStore,
    view::View,
};
use leptos::{either::EitherOf3, prelude::*};

/// What the page draws.
pub(super) fn drawn(store: &SeriesStore) -> Drawn {
    Drawn { charts: charts(store), beside: Vec::new(), recent: View::default() }
}

/// The page.
#[component]
pub fn Database() -> impl IntoView {
    let dashboard = Dashboard::here();
    let board = Board::start();
    provide_context(board);
    // The charts change only when a database comes or goes.
    let defs = Memo::new(move |_| {
        dashboard.shown.track();
        dashboard.store.with_value(charts)
    });
    let shown = move || defs.get().into_iter().map(|def| view! { <Chart def /> }).collect_view();
    let chosen = board.chosen();
    let kind = Memo::new(move |_| {
        let name = chosen.get();
        board.report.with(|report| (report.server(&name).is_some(), report.pool(&name).is_some()))
    });
    let detail = move || match kind.get() {
        (true, _) => EitherOf3::A(view! { <server::Server /> }),
        (false, true) => EitherOf3::B(view! { <pool::Pool /> }),
        (false, false) => EitherOf3::C(()),
    };
    view! {
        <glance::Glance />
        <end::Outcome />
        <end::Confirm />
        <plan::Plan />
        <section class="charts" aria-label="Charts">{shown}</section>
        {detail}
        <glance::NoServers />
    }
}
