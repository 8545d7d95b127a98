//! The series of spaces: pushed into each frame from what the last look has found.

use super::{
    tally::{self, NAMES, Tally},
    watch::Watch,
};
use miorai_model::{Kind, SeriesId, SeriesKey, Topic, Topics, Unit, cache::SpaceReport, names};
use miorai_monitoring::Readings;
use std::{borrow::Cow, collections::HashMap};

const CACHE: Topics = Topics::of([Topic::Cache]);
/// All spaces together: the overview shows them too.
const OVERVIEW: Topics = Topics::of([Topic::Overview, Topic::Cache]);

/// The numbers of one space's series.
#[derive(Clone, Copy)]
struct Ids {
    totals: [Option<SeriesId>; NAMES.len()],
    operations: Option<SeriesId>,
    hit_ratio: Option<SeriesId>,
    latency: [Option<SeriesId>; 3],
    keys: Option<SeriesId>,
    bytes: Option<SeriesId>,
}

impl Watch {
    /// Adds the figures of every space that is used. A space that nobody has used adds nothing.
    pub fn figures(&self) -> impl FnMut(&mut Readings) + Send + 'static {
        let watch = self.clone();
        let mut spaces: HashMap<String, Ids> = HashMap::new();
        let mut all: Option<[Option<SeriesId>; 2]> = None;
        move |readings| {
            let known = watch.known();
            for report in &known.report.spaces {
                let Some(tally) = known.tallies.get(&report.id) else { continue };
                if tally::operations(&tally.total()) > 0 {
                    let ids = *spaces.entry(report.id.clone()).or_insert_with(|| Ids::register(readings, report));
                    ids.push(readings, report, tally);
                }
            }
            if known.all.is_in_use() {
                let [operations, hit_ratio] = *all.get_or_insert_with(|| {
                    [
                        (names::CACHE_OPERATIONS, Unit::Count, Kind::Counter),
                        (names::CACHE_HIT_RATIO, Unit::Ratio, Kind::Gauge),
                    ]
                    .map(|(name, unit, kind)| {
                        readings.catalog().register(SeriesKey::new(name, []), unit, kind, OVERVIEW)
                    })
                });
                readings.push(operations, tally::operations(&known.all.total()) as f64);
                push(readings, hit_ratio, known.all.hit_ratio());
            }
        }
    }
}

impl Ids {
    fn register(readings: &Readings, report: &SpaceReport) -> Self {
        let key = |name: &'static str, more: Option<(&'static str, &str)>| SeriesKey {
            name: Cow::Borrowed(name),
            labels: [
                Some(("space", report.name.as_str())),
                report.application.as_deref().map(|name| ("application", name)),
                more,
            ]
            .into_iter()
            .flatten()
            .map(|(name, value)| (Cow::Borrowed(name), value.to_owned()))
            .collect(),
        };
        let add = |name, unit, kind| readings.catalog().register(key(name, None), unit, kind, CACHE);
        let percentile = |percentile| {
            let key = key(names::CACHE_LATENCY, Some(("percentile", percentile)));
            readings.catalog().register(key, Unit::Seconds, Kind::Gauge, CACHE)
        };
        Self {
            totals: NAMES.map(|name| add(name, Unit::Count, Kind::Counter)),
            operations: add(names::CACHE_OPERATIONS, Unit::Count, Kind::Counter),
            hit_ratio: add(names::CACHE_HIT_RATIO, Unit::Ratio, Kind::Gauge),
            latency: ["p50", "p95", "p99"].map(percentile),
            keys: add(names::CACHE_KEYS, Unit::Count, Kind::Gauge),
            bytes: add(names::CACHE_BYTES, Unit::Bytes, Kind::Gauge),
        }
    }

    fn push(&self, readings: &mut Readings, report: &SpaceReport, tally: &Tally) {
        let totals = tally.total();
        for (id, total) in self.totals.into_iter().zip(totals) {
            readings.push(id, total as f64);
        }
        readings.push(self.operations, tally::operations(&totals) as f64);
        push(readings, self.hit_ratio, tally.hit_ratio());
        let latency = report.latency.map(|latency| [latency.p50_seconds, latency.p95_seconds, latency.p99_seconds]);
        for (id, seconds) in self.latency.into_iter().zip(latency.into_iter().flatten()) {
            readings.push(id, seconds);
        }
        push(readings, self.keys, report.keys.map(|keys| keys as f64));
        push(readings, self.bytes, report.memory_bytes.map(|bytes| bytes as f64));
    }
}

fn push(readings: &mut Readings, id: Option<SeriesId>, value: Option<f64>) {
    if let Some(value) = value {
        readings.push(id, value);
    }
}
