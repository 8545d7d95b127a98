//! The page of custom metrics in place: senders and series anew every few seconds, so that also those show that have come
//! since. What the charts show comes with each frame.

use crate::{browser::ask::ask, dashboard::Dashboard, pages::custom::Board};
use leptos::{prelude::*, task::spawn_local};
use miorai_model::received::ReceivedReport;
use std::time::Duration;

/// How often the lists are asked for.
const EVERY: Duration = Duration::from_secs(3);

/// Keeps the board as the address says, while the page is open.
pub(crate) fn start(board: Board) {
    let dashboard = Dashboard::here();
    let every = move || {
        if !dashboard.paused.get_untracked() {
            refresh(board);
        }
    };
    if let Ok(handle) = set_interval_with_handle(every, EVERY) {
        on_cleanup(move || handle.clear());
    }
    // The page holds a part of the series: another filter finds others.
    let filter = Memo::new(move |_| board.wanted.with(|wanted| wanted.filter.clone()));
    Effect::new(move |before: Option<String>| {
        let now = filter.get();
        if before.is_some_and(|before| before != now) {
            refresh(board);
        }
        now
    });
}

fn refresh(board: Board) {
    let filter = board.wanted.with_untracked(|wanted| wanted.filter.clone());
    let url = format!("/api/core/monitoring/received/?filter={}", js_sys::encode_uri_component(&filter));
    spawn_local(async move {
        // Without an answer the page says by itself that the connection is lost. What another filter finds is on its way.
        if let Ok(report) = ask::<ReceivedReport>("GET", &url, None).await
            && board.wanted.with_untracked(|wanted| wanted.filter == filter)
        {
            board.report.set(report);
        }
    });
}
