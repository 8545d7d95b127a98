//! What the page has been told: the answers of the desk, as they stand in the page for the browser.

use crate::pages::Found;
use miorai_model::{
    Timestamp,
    performance::{PerformanceReport, SlowRequest},
};
use serde::{Deserialize, Serialize};

/// The id of the element of the page that carries the answers.
pub(crate) const ELEMENT_ID: &str = "api";

/// Every answer that the page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PageData {
    /// Routes and slow requests.
    pub report: PerformanceReport,
    /// Routes beyond those in the report.
    pub routes_left_out: usize,
    /// The chosen request.
    pub request: Found<SlowRequest>,
}

impl Default for PageData {
    fn default() -> Self {
        let never = Timestamp::default();
        Self { report: PerformanceReport::empty(never, never), routes_left_out: 0, request: None }
    }
}

/// Routes that a page holds: those on which most time was spent.
pub(crate) const ROUTES: usize = 300;
/// Slow requests that a page holds.
const SLOW: usize = 50;

impl PageData {
    /// The data of a report, as much of it as a page can hold.
    pub(crate) fn of(mut report: PerformanceReport) -> Self {
        let routes_left_out = report.routes.len().saturating_sub(ROUTES);
        report.routes.truncate(ROUTES);
        report.slow_requests.truncate(SLOW);
        // Statements have a page of their own.
        report.statements.clear();
        Self { report, routes_left_out, request: None }
    }
}
