//! The charts of the page: a line for each space, and for each server.

use crate::{components::chart::ChartDef, store::SeriesStore};
use miorai_model::{Kind, SeriesKey, Unit, cache::CacheReport, digits::sort_short, names, quantity::quantity};

/// More lines than this in one chart cannot be told apart: the rest is in the tables.
const LINES: usize = 6;

/// From this share of its limit on, the memory of a server is shown with the limit: before, it would be a line on the
/// floor.
const NEAR_LIMIT: f64 = 0.25;

/// Where lines of charts should end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limits {
    /// What hit ratios should reach, each once.
    objectives: Vec<f64>,
    /// What servers may take, by their names.
    memory: Vec<(String, f64)>,
}

impl Limits {
    pub(super) fn of(report: &CacheReport) -> Self {
        let mut objectives: Vec<f64> = report.spaces.iter().map(|space| space.hit_ratio_objective).collect();
        sort_short(&mut objectives, f64::total_cmp);
        objectives.dedup();
        let near_limit = report.servers.iter().filter_map(|server| {
            let (used, limit) = (server.memory.used_bytes? as f64, server.memory.limit_bytes? as f64);
            (used >= limit * NEAR_LIMIT).then(|| (server.name.clone(), limit))
        });
        Self { objectives, memory: near_limit.collect() }
    }
}

/// What tells a chart from what it was before: when it changes, the chart is built anew.
pub(super) fn identity(chart: &ChartDef) -> String {
    let lines = chart.spec.lines.iter().map(|line| &*line.label);
    let limits = chart.spec.thresholds.iter().map(|limit| &*limit.label);
    std::iter::once(&*chart.spec.id).chain(lines).chain(limits).collect::<Vec<_>>().join("\n")
}

/// The charts, as far as there is something to draw. Which series these are does not depend on limits.
pub(super) fn charts(store: &SeriesStore, limits: &Limits) -> Vec<ChartDef> {
    let ratio = ChartDef::new("hit-ratio", "Hit ratio", "by space, of the last minute", Unit::Ratio).up_to(1.0);
    let ratio = limits.objectives.iter().fold(ratio, |chart, objective| {
        let label = format!("objective {}", quantity(*objective, Unit::Ratio, Kind::Gauge));
        chart.limit(*objective, &label)
    });
    let operations = ChartDef::new("operations", "Operations", "by space, per second", Unit::Count).rates();
    let latency = ChartDef::new("latency", "Latency", "95 of 100 operations take no longer", Unit::Seconds);
    let memory = ChartDef::new("space-memory", "Memory of spaces", "bytes of their entries", Unit::Bytes);
    let keys = ChartDef::new("keys", "Keys", "by space", Unit::Count);
    let evictions = ChartDef::new("evictions", "Evictions", "entries that had to go, per second", Unit::Count).rates();
    let charts = [
        lines(ratio, store, names::CACHE_HIT_RATIO, &[], ""),
        lines(operations, store, names::CACHE_OPERATIONS, &[], ""),
        lines(latency, store, names::CACHE_LATENCY, &[("percentile", "p95")], ""),
        lines(keys, store, names::CACHE_KEYS, &[], ""),
        lines(memory, store, names::CACHE_BYTES, &[], ""),
        lines(lines(evictions, store, names::CACHE_EVICTIONS, &[], ""), store, names::REDIS_KEYS_EVICTED, &[], ""),
        server_memory(store, limits),
        lines(
            ChartDef::new("fragmentation", "Fragmentation", "memory given by the system ÷ allocated", Unit::Count),
            store,
            names::REDIS_MEMORY_FRAGMENTATION_RATIO,
            &[],
            "",
        ),
        lines(
            ChartDef::new("commands", "Commands", "by server, per second", Unit::Count).rates(),
            store,
            names::REDIS_COMMANDS,
            &[],
            "",
        ),
        clients(store),
    ];
    charts.into_iter().filter(|chart| !chart.keys.is_empty()).collect()
}

fn server_memory(store: &SeriesStore, limits: &Limits) -> ChartDef {
    let chart = ChartDef::new("server-memory", "Memory of servers", "allocated, and given by the system", Unit::Bytes);
    let chart = limits.memory.iter().fold(chart, |chart, (server, limit)| {
        chart.limit(*limit, &format!("limit of {server} {}", quantity(*limit, Unit::Bytes, Kind::Gauge)))
    });
    let chart = lines(chart, store, names::REDIS_MEMORY_USED, &[], " allocated");
    lines(chart, store, names::REDIS_MEMORY_RSS, &[], " resident")
}

fn clients(store: &SeriesStore) -> ChartDef {
    let chart = ChartDef::new("clients", "Clients", "connections of each server", Unit::Count);
    let chart = lines(chart, store, names::REDIS_CLIENTS_CONNECTED, &[], " connected");
    lines(chart, store, names::REDIS_CLIENTS_BLOCKED, &[], " waiting")
}

/// The chart with a line for each space or server that has had a value of `name` lately.
fn lines(chart: ChartDef, store: &SeriesStore, name: &str, with: &[(&str, &str)], word: &str) -> ChartDef {
    let mut keys: Vec<&SeriesKey> = store
        .series()
        .map(|series| &series.key)
        .filter(|key| key.name == name && with.iter().all(|(label, value)| key.labels.get(label) == Some(*value)))
        .filter(|key| !whose(key).is_empty() && store.is_recent(key))
        .collect();
    sort_short(&mut keys, Ord::cmp);
    keys.into_iter().take(LINES).fold(chart, |chart, key| chart.line(key.clone(), &format!("{}{word}", whose(key))))
}

/// The space or the server of a series; nothing for what is summed up over all.
fn whose(key: &SeriesKey) -> String {
    let label = |name| key.labels.get(name);
    match (label("application"), label("space"), label("server")) {
        (Some(application), Some(space), _) => format!("{application}/{space}"),
        (None, Some(space), _) => space.to_owned(),
        (_, None, Some(server)) => server.to_owned(),
        (_, None, None) => String::new(),
    }
}

#[cfg(test)]
mod unit {
    use super::*;
    use miorai_model::cache::ServerReport;

    #[test]
    fn the_limit_of_memory_is_shown_when_it_is_not_far_away() {
        let server = |name: &str, used, limit| {
            let mut server = ServerReport::unknown(name, "127.0.0.1:6379");
            (server.memory.used_bytes, server.memory.limit_bytes) = (Some(used), limit);
            server
        };
        let servers = vec![server("near", 25, Some(100)), server("far", 24, Some(100)), server("free", 9, None)];
        let report = CacheReport { servers, ..CacheReport::default() };
        assert_eq!(Limits::of(&report).memory, [("near".to_owned(), 100.0)]);
    }
}
