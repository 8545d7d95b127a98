//! What is told of a space, from the figures of those who use it.

use super::tally::Tally;
use miorai_cache::{BackendKind, Instance, LatencySummary, SpaceHealth, SpaceOptions, SpaceStatistics};
use miorai_model::{
    Status,
    cache::{Backend, Latency, SpaceReport},
};
use std::collections::BTreeMap;

/// Who uses a space, and what they say of it.
#[derive(Debug)]
pub(super) struct Users<'a> {
    /// What requests call the space.
    pub(super) id: String,
    /// The program, when it is another one.
    pub(super) application: Option<String>,
    /// Of each process its number, and its figures.
    pub(super) said: Vec<(String, &'a SpaceStatistics)>,
}

/// The spaces of other programs, by application and name.
pub(super) fn of_others<'a>(instances: &'a [Instance], is_own: impl Fn(&Instance) -> bool) -> Vec<Users<'a>> {
    let mut spaces: BTreeMap<(&str, &str), Users<'a>> = BTreeMap::new();
    for instance in instances.iter().filter(|instance| !is_own(instance)) {
        for statistics in &instance.spaces {
            let users = spaces.entry((&instance.application, &statistics.space)).or_insert_with(|| Users {
                id: format!("{}/{}", instance.application, statistics.space),
                application: Some(instance.application.clone()),
                said: Vec::new(),
            });
            users.said.push((instance.instance.clone(), statistics));
        }
    }
    spaces.into_values().collect()
}

/// The report of a space that somebody uses.
pub(super) fn report(users: &Users<'_>, tally: &Tally) -> Option<SpaceReport> {
    let (_, first) = users.said.first()?;
    let sum = |of: fn(&SpaceStatistics) -> u64| users.said.iter().map(|(_, said)| of(said)).sum::<u64>();
    let known = |of: fn(&SpaceStatistics) -> Option<u64>| {
        users.said.iter().filter_map(|(_, said)| of(said)).reduce(|a, b| a + b)
    };
    let (hits, misses, computations) = (sum(|s| s.hits), sum(|s| s.misses), sum(|s| s.computations));
    let compute_seconds: f64 = users.said.iter().map(|(_, said)| said.compute_seconds_total).sum();
    let instances = users.said.len() as u32;
    let processes = if instances == 1 { "One process uses it." } else { "Several processes use it." };
    Some(SpaceReport {
        id: users.id.clone(),
        name: first.space.clone(),
        application: users.application.clone(),
        instances,
        status: Status::Healthy,
        message: processes.to_owned(),
        response_time_ms: None,
        backend: backend(first.backend),
        prefix: first.prefix.clone(),
        database: first.database,
        hits,
        misses,
        hit_ratio: (hits + misses > 0).then(|| hits as f64 / (hits + misses) as f64),
        hit_ratio_objective: first.hit_ratio_objective,
        operations_per_second: tally.operations_per_second(),
        stale_hits: sum(|s| s.stale_hits),
        negative_hits: sum(|s| s.negative_hits),
        near_hits: sum(|s| s.near_hits),
        sets: sum(|s| s.sets),
        deletes: sum(|s| s.deletes),
        evictions: sum(|s| s.evictions),
        errors: sum(|s| s.errors),
        corrupted: sum(|s| s.corrupted),
        waits: sum(|s| s.waits),
        computations,
        mean_compute_seconds: (computations > 0).then(|| compute_seconds / computations as f64),
        latency: slowest(users.said.iter().map(|(_, said)| said.latency)),
        keys: known(|s| s.keys),
        memory_bytes: known(|s| s.bytes),
        ttl_seconds: None,
        schemas: first.schemas.clone(),
    })
}

/// What the server itself knows better of its own spaces.
pub(super) fn complete(report: &mut SpaceReport, options: &SpaceOptions, health: &SpaceHealth) {
    report.status = health.status;
    report.message.clone_from(&health.reason);
    report.response_time_ms = health.response_time.map(|time| time.as_secs_f64() * 1e3);
    report.ttl_seconds = options.ttl.map(|ttl| ttl.as_secs_f64());
}

fn backend(kind: BackendKind) -> Backend {
    match kind {
        BackendKind::Embedded => Backend::Embedded,
        BackendKind::Redis => Backend::Redis,
    }
}

/// Quantiles cannot be averaged: those of the slowest.
fn slowest(latencies: impl Iterator<Item = LatencySummary>) -> Option<Latency> {
    let slowest = latencies.filter(|of| of.count > 0).max_by(|a, b| a.p99_seconds.total_cmp(&b.p99_seconds))?;
    Some(Latency {
        mean_seconds: slowest.mean_seconds,
        p50_seconds: slowest.p50_seconds,
        p95_seconds: slowest.p95_seconds,
        p99_seconds: slowest.p99_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_cache::CacheManager;

    fn instance(application: &str, number: &str, pid: u32, hits: u64, p99: f64) -> Instance {
        let mut spaces = CacheManager::builder().build().unwrap().statistics();
        spaces.truncate(1);
        for space in &mut spaces {
            (space.hits, space.misses) = (hits, hits);
            space.latency = LatencySummary { count: 1, p99_seconds: p99, ..LatencySummary::default() };
        }
        Instance { application: application.to_owned(), instance: number.to_owned(), pid, spaces }
    }

    #[test]
    fn processes_of_one_program_are_one_line_and_the_own_is_left_out() {
        let instances = [
            instance("shop", "1", 10, 30, 0.1),
            instance("miorai", "2", 7, 1, 0.1),
            instance("shop", "3", 11, 12, 0.2),
        ];
        let spaces = of_others(&instances, |instance| instance.pid == 7);
        assert_eq!(spaces.iter().map(|users| users.id.as_str()).collect::<Vec<_>>(), ["shop/default"]);
        let report = report(&spaces[0], &Tally::default()).unwrap();
        assert_eq!((report.hits, report.instances, report.hit_ratio), (42, 2, Some(0.5)));
        assert!(report.latency.is_some_and(|latency| (latency.p99_seconds - 0.2).abs() < 1e-9), "of the slowest");
    }
}
