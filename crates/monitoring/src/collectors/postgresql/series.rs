//! The series of a server, by the names of the OpenTelemetry Collector's PostgreSQL receiver.

use super::{
    background::Writer,
    databases::DatabaseFigures,
    look::Looks,
    objects::{Index, SOURCES, Table},
};
use crate::Readings;
use foldhash::fast::FixedState;
use miorai_model::{Kind, Labels, SeriesId, SeriesKey, Topic, Topics, Unit, names};
use std::{borrow::Cow, collections::HashMap, time::Duration};

const DATABASE: Topics = Topics::of([Topic::Database]);
/// The most tables and indexes that have series.
const OBJECTS: usize = 20;

/// The label that tells databases of a server from each other.
const DB: &str = "postgresql.database.name";
const TABLE: &str = "postgresql.table.name";
const INDEX: &str = "postgresql.index.name";

/// The numbers of a server's series, registered when each is first met.
#[derive(Debug, Default)]
pub(super) struct ServerSeries {
    ids: HashMap<(&'static str, String, &'static str), Option<SeriesId>, FixedState>,
    /// Blocks found in memory and read, up to the reading before.
    blocks: Option<(i64, i64)>,
}

/// A figure: name, unit, kind, value.
type Figure = (&'static str, Unit, Kind, f64);

impl ServerSeries {
    /// Adds every figure that is known to the readings. `took` is how long the questions took.
    pub(super) fn push(&mut self, readings: &mut Readings, server: &str, looks: &Looks, took: Duration) {
        let mut to = Pusher { series: self, readings, server };
        let connections = &looks.activity.connections;
        let number = |count: Option<u64>| count.map_or(f64::NAN, |count| count as f64);
        to.all(
            "",
            &[],
            "",
            &[
                (names::POSTGRESQL_RESPONSE_TIME, Unit::Seconds, Kind::Gauge, took.as_secs_f64()),
                (names::POSTGRESQL_CONNECTION_MAX, Unit::Count, Kind::Gauge, number(connections.max)),
                (names::POSTGRESQL_DATABASE_COUNT, Unit::Count, Kind::Gauge, looks.databases.len() as f64),
                (names::POSTGRESQL_BLOCKED, Unit::Count, Kind::Gauge, connections.waiting as f64),
                (
                    names::POSTGRESQL_OLDEST_TRANSACTION,
                    Unit::Seconds,
                    Kind::Gauge,
                    looks.activity.oldest_transaction().unwrap_or_default(),
                ),
                (names::POSTGRESQL_TABLE_COUNT, Unit::Count, Kind::Gauge, looks.tables.len() as f64),
                (names::POSTGRESQL_WAL_AGE, Unit::Seconds, Kind::Gauge, looks.log_age.unwrap_or(f64::NAN)),
                (names::POSTGRESQL_WAL_BYTES, Unit::Bytes, Kind::Counter, looks.log_position.unwrap_or(f64::NAN)),
            ],
        );
        for (state, count) in [
            ("active", connections.active),
            ("idle", connections.idle),
            ("idle in transaction", connections.idle_in_transaction),
        ] {
            let figure = (names::POSTGRESQL_CONNECTIONS, Unit::Count, Kind::Gauge, count as f64);
            to.all(state, &[("state", state)], state, &[figure]);
        }
        for (mode, count) in &looks.locks {
            let figure = (names::POSTGRESQL_LOCKS, Unit::Count, Kind::Gauge, *count as f64);
            to.all(mode, &[("mode", mode)], "", &[figure]);
        }
        looks.databases.iter().for_each(|database| to.database(database));
        for (name, bytes) in &looks.sizes {
            let figure = (names::POSTGRESQL_DB_SIZE, Unit::Bytes, Kind::Gauge, *bytes as f64);
            to.all(name, &[(DB, name)], "", &[figure]);
        }
        for replica in &looks.replicas {
            let lag = replica.lag_bytes.map_or(f64::NAN, |bytes| bytes as f64);
            let seconds = replica.lag_seconds.unwrap_or(f64::NAN);
            to.all(
                &replica.name,
                &[("replication_client", &replica.name)],
                "",
                &[
                    (names::POSTGRESQL_REPLICATION_DATA_DELAY, Unit::Bytes, Kind::Gauge, lag),
                    (names::POSTGRESQL_WAL_LAG, Unit::Seconds, Kind::Gauge, seconds),
                ],
            );
        }
        if let Some(writer) = &looks.writer {
            to.writer(writer);
        }
        looks.tables.iter().take(OBJECTS).for_each(|table| to.table(table));
        looks.indexes.iter().take(OBJECTS).for_each(|index| to.index(index));
        if let Some(own) = looks.own() {
            self.push_hit_ratio(readings, server, own);
        }
    }

    /// The share of the blocks since the reading before: what the totals have is the mean of weeks.
    fn push_hit_ratio(&mut self, readings: &mut Readings, server: &str, own: &DatabaseFigures) {
        let before = self.blocks.replace((own.blocks_hit, own.blocks_read));
        let Some((hit, read)) = before.map(|(hit, read)| (own.blocks_hit - hit, own.blocks_read - read)) else {
            return;
        };
        if hit + read > 0 && hit >= 0 && read >= 0 {
            let figure = (names::POSTGRESQL_HIT_RATIO, Unit::Ratio, Kind::Gauge, hit as f64 / (hit + read) as f64);
            Pusher { series: self, readings, server }.all(&own.name, &[(DB, &own.name)], "", &[figure]);
        }
    }
}

/// Where the figures of one server go.
struct Pusher<'a> {
    series: &'a mut ServerSeries,
    readings: &'a mut Readings,
    server: &'a str,
}

impl Pusher<'_> {
    /// Adds figures of one thing. `of` and `part` tell it from others of the same name.
    fn all(&mut self, of: &str, labels: &[(&'static str, &str)], part: &'static str, figures: &[Figure]) {
        for (name, unit, kind, value) in figures {
            let key = (*name, of.to_owned(), part);
            let id = *self.series.ids.entry(key).or_insert_with(|| {
                let server = [("server", self.server)];
                let pairs =
                    server.iter().chain(labels).map(|(label, value)| (Cow::Borrowed(*label), (*value).to_owned()));
                let key = SeriesKey { name: Cow::Borrowed(name), labels: pairs.collect::<Labels>() };
                self.readings.catalog().register(key, *unit, *kind, DATABASE)
            });
            self.readings.push(id, *value);
        }
    }

    fn database(&mut self, of: &DatabaseFigures) {
        let counter = |name, value: i64| (name, Unit::Count, Kind::Counter, value as f64);
        self.all(
            &of.name,
            &[(DB, &of.name)],
            "",
            &[
                (names::POSTGRESQL_BACKENDS, Unit::Count, Kind::Gauge, of.backends as f64),
                counter(names::POSTGRESQL_COMMITS, of.commits),
                counter(names::POSTGRESQL_ROLLBACKS, of.rollbacks),
                counter(names::POSTGRESQL_DEADLOCKS, of.deadlocks),
                counter(names::POSTGRESQL_CONFLICTS, of.conflicts),
                counter(names::POSTGRESQL_BLKS_HIT, of.blocks_hit),
                counter(names::POSTGRESQL_BLKS_READ, of.blocks_read),
                counter(names::POSTGRESQL_TUP_RETURNED, of.returned),
                counter(names::POSTGRESQL_TUP_FETCHED, of.fetched),
                counter(names::POSTGRESQL_TUP_INSERTED, of.inserted),
                counter(names::POSTGRESQL_TUP_UPDATED, of.updated),
                counter(names::POSTGRESQL_TUP_DELETED, of.deleted),
                counter(names::POSTGRESQL_TEMP_FILES, of.temp_files),
                (names::POSTGRESQL_TEMP_BYTES, Unit::Bytes, Kind::Counter, of.temp_bytes as f64),
            ],
        );
    }

    fn writer(&mut self, of: &Writer) {
        let counter = |name, value: i64| (name, Unit::Count, Kind::Counter, value as f64);
        self.all(
            "",
            &[],
            "",
            &[
                counter(names::POSTGRESQL_BGWRITER_BUFFERS_ALLOCATED, of.buffers_allocated),
                counter(names::POSTGRESQL_BGWRITER_MAXWRITTEN, of.maxwritten),
            ],
        );
        for (source, buffers) in [
            ("checkpoints", of.buffers_checkpoint),
            ("bgwriter", of.buffers_clean),
            ("backend", of.buffers_backend),
            ("backend_fsync", of.buffers_backend_fsync),
        ] {
            let figure = counter(names::POSTGRESQL_BGWRITER_BUFFERS_WRITES, buffers);
            self.all("", &[("source", source)], source, &[figure]);
        }
        for (kind, count) in [("scheduled", of.checkpoints_timed), ("requested", of.checkpoints_requested)] {
            let figure = counter(names::POSTGRESQL_BGWRITER_CHECKPOINT_COUNT, count);
            self.all("", &[("type", kind)], kind, &[figure]);
        }
        for (kind, milliseconds) in [("write", of.checkpoint_write_ms), ("sync", of.checkpoint_sync_ms)] {
            let figure = (names::POSTGRESQL_BGWRITER_DURATION, Unit::Seconds, Kind::Counter, milliseconds / 1e3);
            self.all("", &[("type", kind)], kind, &[figure]);
        }
    }

    fn table(&mut self, of: &Table) {
        let report = &of.report;
        let name = report.name.as_str();
        self.all(
            name,
            &[(TABLE, name)],
            "",
            &[
                (names::POSTGRESQL_TABLE_SIZE, Unit::Bytes, Kind::Gauge, report.total_bytes as f64),
                (names::POSTGRESQL_TABLE_VACUUM_COUNT, Unit::Count, Kind::Counter, of.vacuums as f64),
                (names::POSTGRESQL_SEQUENTIAL_SCANS, Unit::Count, Kind::Counter, report.sequential_scans as f64),
            ],
        );
        for (state, rows) in [("live", report.live_rows), ("dead", report.dead_rows)] {
            let figure = (names::POSTGRESQL_ROWS, Unit::Count, Kind::Gauge, rows as f64);
            self.all(name, &[(TABLE, name), ("state", state)], state, &[figure]);
        }
        for (operation, rows) in [
            ("ins", report.inserted as f64),
            ("upd", report.updated as f64),
            ("del", report.deleted as f64),
            ("hot_upd", of.hot_updated as f64),
        ] {
            let figure = (names::POSTGRESQL_OPERATIONS, Unit::Count, Kind::Counter, rows);
            self.all(name, &[(TABLE, name), ("operation", operation)], operation, &[figure]);
        }
        for (source, blocks) in SOURCES.into_iter().zip(of.blocks) {
            let figure = (names::POSTGRESQL_BLOCKS_READ, Unit::Count, Kind::Counter, blocks as f64);
            self.all(name, &[(TABLE, name), ("source", source)], source, &[figure]);
        }
    }

    fn index(&mut self, of: &Index) {
        let (name, table) = (of.report.name.as_str(), of.report.table.as_str());
        self.all(
            name,
            &[(INDEX, name), (TABLE, table)],
            "index",
            &[
                (names::POSTGRESQL_INDEX_SIZE, Unit::Bytes, Kind::Gauge, of.report.bytes as f64),
                (names::POSTGRESQL_INDEX_SCANS, Unit::Count, Kind::Counter, of.report.scans as f64),
            ],
        );
    }
}
