//! What is told of the speed of an API: routes, statements, and the slowest requests with what they waited for.
//!
//! A request's *chain* are the things it did that take time, in their order: lookups in caches, statements, waiting for a
//! connection. It answers why a request was slow, where a route's quantiles only say that it was.

mod report;
mod request;

pub use report::{ApiTotals, Objective, Overflow, PerformanceReport, RouteReport, ServiceStatement, StatusClasses};
pub use request::{Outcome, Parts, SlowRequest, Step, StepKind};
