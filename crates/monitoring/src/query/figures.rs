//! The series of statements and pools, by OpenTelemetry's conventions for database clients
//! (<https://opentelemetry.io/docs/specs/semconv/database/database-metrics/>).

use super::{
    QueryMonitor,
    client::Client,
    lock,
    pool::PoolShared,
    statements::{Figures, Statement},
};
use crate::{Distribution, Readings};
use foldhash::fast::FixedState;
use miorai_model::{
    Kind, SeriesId, SeriesKey, Topic, Topics, Unit,
    database::{PoolReport, StatementError},
    names,
};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

const DATABASE: Topics = Topics::of([Topic::Database]);
const OVERVIEW: Topics = Topics::of([Topic::Database, Topic::Overview]);

impl QueryMonitor {
    /// Adds the figures of statements and pools to each frame.
    pub fn figures(&self) -> impl FnMut(&mut Readings) + Send + use<> {
        let monitor = self.clone();
        let mut series = Series::default();
        move |readings| series.push(readings, &monitor)
    }
}

/// The number of a series: none before it is first met, and none within when the catalogue was full then.
type Slot = Option<Option<SeriesId>>;

/// The numbers of the series, registered when each is first met.
#[derive(Default)]
struct Series {
    clients: HashMap<Arc<str>, OfClient>,
    pools: HashMap<Arc<str>, OfPool>,
    /// By the database and the fingerprint.
    statements: HashMap<(Arc<str>, u64), Distribution, FixedState>,
    overflow: Slot,
    slow_ratio: Slot,
    /// Calls and slow calls up to the frame before.
    before: (u64, u64),
}

struct OfClient {
    duration: Distribution,
    slow: Option<SeriesId>,
    rows: Option<SeriesId>,
    errors: [Slot; StatementError::EVERY.len()],
}

struct OfPool {
    used: Option<SeriesId>,
    idle: Option<SeriesId>,
    max: Option<SeriesId>,
    pending: Option<SeriesId>,
    timeouts: Option<SeriesId>,
    efficiency: Option<SeriesId>,
    wait: Distribution,
}

impl Series {
    fn push(&mut self, readings: &mut Readings, monitor: &QueryMonitor) {
        let core = &monitor.0.core;
        let clients = lock(&monitor.0.clients).clone();
        let (mut calls, mut slow) = (0, 0);
        for client in &clients {
            let mut figures = client.all();
            calls += figures.calls;
            slow += figures.slow;
            self.push_client(readings, client, &mut figures);
        }
        let pools: Vec<(Arc<PoolShared>, PoolReport)> = {
            let pools = lock(&monitor.0.pools);
            pools.iter().map(|watched| (Arc::clone(&watched.shared), watched.pool.report())).collect()
        };
        for (shared, report) in &pools {
            self.push_pool(readings, shared, report);
        }
        for statement in core.statements.all() {
            self.push_statement(readings, &statement, core.settings.max_series);
        }
        let overflow = *self.overflow.get_or_insert_with(|| {
            let key = SeriesKey::new(names::DB_STATEMENTS_OVERFLOW, []);
            readings.catalog().register(key, Unit::Count, Kind::Counter, DATABASE)
        });
        readings.push(overflow, core.statements.overflow() as f64);
        self.push_slow_ratio(readings, calls, slow);
    }

    fn push_client(&mut self, readings: &mut Readings, client: &Client, figures: &mut Figures) {
        if figures.calls == 0 && !self.clients.contains_key(&client.name) {
            return;
        }
        let labels = [("db.system.name", client.system), ("db.namespace", &*client.name)];
        let series = self.clients.entry(Arc::clone(&client.name)).or_insert_with(|| {
            let counter =
                |name| readings.catalog().register(SeriesKey::new(name, labels), Unit::Count, Kind::Counter, DATABASE);
            let key = SeriesKey::new(names::DB_OPERATION_DURATION, labels);
            OfClient {
                duration: Distribution::register(readings.catalog(), key, Unit::Seconds, OVERVIEW),
                slow: counter(names::DB_SLOW),
                rows: counter(names::DB_ROWS),
                errors: Default::default(),
            }
        });
        if let Some(seconds) = figures.take_since() {
            readings.push_distribution(&series.duration, seconds);
        }
        readings.push(series.slow, figures.slow as f64);
        readings.push(series.rows, figures.rows as f64);
        for ((kind, count), id) in StatementError::EVERY.into_iter().zip(figures.errors).zip(&mut series.errors) {
            if count == 0 && id.is_none() {
                continue;
            }
            let id = *id.get_or_insert_with(|| {
                let [system, namespace] = labels;
                let key = SeriesKey::new(names::DB_ERRORS, [system, namespace, ("error.type", kind.word())]);
                readings.catalog().register(key, Unit::Count, Kind::Counter, DATABASE)
            });
            readings.push(id, count as f64);
        }
    }

    fn push_pool(&mut self, readings: &mut Readings, shared: &PoolShared, report: &PoolReport) {
        let name = &shared.client.name;
        let series = self.pools.entry(Arc::clone(name)).or_insert_with(|| {
            let pool = ("db.client.connection.pool.name", &**name);
            let one =
                |name, kind, unit| readings.catalog().register(SeriesKey::new(name, [pool]), unit, kind, DATABASE);
            let of_state = |state| {
                let key = SeriesKey::new(names::DB_CONNECTIONS, [pool, ("state", state)]);
                readings.catalog().register(key, Unit::Count, Kind::Gauge, DATABASE)
            };
            let wait = SeriesKey::new(names::DB_CONNECTION_WAIT_TIME, [pool]);
            OfPool {
                used: of_state("used"),
                idle: of_state("idle"),
                max: one(names::DB_CONNECTIONS_MAX, Kind::Gauge, Unit::Count),
                pending: one(names::DB_CONNECTIONS_PENDING, Kind::Gauge, Unit::Count),
                timeouts: one(names::DB_CONNECTION_TIMEOUTS, Kind::Counter, Unit::Count),
                efficiency: one(names::DB_POOL_EFFICIENCY, Kind::Gauge, Unit::Ratio),
                wait: Distribution::register(readings.catalog(), wait, Unit::Seconds, DATABASE),
            }
        });
        for (id, value) in [
            (series.used, report.used),
            (series.idle, report.idle),
            (series.max, report.max),
            (series.pending, report.pending),
            (series.timeouts, report.timeouts),
        ] {
            readings.push(id, value as f64);
        }
        readings.push(series.efficiency, report.efficiency_ratio.unwrap_or(f64::NAN));
        if let Some(seconds) = shared.waits.take_since() {
            readings.push_distribution(&series.wait, seconds);
        }
    }

    /// The first statements that there is room for have series; which are called most is in the report.
    fn push_statement(&mut self, readings: &mut Readings, statement: &Statement, limit: usize) {
        let Some(seconds) = statement.figures().take_since() else { return };
        let is_full = self.statements.len() >= limit;
        let series = match self.statements.entry((Arc::clone(&statement.database), statement.text.fingerprint)) {
            Entry::Occupied(series) => *series.get(),
            Entry::Vacant(_) if is_full => return,
            Entry::Vacant(place) => {
                let id = statement.id();
                let labels = [
                    ("db.system.name", statement.system),
                    ("db.namespace", &*statement.database),
                    ("db.query.summary", statement.text.summary.as_str()),
                    ("miorai.statement", id.as_str()),
                ];
                let key = SeriesKey::new(names::DB_OPERATION_DURATION, labels);
                *place.insert(Distribution::register(readings.catalog(), key, Unit::Seconds, DATABASE))
            }
        };
        readings.push_distribution(&series, seconds);
    }

    /// The share of the calls of this second that were slow; nothing when there was none.
    fn push_slow_ratio(&mut self, readings: &mut Readings, calls: u64, slow: u64) {
        // After a reset both begin anew.
        let of_second = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
        let new_calls = of_second(calls, self.before.0);
        let new_slow = of_second(slow, self.before.1);
        self.before = (calls, slow);
        let id = *self.slow_ratio.get_or_insert_with(|| {
            let key = SeriesKey::new(names::DB_SLOW_RATIO, []);
            readings.catalog().register(key, Unit::Ratio, Kind::Gauge, OVERVIEW)
        });
        if new_calls > 0 {
            readings.push(id, new_slow as f64 / new_calls as f64);
        }
    }
}
