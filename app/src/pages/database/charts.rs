//! The charts of the page: a line for each pool, and for each server.

use crate::{components::chart::ChartDef, store::SeriesStore};
use miorai_model::{SeriesKey, Unit, digits::sort_short, names};

/// More lines than this in one chart cannot be told apart: the rest is in the tables.
const LINES: usize = 6;

/// What the mean time of statements should stay below, in seconds.
const OBJECTIVE: f64 = 0.1;

/// The charts, as far as there is something to draw.
pub(super) fn charts(store: &SeriesStore) -> Vec<ChartDef> {
    let chart = |id, title, note, unit| ChartDef::new(id, title, note, unit);
    let latency = chart("latency", "Statements", "of this program: 95 of 100 take no longer", Unit::Seconds)
        .limit(OBJECTIVE, "objective < 100 ms");
    let slow =
        chart("slow", "Slow statements", "share of those of a second", Unit::Ratio).limit(0.05, "objective < 5 %");
    let pools = chart("pools", "Pools", "connections in use", Unit::Count);
    let wait = chart("wait", "Waiting for a connection", "95 of 100 wait no longer", Unit::Seconds);
    let backends = chart("connections", "Connections", "to each server, by state", Unit::Count);
    let transactions = chart("transactions", "Transactions", "per second", Unit::Count).rates();
    let hits = chart("hits", "Cache hits", "blocks found in the server's memory", Unit::Ratio).up_to(1.0);
    let blocked = chart("blocked", "Waiting for locks", "backends held up by another one", Unit::Count);
    let size = chart("size", "Size", "of each database", Unit::Bytes);
    let oldest = chart("oldest", "Oldest transaction", "how long it has been open", Unit::Seconds);
    let p95: &[(&str, &str)] = &[("quantile", "0.95")];
    let charts = [
        lines(backends, store, names::POSTGRESQL_CONNECTIONS, &[]),
        lines(lines(transactions, store, names::POSTGRESQL_COMMITS, &[]), store, names::POSTGRESQL_ROLLBACKS, &[]),
        lines(hits, store, names::POSTGRESQL_HIT_RATIO, &[]),
        lines(blocked, store, names::POSTGRESQL_BLOCKED, &[]),
        lines(oldest, store, names::POSTGRESQL_OLDEST_TRANSACTION, &[]),
        lines(size, store, names::POSTGRESQL_DB_SIZE, &[]),
        lines(latency, store, names::DB_OPERATION_DURATION, p95),
        lines(slow, store, names::DB_SLOW_RATIO, &[]),
        lines(pools, store, names::DB_CONNECTIONS, &[("state", "used")]),
        lines(wait, store, names::DB_CONNECTION_WAIT_TIME, p95),
    ];
    charts.into_iter().filter(|chart| !chart.keys.is_empty()).collect()
}

/// The chart with a line for each pool or server that has a value of `name` in the seconds that are held. Series of single
/// statements and tables are not among them.
fn lines(chart: ChartDef, store: &SeriesStore, name: &str, with: &[(&str, &str)]) -> ChartDef {
    let single = |key: &SeriesKey| {
        ["miorai.statement", "postgresql.table.name"].iter().any(|label| key.labels.get(label).is_some())
    };
    let mut keys: Vec<&SeriesKey> = store
        .series()
        .map(|series| &series.key)
        .filter(|key| key.name == name && with.iter().all(|(label, value)| key.labels.get(label) == Some(*value)))
        .filter(|key| with.iter().any(|(label, _)| *label == "quantile") || key.labels.get("quantile").is_none())
        .filter(|key| !single(key))
        .collect();
    sort_short(&mut keys, Ord::cmp);
    keys.into_iter().take(LINES).fold(chart, |chart, key| chart.line(key.clone(), &whose(key)))
}

/// Whose a series is, in a few words.
fn whose(key: &SeriesKey) -> String {
    const TOLD: [&str; 5] =
        ["server", "db.client.connection.pool.name", "db.namespace", "postgresql.database.name", "state"];
    let mut parts: Vec<&str> =
        TOLD.iter().filter_map(|label| key.labels.get(label)).filter(|part| *part != "used").collect();
    if key.name == names::POSTGRESQL_ROLLBACKS {
        parts.push("rolled back");
    }
    if parts.is_empty() { "all".to_owned() } else { parts.join(" ") }
}
