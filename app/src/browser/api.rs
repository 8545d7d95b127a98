//! The page of the API in place: its figures anew every few seconds, and the chosen request.

use crate::{
    browser::{address::replace, ask::ask},
    dashboard::Dashboard,
    pages::api::{Board, PageData},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use miorai_model::performance::PerformanceReport;
use serde::de::IgnoredAny;
use std::time::Duration;

/// How often figures are asked for: what changes faster comes with each frame.
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
    let window = Memo::new(move |_| board.wanted.with(|wanted| wanted.window_seconds));
    Effect::new(move |before: Option<u32>| {
        let now = window.get();
        if before.is_some_and(|before| before != now) {
            refresh(board);
        }
        now
    });
    // Requests of the list are known with all they did.
    let request = Memo::new(move |_| board.wanted.with(|wanted| wanted.request.clone()));
    Effect::new(move |before: Option<Option<String>>| {
        let now = request.get();
        if before.is_some_and(|before| before != now) {
            let found = board.report.with_untracked(|report| {
                report.slow_requests.iter().find(|request| now.as_deref() == Some(&*request.request_id)).cloned()
            });
            board.request.set(Some(
                found.ok_or_else(|| "This request is no longer among the slow ones that are remembered.".to_owned()),
            ));
        }
        now
    });
}

/// Asks for the figures.
fn refresh(board: Board) {
    let minutes = board.wanted.with_untracked(|wanted| wanted.window_seconds) / 60;
    spawn_local(async move {
        let url = format!("/api/core/monitoring/performance-metrics/?window={minutes}m");
        // Without an answer the page says by itself that the connection is lost.
        if let Ok(report) = ask::<PerformanceReport>("GET", &url, None).await {
            let data = PageData::of(report);
            board.routes_left_out.set(data.routes_left_out);
            board.report.set(data.report);
        }
    });
}

/// Lets counters and quantiles start anew.
pub(crate) fn reset(board: Board, event: &SubmitEvent) {
    event.prevent_default();
    spawn_local(async move {
        match ask::<IgnoredAny>("POST", "/api/core/monitoring/reset-metrics/", None).await {
            Ok(_) => {
                board.failed.set(String::new());
                let done = board.address.query.get_untracked().with("reset", Some("done".to_owned()));
                replace(board.address, done);
                refresh(board);
            }
            Err(words) => board.failed.set(words),
        }
    });
}
