//! The text that `INFO` answers with: lines `field:value` in sections. No I/O.

use std::collections::HashMap;

/// The fields of an `INFO`. Sections are not told apart: no field is in two of them.
#[derive(Debug, Default)]
pub(super) struct Info<'a> {
    fields: HashMap<&'a str, &'a str>,
    /// Name and figures of each command that was called: `calls=1,usec=25,…`.
    commands: Vec<(&'a str, &'a str)>,
}

/// The figures of a database.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Keyspace {
    pub database: u32,
    pub keys: u64,
    pub expires: u64,
    pub mean_ttl_seconds: f64,
}

/// What the calls of a command cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct CommandCost<'a> {
    pub name: &'a str,
    pub calls: u64,
    pub failed: u64,
    pub microseconds: f64,
    /// The quantiles that the server tells, in seconds: `p50`, `p99`, `p99.9`. Since Redis 7.
    pub latency: [Option<f64>; PERCENTILES.len()],
}

/// The quantiles of latency, as servers name them.
pub(super) const PERCENTILES: [&str; 3] = ["p50", "p99", "p99.9"];

const LATENCY: &str = "latency_percentiles_usec_";

impl<'a> Info<'a> {
    /// Reads the text. Lines of a form that is not known are left out: every version has its own.
    pub(super) fn parse(text: &'a str) -> Self {
        let mut info = Self::default();
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        for (field, value) in lines.filter_map(|line| line.split_once(':')) {
            match field.strip_prefix("cmdstat_") {
                Some(command) => info.commands.push((command, value)),
                None => drop(info.fields.insert(field, value)),
            }
        }
        info
    }

    /// A field as it stands.
    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.fields.get(field).copied().filter(|value| !value.is_empty())
    }

    /// A field that is a number.
    pub(super) fn number(&self, field: &str) -> Option<f64> {
        self.text(field)?.parse().ok()
    }

    /// A field that is a whole number, not negative.
    pub(super) fn count(&self, field: &str) -> Option<u64> {
        self.text(field)?.parse().ok()
    }

    /// Whether a field is `1`, `ok` or `up`.
    pub(super) fn is_set(&self, field: &str) -> Option<bool> {
        Some(["1", "ok", "up"].contains(&self.text(field)?))
    }

    /// Databases that have keys, by their numbers.
    pub(super) fn keyspace(&self) -> Vec<Keyspace> {
        let database = |(field, value): (&&str, &&str)| {
            let figure = |name| figure(value, name);
            Some(Keyspace {
                database: field.strip_prefix("db")?.parse().ok()?,
                keys: figure("keys")? as u64,
                expires: figure("expires")? as u64,
                mean_ttl_seconds: figure("avg_ttl").unwrap_or(0.0) / 1e3,
            })
        };
        let mut databases: Vec<_> = self.fields.iter().filter_map(database).collect();
        databases.sort_by_key(|keyspace| keyspace.database);
        databases
    }

    /// Commands that were called, first those that took most time in all.
    pub(super) fn commands(&self) -> Vec<CommandCost<'a>> {
        let cost = |(name, figures): &(&'a str, &'a str)| {
            let latency = self.text(&format!("{LATENCY}{name}")).unwrap_or_default();
            Some(CommandCost {
                name,
                calls: figure(figures, "calls")? as u64,
                // Before Redis 6.2 failures are not told.
                failed: figure(figures, "failed_calls").unwrap_or(0.0) as u64,
                microseconds: figure(figures, "usec")?,
                latency: PERCENTILES.map(|percentile| Some(figure(latency, percentile)? / 1e6)),
            })
        };
        let mut commands: Vec<_> = self.commands.iter().filter_map(cost).collect();
        commands.sort_by(|a, b| b.microseconds.total_cmp(&a.microseconds).then(a.name.cmp(b.name)));
        commands
    }

    /// Of each replica connected, how far it has confirmed the replication stream.
    pub(super) fn replica_offsets(&self) -> impl Iterator<Item = u64> {
        // `slave0:ip=127.0.0.1,port=6380,state=online,offset=42,lag=0`
        let lines = self.fields.iter().filter(|(field, value)| field.starts_with("slave") && value.contains("offset="));
        lines.filter_map(|(_, value)| figure(value, "offset")).map(|offset| offset as u64)
    }
}

/// A figure among `a=1,b=2`.
fn figure(figures: &str, name: &str) -> Option<f64> {
    figures.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    // What servers of these versions answer to `INFO all`, shortened by fields that nobody reads.
    pub(crate) const REDIS_6: &str = include_str!("texts/redis-6.0.txt");
    pub(crate) const REDIS_7: &str = include_str!("texts/redis-7.0.txt");
    pub(crate) const VALKEY_8: &str = include_str!("texts/valkey-8.0.txt");

    #[test]
    fn every_version_is_read() {
        for (text, version, keys, commands) in
            [(REDIS_6, "6.0.16", 3, 5), (REDIS_7, "7.0.15", 1_201, 8), (VALKEY_8, "7.2.4", 2, 4)]
        {
            let info = Info::parse(text);
            assert_eq!(info.text("redis_version"), Some(version));
            assert!(info.count("used_memory").unwrap() > 500_000, "{version}");
            assert_eq!(info.keyspace().iter().map(|keyspace| keyspace.keys).sum::<u64>(), keys, "{version}");
            assert_eq!(info.commands().len(), commands, "{version}");
        }
    }

    #[test]
    fn lines_end_as_the_protocol_has_them() {
        let info = Info::parse("# Server\r\nredis_version:7.0.15\r\n\r\n# Clients\r\nconnected_clients:3\r\n");
        assert_eq!((info.text("redis_version"), info.count("connected_clients")), (Some("7.0.15"), Some(3)));
    }

    #[test]
    fn commands_come_with_their_latency_where_the_server_tells_it() {
        let info = Info::parse(
            "cmdstat_get:calls=4,usec=8,usec_per_call=2.00,rejected_calls=0,failed_calls=1\n\
             cmdstat_config|set:calls=1,usec=90,usec_per_call=90.00\n\
             latency_percentiles_usec_get:p50=1.003,p99=3.007,p99.9=4\n",
        );
        let [config, get] = info.commands()[..] else { panic!("{:?}", info.commands()) };
        assert_eq!((config.name, config.failed, config.latency), ("config|set", 0, [None; 3]));
        assert_eq!((get.name, get.calls, get.failed), ("get", 4, 1));
        assert!((get.latency[1].unwrap() - 3.007e-6).abs() < 1e-12);
    }

    #[test]
    fn nonsense_is_left_out() {
        let info =
            Info::parse("a\n:\nb:\ndb:keys=1\ndbx:keys=1,expires=0\ndb1:keys=x\ncmdstat_:calls=\nslave0:offset=");
        assert_eq!((info.text("b"), info.keyspace(), info.commands()), (None, Vec::new(), Vec::new()));
        assert_eq!(info.replica_offsets().count(), 0);
    }
}
