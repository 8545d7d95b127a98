//! The chosen server: what is known of it, and everything on it.

use super::{
    Board,
    activity::Activity,
    hints::{Hints, Rights},
    locks::Locks,
    objects::{Indexes, Tables},
    statements::ServerStatements,
};
use crate::words;
use leptos::prelude::*;
use miorai_model::{database::PostgresReport, quantity::duration};

/// Everything about the chosen server.
#[component]
pub fn Server() -> impl IntoView {
    let board = Board::here();
    let title = move || board.of_server(|server| server.name.clone());
    let message = move || board.of_server(|server| server.message.clone());
    let facts = move || {
        board
            .of_server(facts)
            .into_iter()
            .map(|(title, text)| {
                view! {
                    <div>
                        <dt>{title}</dt>
                        <dd>{text}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <article class="panel" id="server">
            <div class="panel-head">
                <h2>{title} " " <small>{message}</small></h2>
            </div>
            <dl class="facts">{facts}</dl>
        </article>
        <Rights />
        <Locks />
        <Hints />
        <ServerStatements />
        <Activity />
        <section class="columns-2">
            <Tables />
            <Indexes />
        </section>
    }
}

fn facts(server: &PostgresReport) -> Vec<(&'static str, String)> {
    let (connections, traffic) = (&server.connections, &server.traffic);
    let known = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let mut rows = vec![
        ("Address", server.address.clone()),
        ("Looks into", known(&server.database)),
        ("As the user", known(&server.user)),
        ("Running for", server.uptime_seconds.map_or_else(|| "–".to_owned(), |seconds| duration(seconds as u64))),
        ("Active", words::grouped(connections.active)),
        ("Idle", words::grouped(connections.idle)),
        ("Idle in transaction", words::grouped(connections.idle_in_transaction)),
        ("Waiting for a lock", words::grouped(connections.waiting)),
        ("Committed", words::grouped(traffic.commits)),
        ("Rolled back", words::grouped(traffic.rollbacks)),
        ("Rows read", words::grouped(traffic.rows_returned)),
        ("Rows changed", words::grouped(traffic.rows_changed)),
        ("Deadlocks", words::grouped(traffic.deadlocks)),
        (
            "Written aside",
            format!("{} in {} files", words::bytes(Some(traffic.temp_bytes)), words::grouped(traffic.temp_files)),
        ),
        ("Oldest transaction", words::seconds(traffic.oldest_transaction_seconds)),
    ];
    rows.extend(server.replicas.iter().map(|replica| {
        let lag = format!("{}, {}", words::bytes(replica.lag_bytes), words::seconds(replica.lag_seconds));
        ("Replica behind by", format!("{} {}: {lag}", replica.name, replica.state))
    }));
    rows
}
