//! Makes a frame of readings.

use crate::{collector::Readings, distribution::Running};
use miorai_model::{
    Frame, Kind, Series, SeriesId, Sketch, Timestamp, counter::Counter, frame::renewed, process::ProcessTable,
};
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
    time::Duration,
};

/// How long a table of processes is shown when no newer one is read. Reading it is by far the most expensive of all,
/// so that its collector may do so less often than once a second.
const PROCESSES_KEPT: Duration = Duration::from_secs(5);

/// Makes a frame of readings: gauges as read, counters as rates over the real time between two readings.
#[derive(Debug, Default)]
pub struct FrameBuilder {
    /// The last reading of each counter, at the place of its series.
    counters: Vec<Counter>,
    /// The list of series that the counters belong to.
    known: Arc<Vec<Series>>,
    values: Vec<f64>,
    totals: Vec<f64>,
    sketches: BTreeMap<SeriesId, Arc<Sketch>>,
    /// What each distribution has had in all.
    running: BTreeMap<SeriesId, Running>,
    processes: Arc<ProcessTable>,
    /// When the table of processes was read.
    processes_read: Duration,
}

impl FrameBuilder {
    /// Starts a frame in which none of `series` has a value.
    pub fn begin(&mut self, series: &Arc<Vec<Series>>, monotonic: Duration) {
        for column in [&mut self.values, &mut self.totals] {
            column.clear();
            column.resize(series.len(), f64::NAN);
        }
        self.sketches.clear();
        if !Arc::ptr_eq(&self.known, series) {
            self.counters.resize(series.len(), Counter::default());
            for series in renewed(&self.known, series) {
                self.counters[series.id.index()] = Counter::default();
                self.running.remove(&series.id);
            }
            self.known = Arc::clone(series);
        }
        if monotonic.saturating_sub(self.processes_read) > PROCESSES_KEPT {
            self.processes = Arc::default();
        }
    }

    /// Adds what a collector has read. Of two readings of one gauge, the last holds; the values of a distribution that
    /// were read by two are put together.
    pub fn add(&mut self, series: &[Series], readings: &mut Readings) {
        if let Some(table) = readings.take_processes() {
            self.processes = Arc::new(table);
            self.processes_read = readings.monotonic();
        }
        for (id, sketch) in readings.take_sketches() {
            self.running.entry(id).or_default().add(&sketch);
            match self.sketches.entry(id) {
                Entry::Vacant(free) => {
                    free.insert(sketch);
                }
                Entry::Occupied(mut taken) => Arc::make_mut(taken.get_mut()).merge(&sketch),
            }
        }
        for reading in readings.values() {
            let place = reading.id.index();
            let (Some(one), Some(value)) = (series.get(place), self.values.get_mut(place)) else { continue };
            match one.kind {
                Kind::Gauge => *value = reading.value,
                Kind::Counter => {
                    self.totals[place] = reading.value;
                    *value = self.counters[place].rate_of(reading.value, reading.monotonic).unwrap_or(f64::NAN);
                }
                // Distributions have sketches, and no value.
                Kind::Distribution => {}
            }
        }
    }

    /// What each distribution has had in all up to this frame, by growing id.
    pub fn running(&self) -> Arc<[(SeriesId, Running)]> {
        self.running.iter().map(|(id, running)| (*id, *running)).collect()
    }

    /// The finished frame.
    pub fn finish(&self, seq: u64, at: Timestamp) -> Frame {
        Frame {
            seq,
            at,
            values: self.values.as_slice().into(),
            totals: self.totals.as_slice().into(),
            sketches: self.sketches.iter().map(|(id, sketch)| (*id, Arc::clone(sketch))).collect(),
            processes: Arc::clone(&self.processes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use miorai_model::{SeriesKey, Topics, Unit};

    #[test]
    fn gauges_are_as_read_and_counters_are_rates_with_their_totals_also_over_resets_and_gaps() {
        let catalog = Arc::new(Catalog::new(10));
        let gauge = catalog.register(SeriesKey::new("gauge", []), Unit::Count, Kind::Gauge, Topics::NONE);
        let counter = catalog.register(SeriesKey::new("counter", []), Unit::Count, Kind::Counter, Topics::NONE);
        let mut builder = FrameBuilder::default();
        let mut readings = Readings::new(Arc::clone(&catalog), Timestamp::default(), Duration::ZERO);
        let mut frame = |second: u64, read: Option<(f64, f64)>| {
            let monotonic = Duration::from_secs(second);
            readings.restart(Timestamp::default(), monotonic);
            if let Some((value, total)) = read {
                readings.push(gauge, value);
                readings.push(counter, total);
            }
            builder.begin(&catalog.series(), monotonic);
            builder.add(&catalog.series(), &mut readings);
            let frame = builder.finish(second, Timestamp::default());
            let (gauge, counter) = (gauge.unwrap(), counter.unwrap());
            (frame.value(gauge), frame.value(counter), frame.total(counter), frame.total(gauge))
        };
        assert_eq!(frame(1, Some((5.0, 100.0))), (Some(5.0), None, Some(100.0), None));
        assert_eq!(frame(2, Some((6.0, 130.0))), (Some(6.0), Some(30.0), Some(130.0), None));
        assert_eq!(frame(3, None), (None, None, None, None));
        assert_eq!(frame(4, Some((6.0, 140.0))), (Some(6.0), Some(5.0), Some(140.0), None));
        assert_eq!(frame(5, Some((6.0, 8.0))), (Some(6.0), Some(8.0), Some(8.0), None));
    }

    #[test]
    fn a_table_of_processes_is_shown_until_it_is_old() {
        let catalog = Arc::new(Catalog::new(1));
        let mut builder = FrameBuilder::default();
        let mut readings = Readings::new(Arc::clone(&catalog), Timestamp::default(), Duration::from_secs(1));
        readings.set_processes(ProcessTable { total: 7, ..ProcessTable::default() });
        builder.begin(&Arc::default(), Duration::from_secs(1));
        builder.add(&[], &mut readings);
        for (second, total) in [(1, 7), (6, 7), (7, 0)] {
            builder.begin(&Arc::default(), Duration::from_secs(second));
            assert_eq!(builder.finish(second, Timestamp::default()).processes.total, total);
        }
    }
}
