//! What only a browser does: the live stream, the keyboard, the theme, the painting of charts.

pub mod address;
mod history;
pub mod keyboard;
pub mod live;
pub mod paint;
pub mod theme;

use crate::{
    address::Address,
    dashboard::Dashboard,
    pages,
    snapshot::{ELEMENT_ID, Snapshot},
};
use leptos::{prelude::*, task::spawn_local};
use miorai_model::SeriesKey;
use std::collections::BTreeSet;

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
    live::start(&address.path(), dashboard);
    keyboard::start(address, dashboard);
    load_history(address, dashboard);
}

/// Fetches the past of what the page draws, whenever something is drawn that was not before.
fn load_history(address: Address, dashboard: Dashboard) {
    let path = address.path();
    let loaded = StoredValue::new(BTreeSet::<SeriesKey>::new());
    let wanted = Memo::new(move |_| {
        dashboard.shown.track();
        dashboard.store.with_value(|store| pages::drawn_series(&path, store))
    });
    Effect::new(move |_| {
        let missing: Vec<SeriesKey> = wanted.with(|wanted| {
            loaded.with_value(|loaded| wanted.iter().filter(|key| !loaded.contains(key)).cloned().collect())
        });
        if missing.is_empty() {
            return;
        }
        loaded.update_value(|loaded| loaded.extend(missing.iter().cloned()));
        spawn_local(async move {
            match history::fetch(&missing, dashboard.shown.get_untracked().at).await {
                Some(answer) => {
                    dashboard.store.update_value(|store| store.merge(&answer));
                    dashboard.shown.update(|_| ());
                }
                // The charts fill from the live stream; the next change of the page tries again.
                None => loaded.update_value(|loaded| loaded.retain(|key| !missing.contains(key))),
            }
        });
    });
}
