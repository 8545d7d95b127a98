//! What a source of numbers is.

use crate::catalog::Catalog;
use miorai_model::{SeriesId, Sketch, Timestamp, process::ProcessTable};
use std::{sync::Arc, time::Duration};

/// A source of numbers. It runs on a thread of its own, once a tick: when it fails or hangs, it is skipped and
/// counted, and the others go on.
///
/// A collector registers its series with [`Readings::catalog`] when it first meets them and keeps their numbers, so
/// that a tick builds no keys. What it reads from should be opened once, if it can be read again.
pub trait Collector: Send + 'static {
    /// Its name in messages, settings and in the label `collector`.
    fn name(&self) -> &str;

    /// Reads everything once.
    ///
    /// # Errors
    /// What it could not read and why. Readings made before the error are kept.
    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError>;
}

/// Why a collector could not read its source.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The source could not be read.
    #[error("cannot read {what}: {cause}")]
    Read {
        /// The file or the interface.
        what: String,
        /// The cause, as the system tells it.
        cause: String,
    },
    /// This machine does not have the source; the collector is not asked again.
    #[error("{what} is not to be had on this machine")]
    Unsupported {
        /// The file or the interface.
        what: String,
    },
}

impl CollectError {
    /// The source `what` could not be read because of `cause`.
    pub fn read(what: impl Into<String>, cause: impl std::fmt::Display) -> Self {
        Self::Read { what: what.into(), cause: cause.to_string() }
    }
}

/// What one run of a collector has read.
#[derive(Debug)]
pub struct Readings {
    catalog: Arc<Catalog>,
    /// The time that the readings are for.
    at: Timestamp,
    /// The same on the clock that never jumps: for rates.
    monotonic: Duration,
    values: Vec<Reading>,
    sketches: Vec<(SeriesId, Arc<Sketch>)>,
    processes: Option<ProcessTable>,
}

/// One number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The series it belongs to.
    pub id: SeriesId,
    /// A gauge as read, or a running total.
    pub value: f64,
    /// When it was read, for the rate of a running total.
    pub monotonic: Duration,
}

impl Readings {
    /// Room for the readings of one run at the time `at`.
    pub fn new(catalog: Arc<Catalog>, at: Timestamp, monotonic: Duration) -> Self {
        Self { catalog, at, monotonic, values: Vec::new(), sketches: Vec::new(), processes: None }
    }

    /// Empties it for the next run.
    pub fn restart(&mut self, at: Timestamp, monotonic: Duration) {
        (self.at, self.monotonic) = (at, monotonic);
        self.values.clear();
        self.sketches.clear();
        self.processes = None;
    }

    /// Where series are registered.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The time that the readings are for.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The time for rates that a collector works out by itself.
    pub fn monotonic(&self) -> Duration {
        self.monotonic
    }

    /// Adds the value of a gauge, or the running total of a counter, of which the sampler makes a rate. What is not
    /// finite is left out. Without a number (the catalogue is full) it is counted as overflow.
    pub fn push(&mut self, id: Option<SeriesId>, value: f64) {
        match id {
            Some(id) if value.is_finite() => self.values.push(Reading { id, value, monotonic: self.monotonic }),
            Some(_) => {}
            None => self.catalog.count_overflow(),
        }
    }

    /// Adds the values that a distribution had since the last run; nothing when there were none. Without a number (the
    /// catalogue is full) it is counted as overflow.
    pub fn push_sketch(&mut self, id: Option<SeriesId>, sketch: Arc<Sketch>) {
        match id {
            Some(id) if !sketch.is_empty() => self.sketches.push((id, sketch)),
            Some(_) => {}
            None => self.catalog.count_overflow(),
        }
    }

    /// Sets the table of processes.
    pub fn set_processes(&mut self, table: ProcessTable) {
        self.processes = Some(table);
    }

    /// The numbers read.
    pub fn values(&self) -> &[Reading] {
        &self.values
    }

    /// The values of distributions, if this run has read any.
    pub fn take_sketches(&mut self) -> impl Iterator<Item = (SeriesId, Arc<Sketch>)> {
        self.sketches.drain(..)
    }

    /// The table of processes, if this run has read one.
    pub fn take_processes(&mut self) -> Option<ProcessTable> {
        self.processes.take()
    }

    /// The value read for a series, for tests and for summaries.
    pub fn value(&self, id: SeriesId) -> Option<f64> {
        self.values.iter().find(|reading| reading.id == id).map(|reading| reading.value)
    }
}
