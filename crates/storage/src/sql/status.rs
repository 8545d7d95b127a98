//! How a store does: for health, pages and figures.

use super::StoreError;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How a store does, as its writer has found it. Reading it asks nobody.
#[derive(Debug, Default)]
pub struct Status {
    failure: Mutex<Option<StoreError>>,
    bytes: AtomicU64,
    samples: AtomicU64,
    waiting: AtomicU64,
    lost: AtomicU64,
    damaged: AtomicU64,
    lag_ms: AtomicU64,
    took_micros: AtomicU64,
}

/// How a store does at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusReport {
    /// Why it cannot be written to, when it cannot.
    pub failure: Option<StoreError>,
    /// Bytes that the data takes.
    pub bytes: u64,
    /// Values written since the start.
    pub samples: u64,
    /// Frames that are not written down yet.
    pub frames_waiting: u64,
    /// Frames that had to go before they could be written down, since the start.
    pub frames_lost: u64,
    /// Rows that could not be read and were left out of answers, since the start.
    pub damaged: u64,
    /// The time from the newest frame written to the newest one there is.
    pub lag: Duration,
    /// How long the last block took to be written.
    pub response_time: Duration,
}

impl Status {
    /// How it does now.
    pub fn report(&self) -> StatusReport {
        let number = |of: &AtomicU64| of.load(Ordering::Relaxed);
        StatusReport {
            failure: self.failure().clone(),
            bytes: number(&self.bytes),
            samples: number(&self.samples),
            frames_waiting: number(&self.waiting),
            frames_lost: number(&self.lost),
            damaged: number(&self.damaged),
            lag: Duration::from_millis(number(&self.lag_ms)),
            response_time: Duration::from_micros(number(&self.took_micros)),
        }
    }

    /// It works, or it does not; whether that is another answer than the last one.
    pub(super) fn set_failure(&self, failure: Option<StoreError>) -> bool {
        let mut current = self.failure();
        let changed = current.is_some() != failure.is_some();
        *current = failure;
        changed
    }

    pub(super) fn set_bytes(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn wrote(&self, samples: u64, took: Duration) {
        self.samples.fetch_add(samples, Ordering::Relaxed);
        self.took_micros.store(took.as_micros() as u64, Ordering::Relaxed);
    }

    pub(super) fn set_queue(&self, waiting: u64, lost: u64, lag_ms: u64) {
        self.waiting.store(waiting, Ordering::Relaxed);
        self.lost.store(lost, Ordering::Relaxed);
        self.lag_ms.store(lag_ms, Ordering::Relaxed);
    }

    pub(super) fn count_damaged(&self) {
        self.damaged.fetch_add(1, Ordering::Relaxed);
    }

    fn failure(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
