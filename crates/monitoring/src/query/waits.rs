//! How long callers wait for a connection, and how many have to.

use miorai_model::Sketch;
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The acquisitions of a pool. A clone shares them.
#[derive(Clone, Debug)]
pub(super) struct Waits(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: u64,
    /// Connections that are taken or waited for.
    wanted: AtomicU64,
    /// Connections that are taken.
    taken: AtomicU64,
    known: Mutex<Known>,
}

/// What has been so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub asked: u64,
    /// Of these, how many found every connection taken.
    pub waited: u64,
    /// Of these, how many were given up by the pool.
    pub timeouts: u64,
    /// Seconds until a connection was there.
    pub seconds: Sketch,
    /// Those since the last frame.
    since: Sketch,
}

impl Waits {
    pub(super) fn new(max: u64) -> Self {
        let (wanted, taken, known) = Default::default();
        Self(Arc::new(Shared { max, wanted, taken, known }))
    }

    /// Somebody asks for a connection. When as many are wanted as there may be, it has to wait.
    pub(super) fn ask(&self) -> Waiting {
        let before = self.0.wanted.fetch_add(1, Ordering::AcqRel);
        let had_to_wait = before >= self.0.max;
        let mut known = self.known();
        known.asked += 1;
        known.waited += u64::from(had_to_wait);
        drop(known);
        Waiting { waits: self.clone(), had_to_wait, is_served: false }
    }

    pub(super) fn max(&self) -> u64 {
        self.0.max
    }

    /// Callers that wait just now.
    pub(super) fn pending(&self) -> u64 {
        self.0.wanted.load(Ordering::Acquire).saturating_sub(self.0.taken.load(Ordering::Acquire))
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The seconds since this was last asked for; nothing when nobody asked for a connection.
    pub(super) fn take_since(&self) -> Option<Arc<Sketch>> {
        let since = std::mem::take(&mut self.known().since);
        (!since.is_empty()).then(|| Arc::new(since))
    }

    /// Begins anew.
    pub(super) fn forget(&self) {
        *self.known() = Known::default();
    }

    fn add(&self, took: Duration) {
        let mut known = self.known();
        known.seconds.add(took.as_secs_f64());
        known.since.add(took.as_secs_f64());
    }
}

/// Somebody who waits for a connection.
#[derive(Debug)]
pub(super) struct Waiting {
    waits: Waits,
    had_to_wait: bool,
    is_served: bool,
}

impl Waiting {
    /// Whether every connection was taken when it began.
    pub(super) fn had_to_wait(&self) -> bool {
        self.had_to_wait
    }

    /// The connection is there.
    pub(super) fn served(mut self, took: Duration) -> Taken {
        self.is_served = true;
        self.waits.add(took);
        self.waits.0.taken.fetch_add(1, Ordering::AcqRel);
        Taken(self.waits.clone())
    }

    /// There was none in time, or none to be had at all.
    pub(super) fn failed(self, took: Duration, is_timeout: bool) {
        self.waits.add(took);
        self.waits.known().timeouts += u64::from(is_timeout);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_served {
            self.waits.0.wanted.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// A connection that is taken, until this is dropped.
#[derive(Debug)]
pub(super) struct Taken(Waits);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.0.taken.fetch_sub(1, Ordering::AcqRel);
        self.0.0.wanted.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_finds_every_connection_taken_has_waited() {
        let waits = Waits::new(2);
        let (one, two) = (waits.ask().served(Duration::ZERO), waits.ask().served(Duration::ZERO));
        assert_eq!((waits.known().waited, waits.pending()), (0, 0));
        let third = waits.ask();
        assert_eq!((waits.known().waited, waits.pending()), (1, 1));
        drop(one);
        let third = third.served(Duration::from_millis(5));
        drop((two, third));
        let given_up = waits.ask();
        given_up.failed(Duration::from_secs(1), true);
        let known = waits.known().clone();
        assert_eq!((known.asked, known.waited, known.timeouts, known.seconds.count()), (4, 1, 1, 4));
        assert_eq!(waits.pending(), 0);
        assert_eq!(waits.take_since().map(|since| since.count()), Some(4));
        assert!(waits.take_since().is_none());
    }
}
