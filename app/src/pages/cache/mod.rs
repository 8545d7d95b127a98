//! Caches: every space and every server, what is in them, and how entries are cleared.
//!
//! What the page shows is in its address ([`wanted`]): which space, which keys, which value. From that the server asks
//! its desk and renders ([`prepare`]); in the browser the same address is asked for over REST, in place
//! ([`crate::browser::cache`]). Either way the answers are in one [`PageData`], and the same views draw them. Forms are
//! plain ones: without a script the server answers them with a page ([`forms`]).

mod board;
mod charts;
pub mod clear;
pub mod commands;
mod data;
#[cfg(feature = "ssr")]
pub(crate) mod forms;
pub mod keys;
pub mod prefixes;
#[cfg(feature = "ssr")]
pub(crate) mod prepare;
pub mod servers;
pub mod space;
pub mod spaces;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod value;
mod wanted;

pub(crate) use crate::pages::Found;
pub(crate) use board::{Board, is_running};
pub(crate) use data::{Clearing, ELEMENT_ID, PageData};
pub(crate) use wanted::Wanted;

use crate::{
    components::chart::Chart,
    dashboard::Dashboard,
    pages::{
        Drawn,
        cache::charts::{Limits, charts, identity},
    },
    store::SeriesStore,
    view::View,
};
use leptos::prelude::*;

/// What the page draws.
pub(super) fn drawn(store: &SeriesStore) -> Drawn {
    Drawn { charts: charts(store, &Limits::default()), beside: Vec::new(), recent: View::default() }
}

/// The page.
#[component]
pub fn Cache() -> impl IntoView {
    let dashboard = Dashboard::here();
    let board = Board::start();
    provide_context(board);
    let limits = Memo::new(move |_| board.report.with(Limits::of));
    // The charts change only when a space or a server comes or goes, and then only those that show it.
    let defs = Memo::new(move |_| {
        dashboard.shown.track();
        dashboard.store.with_value(|store| charts(store, &limits.read()))
    });
    view! {
        <spaces::Spaces />
        <space::Chosen />
        <section class="charts" aria-label="Charts">
            <For each=move || defs.get() key=identity children=|def| view! { <Chart def /> } />
        </section>
        <servers::Servers />
    }
}
