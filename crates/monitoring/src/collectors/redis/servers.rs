//! What is known of the servers besides numbers, for pages and answers.

use crate::collectors::facts::{Facts, Report};
use miorai_model::{Clock, Status, cache::ServerReport};
use std::sync::Arc;

impl Report for ServerReport {
    fn fall_silent(&mut self, message: String) {
        (self.status, self.message) = (Status::Unhealthy, message);
    }
}

/// The servers that are watched, with what is known of each. A clone shares them.
#[derive(Clone, Default)]
pub struct CacheServers {
    pub(super) servers: Arc<[Facts<ServerReport>]>,
    clock: Option<Arc<dyn Clock>>,
}

impl CacheServers {
    pub(super) fn new(servers: impl Iterator<Item = Facts<ServerReport>>, clock: Arc<dyn Clock>) -> Self {
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
