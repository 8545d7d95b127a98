//! The speed of APIs, of this program and of those that report: over a window of time, and as series.
//!
//! ```text
//! HttpMonitor::drain ─┐                                ┌─► figures   series of the busiest routes, into each frame
//! reports of others ──┴─► Board::take ─► subjects ─────┼─► window    ten seconds at a time, packed, for an hour
//!                           (bounded)                  └─► report    quantiles over a window, slowest requests
//! ```
//!
//! A *subject* is a route with one method of one program. What is counted of it is added up in three places: in the second
//! that the next frame takes, in the window, and in running totals. Quantiles come from merged sketches wherever they are
//! told.

mod board;
mod figures;
mod packed;
mod report;
mod senders;
mod slow;
mod subjects;
mod window;

pub use board::{Board, BoardOptions};
pub use senders::ReportError;

use miorai_model::performance::{RouteInterval, SlowRequest};
use std::sync::Arc;

/// What another program has told of a route without being one that reports: by OTLP. Its series are in frames already.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The program.
    pub service: Arc<str>,
    /// The route, and what was counted of it.
    pub route: RouteInterval,
}

/// What was counted since this was last asked.
#[derive(Clone, Debug, Default)]
pub struct Drained {
    /// Routes that were asked, or whose requests in flight have changed.
    pub routes: Vec<RouteInterval>,
    /// The slowest requests.
    pub slow_requests: Vec<SlowRequest>,
    /// Requests of routes beyond the limit, since the start.
    pub overflow: u64,
}
