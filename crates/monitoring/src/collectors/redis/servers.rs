//! What is known of the servers besides numbers, for pages and answers.

use miorai_model::{Clock, Status, cache::ServerReport};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What was told is taken for true for this long: a collector that hangs tells nothing any more.
const KEPT: Duration = Duration::from_secs(10);

/// The newest report of one server. A clone shares it.
#[derive(Clone, Debug)]
pub(super) struct Facts(Arc<Mutex<Known>>);

#[derive(Debug)]
struct Known {
    report: ServerReport,
    /// When it was told, on the clock that never jumps; none before the first time.
    at: Option<Duration>,
}

impl Facts {
    pub(super) fn new(report: ServerReport) -> Self {
        Self(Arc::new(Mutex::new(Known { report, at: None })))
    }

    /// Changes the report, as of now.
    pub(super) fn tell(&self, at: Duration, change: impl FnOnce(&mut ServerReport)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut known.report);
        known.at = Some(at);
    }

    fn report(&self, now: Duration) -> ServerReport {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = known.report.clone();
        if let Some(silent) = known.at.map(|at| now.saturating_sub(at)).filter(|silent| *silent > KEPT) {
            report.status = Status::Unhealthy;
            report.message = format!("Nothing has been heard of it for {} s.", silent.as_secs());
        }
        report
    }
}

/// The servers that are watched, with what is known of each. A clone shares them.
#[derive(Clone, Default)]
pub struct CacheServers {
    pub(super) servers: Arc<[Facts]>,
    clock: Option<Arc<dyn Clock>>,
}

impl CacheServers {
    pub(super) fn new(servers: impl Iterator<Item = Facts>, clock: Arc<dyn Clock>) -> Self {
        Self { servers: servers.collect(), clock: Some(clock) }
    }

    /// What is known of each, in the order of the configuration.
    pub fn reports(&self) -> Vec<ServerReport> {
        let now = self.clock.as_ref().map(|clock| clock.monotonic()).unwrap_or_default();
        self.servers.iter().map(|facts| facts.report(now)).collect()
    }

    /// Whether no server is watched.
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }
}
