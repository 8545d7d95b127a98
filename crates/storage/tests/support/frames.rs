//! Frames, series and questions in few words.

use miorai_model::{
    Frame, Kind, Series, SeriesId, SeriesKey, Sketch, Timestamp, Topics, Unit,
    history::{HistoryAnswer, HistoryQuery},
};
use std::sync::Arc;

pub(crate) const NAN: f64 = f64::NAN;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

pub(crate) fn key(name: &str) -> SeriesKey {
    name.parse().unwrap()
}

pub(crate) fn series(names: &[&str]) -> Arc<Vec<Series>> {
    let one = |(id, name): (usize, &&str)| Series {
        id: SeriesId(id as u32),
        key: key(name),
        unit: Unit::Bytes,
        kind: Kind::Gauge,
        topics: Topics::NONE,
    };
    Arc::new(names.iter().enumerate().map(one).collect())
}

pub(crate) fn frame(seq: u64, seconds: i64, values: &[f64]) -> Frame {
    Frame {
        seq,
        at: at(seconds),
        values: values.into(),
        totals: Arc::default(),
        sketches: Arc::default(),
        processes: Arc::default(),
    }
}

/// A frame in which the series `id` has these values, each so many times.
pub(crate) fn sketched(seq: u64, seconds: i64, values: &[f64], id: u32, many: &[(f64, u64)]) -> Frame {
    let mut sketch = Sketch::new();
    for (value, count) in many {
        sketch.add_many(*value, *count);
    }
    Frame { sketches: [(SeriesId(id), Arc::new(sketch))].into(), ..frame(seq, seconds, values) }
}

pub(crate) fn query(names: &[&str], from: i64, to: i64, points: usize) -> HistoryQuery {
    HistoryQuery {
        series: names.iter().map(|name| key(name)).collect(),
        from: at(from),
        to: at(to),
        points,
        extremes: false,
    }
}

pub(crate) fn seconds(answer: &HistoryAnswer) -> Vec<f64> {
    answer.timestamps.iter().map(|time| time.as_seconds()).collect()
}
