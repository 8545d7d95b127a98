//! The values of one second.

use crate::{process::ProcessTable, series::SeriesId, time::Timestamp};
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
}
