//! The desk where pages and REST ask how fast the API is.

use super::Watch;
use app::{
    api_desk::ApiDesk,
    desk::{Actor, DeskError},
};
use async_trait::async_trait;
use miorai_model::{
    Severity, Timestamp,
    performance::{PerformanceReport, ServiceReport, ServiceStatement, SlowRequest},
};
use miorai_monitoring::{Monitor, http::HttpLayer, performance::ReportError};
use std::time::Duration;

/// Answers for the speed of the API. A clone is the same desk.
#[derive(Clone)]
pub struct Desk {
    watch: Watch,
    monitor: Monitor,
}

impl Desk {
    /// A desk for what is watched.
    pub fn new(watch: Watch, monitor: Monitor) -> Self {
        Self { watch, monitor }
    }

    /// The layer that measures this program's requests.
    pub fn layer(&self) -> HttpLayer {
        self.watch.http.layer()
    }

    /// Takes in what another program reports.
    ///
    /// # Errors
    /// When there is no room for another program, or a field is out of bounds.
    pub fn take(&self, report: ServiceReport) -> Result<(), ReportError> {
        self.watch.board.take(report)
    }
}

#[async_trait]
impl ApiDesk for Desk {
    async fn report(&self, window: Duration) -> PerformanceReport {
        // What the last frame has not taken yet is asked for too.
        self.watch.board.take_own(self.watch.http.drain());
        let mut report = self.watch.board.report(window);
        let own = self.watch.queries.report();
        report.overflow.statement_calls = own.overflow;
        let own = own.statements.into_iter().map(|statement| ServiceStatement { service: None, statement });
        report.statements.extend(own);
        report.statements.sort_by(|a, b| b.statement.total_ms.total_cmp(&a.statement.total_ms));
        report
    }

    async fn slow(&self, request_id: &str) -> Result<SlowRequest, DeskError> {
        self.watch.board.take_own(self.watch.http.drain());
        self.watch.board.slow(request_id).ok_or_else(|| {
            DeskError::Unknown(format!("The request '{request_id}' is not among the slow ones that are remembered."))
        })
    }

    async fn reset(&self, Actor(actor): &Actor) -> Timestamp {
        self.watch.board.take_own(self.watch.http.drain());
        let reset_at = self.watch.board.reset();
        self.watch.queries.reset();
        let line = format!(
            "Counters and quantiles of routes and statements start anew, as {actor} wanted; the history stays."
        );
        self.monitor.record_event(Severity::Info, "api", &line);
        reset_at
    }
}
