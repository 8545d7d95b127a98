//! The newest report of a server that is watched, shared between its collector and those who show it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What was told is taken for true for this long: a collector that hangs tells nothing any more.
const KEPT: Duration = Duration::from_secs(10);

/// What is told of a server.
pub(super) trait Report: Clone {
    /// Nothing has been heard of the server; the message says for how long.
    fn fall_silent(&mut self, message: String);
}

/// The newest report of one server. A clone shares it.
#[derive(Debug)]
pub(super) struct Facts<R>(Arc<Mutex<Known<R>>>);

#[derive(Debug)]
struct Known<R> {
    report: R,
    /// When it was told, on the clock that never jumps; none before the first time.
    at: Option<Duration>,
}

impl<R> Clone for Facts<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R: Report> Facts<R> {
    pub(super) fn new(report: R) -> Self {
        Self(Arc::new(Mutex::new(Known { report, at: None })))
    }

    /// Changes the report, as of now.
    pub(super) fn tell(&self, at: Duration, change: impl FnOnce(&mut R)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut known.report);
        known.at = Some(at);
    }

    /// The report as it can be relied on at `now`.
    pub(super) fn report(&self, now: Duration) -> R {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = known.report.clone();
        if let Some(silent) = known.at.map(|at| now.saturating_sub(at)).filter(|silent| *silent > KEPT) {
            report.fall_silent(format!("Nothing has been heard of it for {} s.", silent.as_secs()));
        }
        report
    }
}
