//! The values of one second.

use crate::{
    process::ProcessTable,
    series::{Series, SeriesId},
    sketch::Sketch,
    time::Timestamp,
};
use std::sync::Arc;

/// What was measured in one second. Cheap to clone.
///
/// Values stand at the index of their [`SeriesId`]; where a series had no value, there is a NaN. `values` may be
/// shorter than the list of series: those that came later have no value in this frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Grows by one with each frame of a server's run, without holes.
    pub seq: u64,
    /// The time that the frame is for. No value is older.
    pub at: Timestamp,
    /// Gauges as read; counters as rates per second.
    pub values: Arc<[f64]>,
    /// Running totals of counters; NaN for gauges.
    pub totals: Arc<[f64]>,
    /// The values of distributions in this second, by growing id; only of those that had any.
    pub sketches: Arc<[(SeriesId, Arc<Sketch>)]>,
    /// The processes that use most.
    pub processes: Arc<ProcessTable>,
}

impl Frame {
    /// The value of a series, if it had one in this second.
    pub fn value(&self, id: SeriesId) -> Option<f64> {
        self.values.get(id.index()).copied().filter(|value| !value.is_nan())
    }

    /// The running total of a counter, if it had one in this second.
    pub fn total(&self, id: SeriesId) -> Option<f64> {
        self.totals.get(id.index()).copied().filter(|total| !total.is_nan())
    }

    /// The values of a distribution, if it had any in this second.
    pub fn sketch(&self, id: SeriesId) -> Option<&Arc<Sketch>> {
        let place = self.sketches.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(&self.sketches[place].1)
    }
}

/// The series of the list `now` that stand where there was none or another one in the list `before`. Places are given to
/// others when a series has been gone for so long that no frame in memory has a value of it; who keeps something
/// by the number of a series begins anew with these.
pub fn renewed<'a>(before: &[Series], now: &'a [Series]) -> impl Iterator<Item = &'a Series> {
    let before = before.iter().map(|series| Some(&series.key)).chain(std::iter::repeat(None));
    now.iter().zip(before).filter(|(series, before)| *before != Some(&series.key)).map(|(series, _)| series)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, SeriesKey, Topics, Unit};

    #[test]
    fn places_that_are_new_or_have_another_series_are_told() {
        let list = |names: &[&'static str]| -> Vec<Series> {
            let one = |(place, name): (usize, &&'static str)| Series {
                id: SeriesId(place as u32),
                key: SeriesKey::new(name, []),
                unit: Unit::Count,
                kind: Kind::Gauge,
                topics: Topics::NONE,
            };
            names.iter().enumerate().map(one).collect()
        };
        let told = |before: &[&'static str], now: &[&'static str]| -> Vec<u32> {
            renewed(&list(before), &list(now)).map(|series| series.id.0).collect()
        };
        assert_eq!(told(&[], &["a", "b"]), [0, 1]);
        assert!(told(&["a", "b"], &["a", "b"]).is_empty());
        assert_eq!(told(&["a", "b"], &["c", "b", "d"]), [0, 2]);
    }
}
