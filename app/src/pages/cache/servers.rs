//! The Redis servers that are watched: a panel each.

use super::{
    Board,
    commands::{Costly, SlowLog},
};
use crate::components::{
    banner::{class, sign},
    inert::inert,
    meter::Meter,
};
use crate::words;
use leptos::prelude::*;
use miorai_model::{
    Kind, Unit,
    cache::{PersistenceReport, ReplicationReport, ServerReport},
    digits::fixed,
    quantity::{duration, quantity},
};

/// The title of how data is kept on disk: the longest text among numbers.
const KEPT: &str = "Kept on disk";

/// From this share of the limit on, the bar of memory is bad.
const FULL: f64 = 0.9;

/// Every server; what to do when there is none.
#[component]
pub fn Servers() -> impl IntoView {
    let board = Board::here();
    let names = Memo::new(move |_| {
        board.report.with(|report| report.servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>())
    });
    view! {
        <section class="panel nothing" hidden=move || names.with(|names| !names.is_empty()) inner_html=inert(none)></section>
        <For each=move || names.get() key=Clone::clone children=move |name| view! { <Server name /> } />
    }
}

fn none() -> impl IntoView {
    view! {
        <h2>"No Redis is watched"</h2>
        <p class="dim">
            "Tell the server where it is, by the environment or by redis_url in the section [cache] of its configuration file, and start it again. Everything on it appears here by itself: its spaces, memory, clients and slow commands."
        </p>
        <pre class="value">"REDIS_URL=redis://127.0.0.1:6379"</pre>
        <p class="dim">"Without one, caches are kept in the memory of each program."</p>
    }
}

#[component]
fn Server(name: String) -> impl IntoView {
    let board = Board::here();
    let server = Memo::new(move |_| {
        board.report.with(|report| report.servers.iter().find(|server| server.name == name).cloned())
    });
    move || server.get().map(panel)
}

fn panel(server: ServerReport) -> impl IntoView {
    let status = server.status;
    let known = !server.version.is_empty();
    let product = if server.product.is_empty() { "Redis".to_owned() } else { words::capital(&server.product) };
    let about = format!("{product} {} at {}", server.version, server.address);
    let facts = known.then(|| facts(&server));
    view! {
        <article class="panel server">
            <div class="panel-head">
                <h2>{server.name} <small>{about}</small></h2>
                <span class=class(status)>
                    <span class="sign" aria-hidden="true">{sign(status)}</span>
                    " "
                    {status.word()}
                </span>
            </div>
            <p class="dim">{server.message}</p>
            {facts}
            <div class="columns-2" hidden=!known>
                <Costly commands=server.commands />
                <SlowLog entries=server.slow_log events=server.latency_events />
            </div>
        </article>
    }
}

fn facts(server: &ServerReport) -> impl IntoView + use<> {
    let memory = &server.memory;
    let count = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), words::grouped);
    let keys: u64 = server.databases.iter().map(|database| database.keys).sum();
    let databases = match server.databases.as_slice() {
        [] => "none".to_owned(),
        [one] => format!("{} in database {}", words::grouped(keys), one.database),
        several => format!("{} in {} databases", words::grouped(keys), several.len()),
    };
    let limit = memory.limit_bytes.map_or_else(
        || format!("{}, no limit", words::bytes(memory.used_bytes)),
        |limit| format!("{} of {}", words::bytes(memory.used_bytes), words::bytes(Some(limit))),
    );
    let share = memory.used_bytes.zip(memory.limit_bytes).map(|(used, limit)| used as f64 / limit as f64);
    let clients = match (server.clients_connected, server.clients_limit) {
        (Some(now), Some(limit)) => format!("{} of {}", words::grouped(now), words::grouped(limit)),
        (now, _) => count(now),
    };
    let rate = |rate: Option<f64>| {
        rate.map_or_else(|| "–".to_owned(), |r| quantity(r, Unit::Count, Kind::Counter).to_string())
    };
    let fragmentation = memory.fragmentation_ratio.map_or_else(|| "–".to_owned(), |ratio| fixed(ratio, 2));
    let rows = [
        ("Role", server.replication.as_ref().map_or_else(|| "–".to_owned(), role)),
        ("Up for", server.uptime_seconds.map_or_else(|| "–".to_owned(), duration)),
        ("Answers in", words::seconds(server.response_time_ms.map(|ms| ms / 1e3))),
        ("Commands", rate(server.operations_per_second)),
        ("Hit ratio", words::ratio(server.hit_ratio)),
        ("Clients", clients),
        ("Waiting clients", count(server.clients_blocked)),
        ("Keys", databases),
        ("Memory peak", words::bytes(memory.peak_bytes)),
        ("Fragmentation", fragmentation),
        (
            "At the limit",
            if memory.eviction_policy.is_empty() { "–".to_owned() } else { memory.eviction_policy.clone() },
        ),
        ("Evicted", words::grouped(server.evicted_keys)),
        ("Expired", words::grouped(server.expired_keys)),
        (KEPT, server.persistence.as_ref().map_or_else(|| "–".to_owned(), kept)),
    ];
    view! {
        <dl class="facts">
            <div>
                <dt>"Memory"</dt>
                <dd>
                    {limit}
                    {share.map(|share| view! { <Meter share=Signal::stored(Some(share)) limit=FULL /> })}
                </dd>
            </div>
            {rows
                .into_iter()
                .map(|(title, text)| {
                    view! {
                        <div class=if title == KEPT { "wide" } else { "" }>
                            <dt>{title}</dt>
                            <dd>{text}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

/// `primary, 2 replicas, 120 B behind`.
fn role(replication: &ReplicationReport) -> String {
    let lag = replication.lag_bytes.map(|bytes| format!(", {} behind", words::bytes(Some(bytes)))).unwrap_or_default();
    match (&replication.primary, replication.link_up) {
        (Some(primary), Some(false)) => format!("{} of {primary}, not connected", replication.role),
        (Some(primary), _) => format!("{} of {primary}{lag}", replication.role),
        (None, _) if replication.replicas == 0 => format!("{}, no replicas", replication.role),
        (None, _) if replication.replicas == 1 => format!("{}, 1 replica{lag}", replication.role),
        (None, _) => format!("{}, {} replicas{lag}", replication.role, replication.replicas),
    }
}

/// How the data is kept on disk, and whether that works.
fn kept(persistence: &PersistenceReport) -> String {
    if persistence.loading {
        return "loading".to_owned();
    }
    let snapshot = match (persistence.last_save_ok, persistence.last_save_age_seconds) {
        (false, _) => "the last snapshot failed".to_owned(),
        (true, Some(age)) => format!(
            "snapshot {}, {} changes since",
            words::ago(age as f64),
            words::grouped(persistence.changes_since_save)
        ),
        (true, None) => "no snapshot yet".to_owned(),
    };
    match persistence.append_only_ok {
        Some(true) => format!("every change; {snapshot}"),
        Some(false) => format!("writing changes failed; {snapshot}"),
        None => snapshot,
    }
}
