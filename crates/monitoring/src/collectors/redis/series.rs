//! The series of a server, by the names of the OpenTelemetry Collector's Redis receiver.

use super::{
    info::{Info, PERCENTILES},
    report,
};
use crate::{
    Readings,
    collectors::{counter, gauge},
};
use miorai_model::{Kind, SeriesId, Topic, Topics, Unit, names};
use std::collections::HashMap;

const CACHE: Topics = Topics::of([Topic::Cache]);
/// At most this many databases and this many commands have series of their own.
const LABELS: usize = 64;

/// A field of `INFO` that is a series: field, name, unit, kind, and what the field is multiplied by.
type Plain = (&'static str, &'static str, Unit, Kind, f64);

#[rustfmt::skip]
const PLAIN: [Plain; 29] = [
    ("uptime_in_seconds", names::REDIS_UPTIME, Unit::Seconds, Kind::Gauge, 1.0),
    ("connected_clients", names::REDIS_CLIENTS_CONNECTED, Unit::Count, Kind::Gauge, 1.0),
    ("blocked_clients", names::REDIS_CLIENTS_BLOCKED, Unit::Count, Kind::Gauge, 1.0),
    ("client_recent_max_input_buffer", names::REDIS_CLIENTS_MAX_INPUT_BUFFER, Unit::Bytes, Kind::Gauge, 1.0),
    ("client_recent_max_output_buffer", names::REDIS_CLIENTS_MAX_OUTPUT_BUFFER, Unit::Bytes, Kind::Gauge, 1.0),
    ("expired_keys", names::REDIS_KEYS_EXPIRED, Unit::Count, Kind::Counter, 1.0),
    ("evicted_keys", names::REDIS_KEYS_EVICTED, Unit::Count, Kind::Counter, 1.0),
    ("total_connections_received", names::REDIS_CONNECTIONS_RECEIVED, Unit::Count, Kind::Counter, 1.0),
    ("rejected_connections", names::REDIS_CONNECTIONS_REJECTED, Unit::Count, Kind::Counter, 1.0),
    ("used_memory", names::REDIS_MEMORY_USED, Unit::Bytes, Kind::Gauge, 1.0),
    ("used_memory_peak", names::REDIS_MEMORY_PEAK, Unit::Bytes, Kind::Gauge, 1.0),
    ("used_memory_rss", names::REDIS_MEMORY_RSS, Unit::Bytes, Kind::Gauge, 1.0),
    ("used_memory_lua", names::REDIS_MEMORY_LUA, Unit::Bytes, Kind::Gauge, 1.0),
    ("mem_fragmentation_ratio", names::REDIS_MEMORY_FRAGMENTATION_RATIO, Unit::Count, Kind::Gauge, 1.0),
    ("maxmemory", names::REDIS_MAXMEMORY, Unit::Bytes, Kind::Gauge, 1.0),
    ("rdb_changes_since_last_save", names::REDIS_RDB_CHANGES, Unit::Count, Kind::Gauge, 1.0),
    ("instantaneous_ops_per_sec", names::REDIS_COMMANDS, Unit::Count, Kind::Gauge, 1.0),
    ("total_commands_processed", names::REDIS_COMMANDS_PROCESSED, Unit::Count, Kind::Counter, 1.0),
    ("total_net_input_bytes", names::REDIS_NET_INPUT, Unit::Bytes, Kind::Counter, 1.0),
    ("total_net_output_bytes", names::REDIS_NET_OUTPUT, Unit::Bytes, Kind::Counter, 1.0),
    ("keyspace_hits", names::REDIS_KEYSPACE_HITS, Unit::Count, Kind::Counter, 1.0),
    ("keyspace_misses", names::REDIS_KEYSPACE_MISSES, Unit::Count, Kind::Counter, 1.0),
    ("latest_fork_usec", names::REDIS_LATEST_FORK, Unit::Seconds, Kind::Gauge, 1e-6),
    ("connected_slaves", names::REDIS_SLAVES_CONNECTED, Unit::Count, Kind::Gauge, 1.0),
    ("repl_backlog_first_byte_offset", names::REDIS_REPLICATION_BACKLOG_FIRST_BYTE_OFFSET, Unit::Bytes, Kind::Gauge, 1.0),
    ("master_repl_offset", names::REDIS_REPLICATION_OFFSET, Unit::Bytes, Kind::Gauge, 1.0),
    ("slave_repl_offset", names::REDIS_REPLICATION_REPLICA_OFFSET, Unit::Bytes, Kind::Gauge, 1.0),
    // Redis 6 calls the same fields otherwise.
    ("client_longest_output_list", names::REDIS_CLIENTS_MAX_OUTPUT_BUFFER, Unit::Bytes, Kind::Gauge, 1.0),
    ("client_biggest_input_buf", names::REDIS_CLIENTS_MAX_INPUT_BUFFER, Unit::Bytes, Kind::Gauge, 1.0),
];

/// The fields of processor time, with the label `state` of each.
const STATES: [(&str, &str); 6] = [
    ("used_cpu_sys", "sys"),
    ("used_cpu_sys_children", "sys_children"),
    ("used_cpu_sys_main_thread", "sys_main_thread"),
    ("used_cpu_user", "user"),
    ("used_cpu_user_children", "user_children"),
    ("used_cpu_user_main_thread", "user_main_thread"),
];

/// The numbers of a server's series, registered when each is first met.
#[derive(Debug, Default)]
pub(super) struct ServerSeries {
    plain: [Slot; PLAIN.len()],
    states: [Slot; STATES.len()],
    roles: [Slot; 2],
    databases: HashMap<u32, [Option<SeriesId>; 3]>,
    commands: HashMap<String, CommandSeries>,
}

/// The number of a series: none before it is first met, and none within when the catalogue was full then.
type Slot = Option<Option<SeriesId>>;

#[derive(Clone, Copy, Debug)]
struct CommandSeries {
    calls: Option<SeriesId>,
    microseconds: Option<SeriesId>,
    /// In the order of [`PERCENTILES`]; none where the server does not tell them.
    latency: Option<[Option<SeriesId>; PERCENTILES.len()]>,
}

impl ServerSeries {
    /// Adds every figure that `info` has to the readings.
    pub(super) fn push(&mut self, readings: &mut Readings, server: &str, info: &Info<'_>) {
        for (slot, (field, name, unit, kind, factor)) in self.plain.iter_mut().zip(PLAIN) {
            let Some(value) = info.number(field) else { continue };
            let labels = [("server", server)];
            let id = *slot.get_or_insert_with(|| match kind {
                Kind::Gauge | Kind::Distribution => gauge(readings, CACHE, unit, name, labels),
                Kind::Counter => counter(readings, CACHE, unit, name, labels),
            });
            readings.push(id, value * factor);
        }
        for (slot, (field, state)) in self.states.iter_mut().zip(STATES) {
            let Some(seconds) = info.number(field) else { continue };
            let labels = [("server", server), ("state", state)];
            let id =
                *slot.get_or_insert_with(|| counter(readings, CACHE, Unit::Seconds, names::REDIS_CPU_TIME, labels));
            readings.push(id, seconds);
        }
        let role = report::role(info);
        for (slot, name) in self.roles.iter_mut().zip(["primary", "replica"]) {
            let labels = [("server", server), ("role", name)];
            let id = *slot.get_or_insert_with(|| gauge(readings, CACHE, Unit::Count, names::REDIS_ROLE, labels));
            readings.push(id, if name == role { 1.0 } else { 0.0 });
        }
        self.push_databases(readings, server, info);
        self.push_commands(readings, server, info);
    }

    fn push_databases(&mut self, readings: &mut Readings, server: &str, info: &Info<'_>) {
        for of in info.keyspace() {
            if self.databases.len() >= LABELS && !self.databases.contains_key(&of.database) {
                continue;
            }
            let [keys, expires, ttl] = *self.databases.entry(of.database).or_insert_with(|| {
                let database = of.database.to_string();
                let labels = [("server", server), ("db", database.as_str())];
                [
                    gauge(readings, CACHE, Unit::Count, names::REDIS_DB_KEYS, labels),
                    gauge(readings, CACHE, Unit::Count, names::REDIS_DB_EXPIRES, labels),
                    gauge(readings, CACHE, Unit::Seconds, names::REDIS_DB_AVG_TTL, labels),
                ]
            });
            readings.push(keys, of.keys as f64);
            readings.push(expires, of.expires as f64);
            readings.push(ttl, of.mean_ttl_seconds);
        }
    }

    fn push_commands(&mut self, readings: &mut Readings, server: &str, info: &Info<'_>) {
        for cost in info.commands() {
            if self.commands.len() >= LABELS && !self.commands.contains_key(cost.name) {
                continue;
            }
            let labels = [("server", server), ("cmd", cost.name)];
            let series = self.commands.entry(cost.name.to_owned()).or_insert_with(|| CommandSeries {
                calls: counter(readings, CACHE, Unit::Count, names::REDIS_CMD_CALLS, labels),
                microseconds: counter(readings, CACHE, Unit::Count, names::REDIS_CMD_USEC, labels),
                latency: None,
            });
            readings.push(series.calls, cost.calls as f64);
            readings.push(series.microseconds, cost.microseconds);
            if cost.latency.iter().all(Option::is_none) {
                continue;
            }
            let latency = *series.latency.get_or_insert_with(|| {
                PERCENTILES.map(|percentile| {
                    let labels = [("server", server), ("cmd", cost.name), ("percentile", percentile)];
                    gauge(readings, CACHE, Unit::Seconds, names::REDIS_CMD_LATENCY, labels)
                })
            });
            for (id, seconds) in latency.into_iter().zip(cost.latency) {
                readings.push(id, seconds.unwrap_or(f64::NAN));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::info::tests::REDIS_7, *};
    use crate::Catalog;
    use miorai_model::{SeriesKey, Timestamp};
    use std::{sync::Arc, time::Duration};

    #[test]
    fn figures_are_under_their_names_and_the_servers_label() {
        let mut readings = Readings::new(Arc::new(Catalog::new(1_000)), Timestamp::default(), Duration::ZERO);
        let mut series = ServerSeries::default();
        series.push(&mut readings, "cache", &Info::parse(REDIS_7));
        let value = |name, labels: &[(&'static str, &str)]| {
            let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect();
            let id = readings.catalog().find(&SeriesKey { name: std::borrow::Cow::Borrowed(name), labels })?;
            readings.value(id)
        };
        let server = ("server", "cache");
        assert_eq!(value(names::REDIS_KEYSPACE_HITS, &[server]), Some(900.0));
        assert_eq!(value(names::REDIS_DB_KEYS, &[server, ("db", "1")]), Some(1_200.0));
        assert_eq!(value(names::REDIS_ROLE, &[server, ("role", "primary")]), Some(1.0));
        assert_eq!(value(names::REDIS_CMD_CALLS, &[server, ("cmd", "get")]), Some(1_000.0));
        assert!(value(names::REDIS_CMD_LATENCY, &[server, ("cmd", "get"), ("percentile", "p99")]).is_some());
        assert!(value(names::REDIS_CPU_TIME, &[server, ("state", "user")]).is_some());
        let count = readings.catalog().series().len();
        let mut again = Readings::new(Arc::new(Catalog::new(1_000)), Timestamp::default(), Duration::ZERO);
        series.push(&mut again, "cache", &Info::parse(REDIS_7));
        assert_eq!(again.values().len(), readings.values().len());
        assert_eq!(again.catalog().series().len(), 0, "the second time no key is built: {count}");
    }
}
