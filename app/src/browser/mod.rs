//! What only a browser does: the live stream, the keyboard, the theme, the painting of charts.

pub mod address;
#[cfg(feature = "page-api")]
pub(crate) mod api;
#[cfg(any(feature = "page-api", feature = "page-cache"))]
mod ask;
#[cfg(feature = "page-cache")]
pub(crate) mod cache;
#[cfg(any(feature = "page-api", feature = "page-cache"))]
pub(crate) mod copy;
#[cfg(feature = "page-api")]
pub(crate) mod custom;
#[cfg(feature = "page-api")]
pub(crate) mod database;
mod history;
pub mod keyboard;
pub mod live;
pub mod paint;
pub mod theme;

use crate::{
    address::Address,
    dashboard::{Connection, Dashboard},
    pages,
    snapshot::{ELEMENT_ID, Snapshot},
    store::SeriesStore,
    view::View,
};
use leptos::{prelude::*, task::spawn_local};

/// The snapshot that the server has put into the page.
pub fn snapshot_in_page() -> Option<Snapshot> {
    let text = document().get_element_by_id(ELEMENT_ID)?.text_content()?;
    serde_json::from_str(&text).ok()
}

/// Minutes by which this machine's clock is ahead of UTC.
pub fn utc_offset() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}

/// Milliseconds since the epoch by this machine's clock.
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Starts everything that goes on while the page is open. Called once.
pub fn start(address: Address, dashboard: Dashboard) {
    theme::keep_offset(utc_offset());
    address::start(address);
    live::start(address, dashboard);
    keyboard::start(address, dashboard);
    load_history(address, dashboard);
}

/// Fetches the past that the page draws: at first, whenever it draws something else or another part of time, when frames
/// were missed, and when the connection is back, so that no gap stays.
fn load_history(address: Address, dashboard: Dashboard) {
    let (path, asked) = (address.path(), dashboard.asked_at(address));
    let wanted = Memo::new(move |_| {
        let now = dashboard.shown.get().at.as_millis();
        let past = address.query.with(|query| dashboard.store.with_value(|store| pages::past(&path, query, store)));
        // What is compared with a view that moves on reaches a quarter of its length further: then more is wanted.
        let (view, earlier) = asked.get();
        let (from, to) = view.bounds(now);
        let moves_on = matches!(view, View::Last(_)) && earlier.is_some();
        (past, moves_on.then(|| now / ((to - from) / 4).max(1)))
    });
    Effect::new(move |_| {
        if dashboard.connection.get() != Connection::Live {
            return;
        }
        let wanted_now = wanted.get().0;
        if wanted_now.is_empty() {
            settle(dashboard);
        }
        for past in wanted_now {
            let now = dashboard.shown.get_untracked().at;
            spawn_local(async move {
                // What does not come now comes with the next connection; until then the stream fills the charts. When
                // something else was asked for in the meantime, that one's answer counts.
                match history::fetch(&past, now).await {
                    Some(answer) if wanted.with_untracked(|(wanted, _)| wanted.contains(&past)) => {
                        dashboard.store.update_value(|store| store.take(&past, &answer));
                        dashboard.shown.update(|_| ());
                    }
                    Some(_) => {}
                    None => settle(dashboard),
                }
            });
        }
    });
}

/// Waits for no past any longer.
fn settle(dashboard: Dashboard) {
    if !dashboard.store.with_value(SeriesStore::is_settled) {
        dashboard.store.update_value(SeriesStore::settle);
        dashboard.shown.update(|_| ());
    }
}
