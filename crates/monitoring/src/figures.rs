//! What the server knows of itself without asking anybody: what ticks, collectors and the live stream cost.

use crate::{catalog::Catalog, collector::Readings, messages::Encoding, monitor::Monitor, roster::Member, tick::Tick};
use miorai_model::{Kind, SeriesId, SeriesKey, Timestamp, Topic, Topics, Unit, names};
use std::{sync::Arc, time::Duration};

const SERVER: Topics = Topics::of([Topic::Server]);

/// More figures of the program, added to each frame where it is made. They must be at hand: nothing may block here.
pub(crate) type MoreFigures = Box<dyn FnMut(&mut Readings) + Send>;

/// The sampler's own punctuality.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Punctuality {
    /// How long the tick before took.
    pub took: Option<Duration>,
    /// By how much this one was late.
    pub lateness: Duration,
    /// Ticks left out so far.
    pub missed: u64,
}

/// The series of the server's own figures.
pub(crate) struct OwnFigures {
    pub readings: Readings,
    more: Vec<MoreFigures>,
    duration: Option<SeriesId>,
    lateness: Option<SeriesId>,
    missed: Option<SeriesId>,
    series_count: Option<SeriesId>,
    series_overflow: Option<SeriesId>,
    live_clients: Option<SeriesId>,
    live_bytes: Option<SeriesId>,
    live_missed: Option<SeriesId>,
    history_memory: Option<SeriesId>,
    /// Of each collector: errors, skipped, duration.
    collectors: Vec<[Option<SeriesId>; 3]>,
    frame_bytes: Vec<(Topic, Encoding, Option<SeriesId>)>,
}

impl OwnFigures {
    pub(crate) fn new(catalog: &Arc<Catalog>, collectors: &[Member], more: Vec<MoreFigures>) -> Self {
        let add = |name, unit, kind| catalog.register(SeriesKey::new(name, []), unit, kind, SERVER);
        let of_collector = |member: &Member| {
            let add = |name, unit, kind| {
                catalog.register(SeriesKey::new(name, [("collector", member.name.as_str())]), unit, kind, SERVER)
            };
            [
                add(names::COLLECTOR_ERRORS, Unit::Count, Kind::Counter),
                add(names::COLLECTOR_SKIPPED, Unit::Count, Kind::Counter),
                add(names::COLLECTOR_DURATION, Unit::Seconds, Kind::Gauge),
            ]
        };
        let mut frame_bytes = Vec::new();
        for (topic, encoding) in Topic::OF_SERIES.into_iter().flat_map(|t| Encoding::EVERY.map(|e| (t, e))) {
            let key = SeriesKey::new(names::FRAME_BYTES, [("topic", topic.name()), ("encoding", encoding.name())]);
            frame_bytes.push((topic, encoding, catalog.register(key, Unit::Bytes, Kind::Gauge, SERVER)));
        }
        Self {
            readings: Readings::new(Arc::clone(catalog), Timestamp::default(), Duration::ZERO),
            more,
            duration: add(names::TICK_DURATION, Unit::Seconds, Kind::Gauge),
            lateness: add(names::TICK_LATENESS, Unit::Seconds, Kind::Gauge),
            missed: add(names::TICKS_MISSED, Unit::Count, Kind::Counter),
            series_count: add(names::SERIES_COUNT, Unit::Count, Kind::Gauge),
            series_overflow: add(names::SERIES_OVERFLOW, Unit::Count, Kind::Counter),
            live_clients: add(names::LIVE_CLIENTS, Unit::Count, Kind::Gauge),
            live_bytes: add(names::LIVE_BYTES, Unit::Bytes, Kind::Counter),
            live_missed: add(names::LIVE_MISSED, Unit::Count, Kind::Counter),
            history_memory: add(names::HISTORY_MEMORY, Unit::Bytes, Kind::Gauge),
            collectors: collectors.iter().map(of_collector).collect(),
            frame_bytes,
        }
    }

    /// Begins with the program's figures, which may be of series that are new.
    pub(crate) fn begin(&mut self, at: Timestamp, monotonic: Duration) {
        self.readings.restart(at, monotonic);
        for more in &mut self.more {
            more(&mut self.readings);
        }
    }

    /// Reads all the others; `before` is the newest frame sent. Totals are never left out, so that they show zero before
    /// anything has gone wrong.
    pub(crate) fn read(&mut self, monitor: &Monitor, members: &[Member], times: Punctuality, before: Option<&Tick>) {
        let live = monitor.live_counters();
        let catalog = monitor.catalog();
        let readings = &mut self.readings;
        for (id, value) in [
            (self.lateness, times.lateness.as_secs_f64()),
            (self.missed, times.missed as f64),
            (self.series_count, catalog.count() as f64),
            (self.series_overflow, catalog.overflow() as f64),
            (self.live_clients, live.clients() as f64),
            (self.live_bytes, live.bytes() as f64),
            (self.live_missed, live.missed() as f64),
            (self.history_memory, monitor.history().memory_bytes() as f64),
        ] {
            readings.push(id, value);
        }
        if let Some(took) = times.took {
            readings.push(self.duration, took.as_secs_f64());
        }
        for (member, [errors, skipped, duration]) in members.iter().zip(&self.collectors) {
            readings.push(*errors, member.errors as f64);
            readings.push(*skipped, member.skipped as f64);
            if let Some(took) = member.took {
                readings.push(*duration, took.as_secs_f64());
            }
        }
        for (topic, encoding, id) in &self.frame_bytes {
            // The shortest form is told whether anybody wants it or not; the others when somebody has asked for them.
            let bytes = match (*topic, *encoding) {
                (Topic::All, Encoding::Binary) => {
                    before.and_then(|tick| tick.binary(Topic::All)).map(|bytes| bytes.len())
                }
                _ => before.and_then(|tick| tick.encoded_bytes(*topic, *encoding)),
            };
            if let Some(bytes) = bytes {
                readings.push(*id, bytes as f64);
            }
        }
    }
}
