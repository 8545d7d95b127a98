//! What is told of the speed of an API: routes, statements, and the slowest requests with what they waited for.
//!
//! A request's *chain* are the things it did that take time, in their order: lookups in caches, statements, waiting for a
//! connection. It answers why a request was slow, where a route's quantiles only say that it was.

mod interval;
mod report;
mod request;

pub use interval::{Counts, RouteInterval, ServiceReport};
pub use report::{
    ApiTotals, OTHER, OTHER_METHOD, Objective, Overflow, PerformanceReport, RouteReport, ServiceStatement,
    StatusClasses, UNMATCHED,
};
pub use request::{Outcome, Parts, SlowRequest, Step, StepKind};
