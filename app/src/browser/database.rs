//! The page of the databases in place: its figures anew every few seconds, plans on demand, and what ends backends.

use crate::{
    browser::{address::replace, ask::ask},
    dashboard::Dashboard,
    pages::database::{Board, Ending, PageData, told},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use miorai_model::database::{BackendAction, DatabaseReport, PlanReport};
use std::time::Duration;

/// How often figures are asked for: what changes faster comes with each frame.
const EVERY: Duration = Duration::from_secs(3);

/// The address of something of a database.
fn address(database: &str, what: &str, of: &str) -> String {
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    format!("/api/core/database/{}/{what}/{}/", encoded(database), encoded(of))
}

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
    let chosen = board.chosen();
    let plan = Memo::new(move |_| {
        let statement = board.wanted.with(|wanted| wanted.plan.clone())?;
        Some(address(&chosen.read(), "plan", &statement))
    });
    Effect::new(move |before: Option<Option<String>>| {
        let now = plan.get();
        if before.is_some_and(|before| before != now) {
            board.plan.set(None);
            if let Some(url) = now.clone() {
                spawn_local(async move {
                    let answer = ask::<PlanReport>("GET", &url, None).await;
                    // Another was asked for in the meantime: that one's answer counts.
                    if plan.get_untracked().as_ref() == Some(&url) {
                        board.plan.set(Some(answer));
                    }
                });
            }
        }
        now
    });
}

/// Asks for pools, statements and servers.
fn refresh(board: Board) {
    spawn_local(async move {
        // Without an answer the page says by itself that the connection is lost.
        if let Ok(report) = ask::<DatabaseReport>("GET", "/api/core/monitoring/database-status/", None).await {
            board.report.set(PageData::of(report).report);
        }
    });
}

/// Cancels the statement of a backend, or ends it.
pub(crate) fn end(board: Board, event: &SubmitEvent, Ending { pid, signal }: Ending) {
    event.prevent_default();
    let database = untrack(|| board.chosen().get());
    let backend = address(&database, "backends", &pid.to_string());
    let url = format!("{backend}?signal={}&confirm={pid}", Ending::name(signal));
    spawn_local(async move {
        let answer = ask::<BackendAction>("DELETE", &url, None).await;
        board.outcome.set(Some(answer.map(|action| told(&action))));
        let left = board.address.query.get_untracked().with("pid", None).with("end", None);
        replace(board.address, left);
        refresh(board);
    });
}
