//! Collectors that do what they are told, and a monitor whose clock is set by hand.

#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use miorai_model::{Kind, SeriesKey, Status, Timestamp, Topic, Topics, Unit, host::Host};
use miorai_monitoring::{CollectError, Collector, ManualClock, Monitor, Readings, Sampler};
use std::{sync::Arc, time::Duration};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// A collector that does what it is told.
pub(crate) struct Scripted<F>(pub &'static str, pub F);

impl<F: FnMut(&mut Readings) -> Result<(), CollectError> + Send + 'static> Collector for Scripted<F> {
    fn name(&self) -> &'static str {
        self.0
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        (self.1)(readings)
    }
}

pub(crate) fn push(readings: &mut Readings, name: &'static str, kind: Kind, value: f64) {
    let topics = Topics::of([Topic::Overview]);
    let id = readings.catalog().register(SeriesKey::new(name, []), Unit::Count, kind, topics);
    readings.push(id, value);
}

/// A counter that grows by ten each time it is read.
pub(crate) fn counting() -> impl Collector {
    let mut total = 0.0;
    Scripted("counting", move |readings: &mut Readings| {
        total += 10.0;
        push(readings, "example.total", Kind::Counter, total);
        Ok(())
    })
}

pub(crate) fn monitor(clock: &Arc<ManualClock>, collectors: Vec<Box<dyn Collector>>) -> (Monitor, Sampler) {
    monitor_with(clock, collectors, 10 * SECOND)
}

pub(crate) fn monitor_with(
    clock: &Arc<ManualClock>,
    collectors: Vec<Box<dyn Collector>>,
    deadline: Duration,
) -> (Monitor, Sampler) {
    Monitor::builder(Host::default(), Arc::clone(clock) as _).collectors(collectors).deadline(deadline).build()
}

pub(crate) fn value(monitor: &Monitor, name: &'static str) -> Option<f64> {
    let id = monitor.catalog().find(&SeriesKey::new(name, []))?;
    monitor.latest()?.frame.value(id)
}

pub(crate) fn of_collector(monitor: &Monitor, name: &'static str, collector: &str) -> Option<f64> {
    let id = monitor.catalog().find(&SeriesKey::new(name, [("collector", collector)]))?;
    let tick = monitor.latest()?;
    tick.frame.total(id).or_else(|| tick.frame.value(id))
}

pub(crate) fn status(monitor: &Monitor, check: &str) -> Status {
    monitor.health().checks.iter().find(|of| of.name == check).unwrap().status
}
