//! The page of the caches in place: what its address asks for, and what its forms do, over REST as anybody else does it.

use crate::{
    browser::{
        address::{replace, show},
        ask::{ask, field},
    },
    dashboard::Dashboard,
    pages::cache::{Board, Clearing, Found, Wanted, is_running},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use miorai_model::cache::{ClearProgress, ClearRequest};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::time::Duration;

/// How often spaces and servers are asked for: what changes faster comes with each frame.
const REPORT_EVERY: Duration = Duration::from_secs(3);
/// How often a job is looked at.
const JOB_EVERY: Duration = Duration::from_millis(250);

/// Keeps the board as the address says, while the page is open.
pub(crate) fn start(board: Board) {
    let dashboard = Dashboard::here();
    let every = move || {
        if !dashboard.paused.get_untracked() {
            refresh(board);
        }
    };
    if let Ok(handle) = set_interval_with_handle(every, REPORT_EVERY) {
        on_cleanup(move || handle.clear());
    }
    let keys = Memo::new(move |_| keys_of(board));
    let value = Memo::new(move |_| board.wanted.with(Wanted::key_of_space).map(|(space, key)| of_key(space, key)));
    let prefixes = Memo::new(move |_| {
        board
            .wanted
            .with(|wanted| wanted.space().filter(|_| wanted.prefixes).map(str::to_owned))
            .map(|space| address("prefixes", &[("space", Some(space))]))
    });
    follow_address(keys, board.keys);
    follow_address(value, board.value);
    follow_address(prefixes, board.prefixes);
    // Another space begins without what was cleared in the one before.
    let space = Memo::new(move |_| board.wanted.with(|wanted| wanted.space().map(str::to_owned)));
    Effect::new(move |before: Option<Option<String>>| {
        let now = space.get();
        if before.is_some_and(|before| before != now) {
            board.clearing.set(Clearing::Idle);
        }
        now
    });
    if board.clearing.with_untracked(is_running) {
        follow_job(board);
    }
}

/// Asks anew whenever the address to ask changes. What the page came with is there already.
fn follow_address<T>(address: Memo<Option<String>>, found: RwSignal<Found<T>>)
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    Effect::new(move |before: Option<Option<String>>| {
        let now = address.get();
        if before.is_some_and(|before| before != now) {
            found.set(None);
            if let Some(url) = now.clone() {
                spawn_local(async move {
                    let answer = ask("GET", &url, None).await;
                    // Another was asked for in the meantime: that one's answer counts.
                    if address.get_untracked().as_ref() == Some(&url) {
                        found.set(Some(answer));
                    }
                });
            }
        }
        now
    });
}

/// Searches for other keys.
pub(crate) fn search(board: Board, event: &SubmitEvent) {
    event.prevent_default();
    let query = ["pattern", "type", "ttl", "size"]
        .into_iter()
        .fold(cleared(board), |query, name| query.with(name, field(event, name).filter(|text| !text.is_empty())));
    show(board.address, query);
}

/// Shows what would be cleared.
pub(crate) fn preview(board: Board, event: &SubmitEvent) {
    event.prevent_default();
    let pattern = field(event, "pattern").unwrap_or_default();
    let request = ClearRequest { preview: true, pattern: Some(pattern.clone()), ..of_space(board) };
    board.busy.set("Counting …");
    board.clearing.set(Clearing::Idle);
    spawn_local(async move {
        let answer = ask("POST", CLEAR, serde_json::to_string(&request).ok()).await;
        board.busy.set("");
        board.clearing.set(match answer {
            Ok(preview) => Clearing::Previewed { pattern, preview },
            Err(words) => Clearing::Failed { pattern, words },
        });
    });
}

/// Clears what was shown, and follows how it goes.
pub(crate) fn clear(board: Board, event: &SubmitEvent, pattern: &str, token: &str) {
    event.prevent_default();
    let (pattern, token, confirm) = (pattern.to_owned(), token.to_owned(), field(event, "confirm"));
    let request = ClearRequest { token: Some(token), confirm, follow: true, ..of_space(board) };
    board.busy.set("Starting …");
    spawn_local(async move {
        let answer: Result<ClearProgress, String> = ask("POST", CLEAR, serde_json::to_string(&request).ok()).await;
        board.busy.set("");
        match answer {
            Ok(progress) => {
                let job = progress.job.to_string();
                board.clearing.set(Clearing::Job(progress));
                replace(board.address, cleared(board).with("job", Some(job)));
                follow_job(board);
            }
            Err(words) => board.clearing.set(Clearing::Failed { pattern, words }),
        }
    });
}

/// Stops a job.
pub(crate) fn cancel(board: Board, event: &SubmitEvent, job: u64) {
    event.prevent_default();
    board.busy.set("Stopping …");
    spawn_local(async move {
        let answer = ask("DELETE", &format!("{CLEAR}{job}/"), None).await;
        board.busy.set("");
        if let Ok(progress) = answer {
            board.clearing.set(Clearing::Job(progress));
        }
    });
}

/// Deletes one entry.
pub(crate) fn delete(board: Board, event: &SubmitEvent, space: &str, key: &str) {
    event.prevent_default();
    let (url, key) = (of_key(space.to_owned(), key.to_owned()), key.to_owned());
    spawn_local(async move {
        match ask::<IgnoredAny>("DELETE", &url, None).await {
            Ok(_) => {
                board.keys.update(|keys| {
                    if let Some(Ok(page)) = keys {
                        page.keys.retain(|line| line.key != key);
                    }
                });
                replace(board.address, cleared(board).with("deleted", Some(key)));
                refresh(board);
            }
            Err(words) => board.value.set(Some(Err(words))),
        }
    });
}

/// Looks at a job until it has ended, and then at what is left.
fn follow_job(board: Board) {
    set_timeout(
        move || {
            let Clearing::Job(ClearProgress { job, .. }) = board.clearing.get_untracked() else { return };
            spawn_local(async move {
                // What is not answered now is asked again.
                if let Ok(progress) = ask("GET", &format!("{CLEAR}{job}/"), None).await {
                    board.clearing.set(Clearing::Job(progress));
                }
                if board.clearing.with_untracked(is_running) {
                    follow_job(board);
                } else {
                    refresh(board);
                    if let Some(url) = untrack(|| keys_of(board)) {
                        board.keys.set(Some(ask("GET", &url, None).await));
                    }
                }
            });
        },
        JOB_EVERY,
    );
}

/// Asks for spaces and servers.
fn refresh(board: Board) {
    spawn_local(async move {
        // Without an answer the page says by itself that the connection is lost.
        if let Ok(report) = ask("GET", "/api/core/monitoring/cache-status/", None).await {
            board.report.set(report);
        }
    });
}

const CLEAR: &str = "/api/core/cache/clear/";

/// The query without the place in a list, the key and the job.
fn cleared(board: Board) -> crate::address::Query {
    let query = board.address.query.get_untracked();
    ["cursor", "key", "job", "deleted"].into_iter().fold(query, |query, name| query.with(name, None))
}

fn of_space(board: Board) -> ClearRequest {
    let space = board.wanted.with_untracked(|wanted| wanted.space().unwrap_or_default().to_owned());
    ClearRequest { space, ..ClearRequest::default() }
}

/// The address of the keys that the page's address asks for; follows it.
fn keys_of(board: Board) -> Option<String> {
    let query = board.wanted.with(|wanted| wanted.keys.clone())?;
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let pairs = [
        ("space", Some(query.space)),
        ("pattern", query.pattern),
        ("type", query.kind),
        ("ttl_at_most_seconds", number(query.ttl_at_most_seconds)),
        ("bytes_at_least", number(query.bytes_at_least)),
        ("cursor", query.cursor),
    ];
    Some(address("keys", &pairs))
}

fn of_key(space: String, key: String) -> String {
    address("key", &[("space", Some(space)), ("key", Some(key))])
}

/// The address of something of caches, with what is asked for.
fn address(what: &str, pairs: &[(&str, Option<String>)]) -> String {
    let pairs = pairs.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/api/core/cache/{what}/?{query}")
}
