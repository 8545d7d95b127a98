//! What an `INFO` tells of a server for people: its state in figures, and whether that is well.

use super::info::Info;
use miorai_model::{
    Kind, Status, Unit,
    cache::{CommandReport, DatabaseReport, MemoryReport, PersistenceReport, ReplicationReport, ServerReport},
    quantity::quantity,
};

/// How many commands are shown.
const COMMANDS: usize = 12;
/// The share of the limit from which on memory counts as full.
const FULL: f64 = 0.95;

/// Brings `report` up to date. `now` is the server's time in seconds since the epoch. The slow log and the events of
/// latency stay as they are.
pub(super) fn update(report: &mut ServerReport, info: &Info<'_>, now: f64) {
    let word = |field| info.text(field).unwrap_or_default().to_owned();
    let valkey = info.text("valkey_version");
    valkey.map_or("redis", |_| "valkey").clone_into(&mut report.product);
    report.version = valkey.map_or_else(|| word("redis_version"), str::to_owned);
    report.mode = word("redis_mode");
    report.uptime_seconds = info.count("uptime_in_seconds");
    report.hits = info.count("keyspace_hits").unwrap_or(0);
    report.misses = info.count("keyspace_misses").unwrap_or(0);
    let lookups = report.hits + report.misses;
    report.hit_ratio = (lookups > 0).then(|| report.hits as f64 / lookups as f64);
    report.operations_per_second = info.number("instantaneous_ops_per_sec");
    report.clients_connected = info.count("connected_clients");
    report.clients_blocked = info.count("blocked_clients");
    report.clients_limit = info.count("maxclients");
    report.evicted_keys = info.count("evicted_keys").unwrap_or(0);
    report.expired_keys = info.count("expired_keys").unwrap_or(0);
    report.memory = MemoryReport {
        used_bytes: info.count("used_memory"),
        peak_bytes: info.count("used_memory_peak"),
        rss_bytes: info.count("used_memory_rss"),
        limit_bytes: info.count("maxmemory").filter(|limit| *limit > 0),
        fragmentation_ratio: info.number("mem_fragmentation_ratio"),
        eviction_policy: word("maxmemory_policy"),
    };
    report.databases = info
        .keyspace()
        .into_iter()
        .map(|of| DatabaseReport {
            database: of.database,
            keys: of.keys,
            expires: of.expires,
            mean_ttl_seconds: of.mean_ttl_seconds,
        })
        .collect();
    report.persistence = persistence(info, now);
    report.replication = replication(info);
    report.commands = commands(info);
    (report.status, report.message) = judge(report);
}

fn persistence(info: &Info<'_>, now: f64) -> Option<PersistenceReport> {
    let saved = info.number("rdb_last_save_time").filter(|at| *at > 0.0);
    Some(PersistenceReport {
        loading: info.is_set("loading")?,
        changes_since_save: info.count("rdb_changes_since_last_save").unwrap_or(0),
        last_save_age_seconds: saved.map(|at| (now - at).max(0.0) as u64),
        last_save_ok: info.is_set("rdb_last_bgsave_status").unwrap_or(true),
        append_only_ok: info.is_set("aof_enabled")?.then(|| info.is_set("aof_last_write_status").unwrap_or(true)),
    })
}

fn replication(info: &Info<'_>) -> Option<ReplicationReport> {
    let replica = info.text("role")? == "slave";
    let written = info.count("master_repl_offset").unwrap_or(0);
    let behind = info.replica_offsets().map(|offset| written.saturating_sub(offset)).max();
    Some(ReplicationReport {
        role: role(info).to_owned(),
        primary: replica.then(|| match (info.text("master_host"), info.text("master_port")) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            _ => String::new(),
        }),
        link_up: replica.then(|| info.is_set("master_link_status").unwrap_or(false)),
        replicas: info.count("connected_slaves").unwrap_or(0),
        lag_bytes: behind,
    })
}

/// `primary` or `replica`, as series and answers call them.
pub(super) fn role(info: &Info<'_>) -> &'static str {
    if info.text("role") == Some("slave") { "replica" } else { "primary" }
}

fn commands(info: &Info<'_>) -> Vec<CommandReport> {
    let report = |cost: super::info::CommandCost<'_>| CommandReport {
        command: cost.name.to_owned(),
        calls: cost.calls,
        failed: cost.failed,
        mean_seconds: if cost.calls == 0 { 0.0 } else { cost.microseconds / 1e6 / cost.calls as f64 },
        p50_seconds: cost.latency[0],
        p99_seconds: cost.latency[1],
    };
    info.commands().into_iter().take(COMMANDS).map(report).collect()
}

/// Whether all is well with a server that answers.
fn judge(report: &ServerReport) -> (Status, String) {
    let mut findings = Vec::new();
    let MemoryReport { used_bytes, limit_bytes, eviction_policy, .. } = &report.memory;
    if let Some(persistence) = &report.persistence {
        if persistence.loading {
            findings.push("it loads its data and answers nothing until it has".to_owned());
        }
        if !persistence.last_save_ok {
            findings
                .push("its last snapshot failed: look for the cause in its log and at the room on its disk".to_owned());
        }
        if persistence.append_only_ok == Some(false) {
            findings.push("it could not write its append-only file: look at the room on its disk".to_owned());
        }
    }
    if report.replication.as_ref().is_some_and(|replication| replication.link_up == Some(false)) {
        findings.push("it is a replica and has lost its primary".to_owned());
    }
    let bytes = |bytes: u64| quantity(bytes as f64, Unit::Bytes, Kind::Gauge);
    if let (Some(used), Some(limit)) = (*used_bytes, *limit_bytes)
        && used as f64 >= limit as f64 * FULL
        && eviction_policy == "noeviction"
    {
        findings.push(format!(
            "{} of {} are in use and nothing may be evicted, so that writes are refused: raise maxmemory or set an eviction policy",
            bytes(used),
            bytes(limit)
        ));
    }
    if !findings.is_empty() {
        return (Status::Degraded, format!("{} answers, but {}.", product(report), findings.join("; ")));
    }
    let keys: u64 = report.databases.iter().map(|database| database.keys).sum();
    let used = used_bytes.map_or_else(String::new, |used| format!(", {}", bytes(used)));
    (Status::Healthy, format!("{}, {}{used}, {keys} keys.", product(report), role_of(report)))
}

fn product(report: &ServerReport) -> String {
    let product = if report.product == "valkey" { "Valkey" } else { "Redis" };
    format!("{product} {}", report.version)
}

fn role_of(report: &ServerReport) -> &str {
    report.replication.as_ref().map_or("primary", |replication| &replication.role)
}

#[cfg(test)]
mod tests {
    use super::{
        super::info::tests::{REDIS_6, REDIS_7, VALKEY_8},
        *,
    };

    fn report(text: &str, now: f64) -> ServerReport {
        let mut report = ServerReport::unknown("cache", "127.0.0.1:6379");
        update(&mut report, &Info::parse(text), now);
        report
    }

    #[test]
    fn servers_of_every_version_are_told_with_what_they_are() {
        let redis_6 = report(REDIS_6, 0.0);
        assert_eq!((redis_6.product.as_str(), redis_6.version.as_str()), ("redis", "6.0.16"));
        assert_eq!(redis_6.replication.unwrap().role, "replica");
        let redis_7 = report(REDIS_7, 1_795_602_500.0);
        assert_eq!(redis_7.status, Status::Healthy, "{}", redis_7.message);
        assert_eq!((redis_7.hits, redis_7.misses, redis_7.hit_ratio), (900, 100, Some(0.9)));
        assert_eq!(redis_7.persistence.unwrap().last_save_age_seconds, Some(9));
        assert_eq!(redis_7.replication.unwrap().lag_bytes, Some(28));
        assert!(redis_7.commands[0].p99_seconds.is_some());
        let valkey = report(VALKEY_8, 0.0);
        assert_eq!((valkey.product.as_str(), valkey.version.as_str()), ("valkey", "8.0.1"));
    }

    #[test]
    fn what_is_not_well_is_told_with_what_to_do() {
        for (fields, finding) in [
            ("loading:1\naof_enabled:0", "loads its data"),
            ("loading:0\naof_enabled:0\nrdb_last_bgsave_status:err", "last snapshot failed"),
            ("loading:0\naof_enabled:1\naof_last_write_status:err", "append-only file"),
            ("role:slave\nmaster_link_status:down", "lost its primary"),
            ("used_memory:96\nmaxmemory:100\nmaxmemory_policy:noeviction", "raise maxmemory"),
        ] {
            let report = report(&format!("redis_version:7.0.0\n{fields}"), 0.0);
            assert_eq!(report.status, Status::Degraded);
            assert!(report.message.contains(finding), "{}", report.message);
        }
        let evicting = report("used_memory:99\nmaxmemory:100\nmaxmemory_policy:allkeys-lru", 0.0);
        assert_eq!(evicting.status, Status::Healthy);
    }
}
