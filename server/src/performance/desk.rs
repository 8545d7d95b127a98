//! The desk where pages and REST ask how fast the API is.

use app::{
    api_desk::ApiDesk,
    desk::{Actor, DeskError},
};
use async_trait::async_trait;
use miorai_model::{
    Severity, Timestamp,
    performance::{PerformanceReport, SlowRequest},
};
use miorai_monitoring::Monitor;
use std::time::Duration;

/// Answers for the speed of the API. A clone is the same desk.
#[derive(Clone)]
pub struct Desk {
    monitor: Monitor,
}

impl Desk {
    /// A desk.
    pub fn new(monitor: Monitor) -> Self {
        Self { monitor }
    }
}

#[async_trait]
impl ApiDesk for Desk {
    async fn report(&self, window: Duration) -> PerformanceReport {
        let now = self.monitor.clock().now();
        PerformanceReport::empty(now, now.minus(window).max(self.monitor.started_at()))
    }

    async fn slow(&self, request_id: &str) -> Result<SlowRequest, DeskError> {
        Err(DeskError::Unknown(format!("the request '{request_id}' is not among the slow ones that are remembered")))
    }

    async fn reset(&self, Actor(actor): &Actor) -> Timestamp {
        let event = self.monitor.record_event(
            Severity::Info,
            "api",
            &format!("Counters and quantiles of the API were reset by {actor}; the history stays"),
        );
        event.at
    }
}
