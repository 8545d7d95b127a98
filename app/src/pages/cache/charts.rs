//! The charts of the page: a line for each space, and for each server.

use crate::{components::chart::ChartDef, store::SeriesStore};
use miorai_model::{Kind, SeriesKey, Unit, cache::CacheReport, digits::sort_short, names, quantity::quantity};

/// More lines than this in one chart cannot be told apart: the rest is in the tables.
const LINES: usize = 6;

/// What hit ratios should reach, each once.
pub(super) fn objectives(report: &CacheReport) -> Vec<f64> {
    let mut objectives: Vec<f64> = report.spaces.iter().map(|space| space.hit_ratio_objective).collect();
    sort_short(&mut objectives, f64::total_cmp);
    objectives.dedup();
    objectives
}

/// The charts, as far as there is something to draw. Which series these are does not depend on objectives.
pub(super) fn charts(store: &SeriesStore, objectives: &[f64]) -> Vec<ChartDef> {
    let ratio = ChartDef::new("hit-ratio", "Hit ratio", "by space, of the last minute", Unit::Ratio).up_to(1.0);
    let ratio = objectives.iter().fold(ratio, |chart, objective| {
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
        server_memory(store),
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

fn server_memory(store: &SeriesStore) -> ChartDef {
    let chart = ChartDef::new("server-memory", "Memory of servers", "allocated, and given by the system", Unit::Bytes);
    let chart = lines(chart, store, names::REDIS_MEMORY_USED, &[], " allocated");
    lines(chart, store, names::REDIS_MEMORY_RSS, &[], " resident")
}

fn clients(store: &SeriesStore) -> ChartDef {
    let chart = ChartDef::new("clients", "Clients", "connections of each server", Unit::Count);
    let chart = lines(chart, store, names::REDIS_CLIENTS_CONNECTED, &[], " connected");
    lines(chart, store, names::REDIS_CLIENTS_BLOCKED, &[], " waiting")
}

/// The chart with a line for each space or server that has a value of `name` now.
fn lines(chart: ChartDef, store: &SeriesStore, name: &str, with: &[(&str, &str)], word: &str) -> ChartDef {
    let mut keys: Vec<&SeriesKey> = store
        .series()
        .map(|series| &series.key)
        .filter(|key| key.name == name && with.iter().all(|(label, value)| key.labels.get(label) == Some(*value)))
        .filter(|key| !whose(key).is_empty() && store.latest(key).is_some())
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
