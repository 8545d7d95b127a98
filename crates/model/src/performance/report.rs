//! How fast an API was over a window of time.

use super::SlowRequest;
use crate::{database::StatementReport, time::Timestamp};
use serde::{Deserialize, Serialize};

/// The route of paths that no route matches.
pub const UNMATCHED: &str = "(unmatched)";

/// The route of routes beyond the limit.
pub const OTHER: &str = "(other)";

/// The method of [`OTHER`], and the name of methods that nobody knows: a client could send any number of them. By
/// OpenTelemetry's convention.
pub const OTHER_METHOD: &str = "_OTHER";

/// Routes and statements over a window of time. What was counted before the last reset is not in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PerformanceReport {
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(with = "crate::rfc3339")]
    pub timestamp: Timestamp,
    /// What it reaches back to: what was asked for, unless the program or the last reset is younger.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(with = "crate::rfc3339")]
    pub since: Timestamp,
    /// From `since` to `timestamp`.
    pub window_seconds: f64,
    /// All routes together.
    pub totals: ApiTotals,
    /// Each route: those first on which most time was spent.
    pub routes: Vec<RouteReport>,
    /// Each statement: those first on which most time was spent. They are counted since the program that sends them
    /// was started or its figures were reset, whatever the window.
    pub statements: Vec<ServiceStatement>,
    /// The slowest requests, slowest first.
    pub slow_requests: Vec<SlowRequest>,
    /// What is not told one by one because there was no room.
    pub overflow: Overflow,
}

impl PerformanceReport {
    /// The report of a time in which nothing was asked.
    pub fn empty(timestamp: Timestamp, since: Timestamp) -> Self {
        Self {
            timestamp,
            since,
            window_seconds: timestamp.seconds_since(since).max(0.0),
            totals: ApiTotals::default(),
            routes: Vec::new(),
            statements: Vec::new(),
            slow_requests: Vec::new(),
            overflow: Overflow::default(),
        }
    }
}

/// How many answers had a status of which class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusClasses {
    /// 100 to 199: also connections that became websockets.
    pub informational: u64,
    /// 200 to 299.
    pub success: u64,
    /// 300 to 399.
    pub redirection: u64,
    /// 400 to 499: the request was wrong.
    pub client_error: u64,
    /// 500 to 599, and handlers that panicked.
    pub server_error: u64,
}

impl StatusClasses {
    /// From counts in their order.
    pub const fn of([informational, success, redirection, client_error, server_error]: [u64; 5]) -> Self {
        Self { informational, success, redirection, client_error, server_error }
    }

    /// Each class with its name in labels: `2xx`.
    pub const fn named(&self) -> [(&'static str, u64); 5] {
        [
            ("1xx", self.informational),
            ("2xx", self.success),
            ("3xx", self.redirection),
            ("4xx", self.client_error),
            ("5xx", self.server_error),
        ]
    }
}

/// All routes together. Where nothing was answered there are no times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiTotals {
    /// Requests answered or given up.
    pub requests: u64,
    /// Those that the server failed: 500 to 599 and panics.
    pub errors: u64,
    /// Share of requests that the server failed.
    pub error_rate: f64,
    /// Requests that their clients gave up before there was an answer.
    pub cancelled: u64,
    /// Requests a second over the window.
    pub requests_per_second: f64,
    /// Requests that are being answered now.
    pub in_flight: u64,
    /// Mean duration.
    pub mean_ms: Option<f64>,
    /// Half took no longer, to 1 %.
    pub p50_ms: Option<f64>,
    /// 95 of 100 took no longer, to 1 %.
    pub p95_ms: Option<f64>,
    /// 99 of 100 took no longer, to 1 %.
    pub p99_ms: Option<f64>,
    /// The longest.
    pub max_ms: Option<f64>,
    /// Answers by the class of their status.
    pub status_classes: StatusClasses,
    /// Bytes of the bodies of requests, as far as they were announced.
    pub request_bytes: u64,
    /// Bytes of the bodies of answers.
    pub response_bytes: u64,
}

/// A route with one method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouteReport {
    /// The program that answers it; nothing for this one.
    pub service: Option<String>,
    /// `GET`, `POST` …; `_OTHER` for methods that nobody knows.
    pub method: String,
    /// The template of the path: `/players/{id}`. `(unmatched)` for paths that no route matches, `(other)` for routes
    /// beyond the limit.
    pub route: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: ApiTotals,
    /// Share of all time that was spent on it.
    pub share_of_time: f64,
    /// What it should reach, and whether it does; nothing before the first answer.
    pub objective: Option<Objective>,
}

impl RouteReport {
    /// The time that was spent on it.
    pub fn total_ms(&self) -> f64 {
        self.figures.mean_ms.unwrap_or_default() * self.figures.requests as f64
    }
}

/// What a route should reach: every bound must hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Objective {
    /// The mean is to be below.
    pub mean_ms: f64,
    /// The 95th percentile is to be below.
    pub p95_ms: f64,
    /// The 99th percentile is to be below.
    pub p99_ms: f64,
    /// Whether all of them are met.
    pub met: bool,
}

impl Objective {
    /// The usual bounds: mean below 500 ms, 95 of 100 below 1 s, 99 of 100 below 2 s. Nothing when nothing was answered.
    pub fn usual(figures: &ApiTotals) -> Option<Self> {
        let (mean, p95, p99) = (figures.mean_ms?, figures.p95_ms?, figures.p99_ms?);
        let bounds = Self { mean_ms: 500.0, p95_ms: 1_000.0, p99_ms: 2_000.0, met: false };
        let met = mean < bounds.mean_ms && p95 < bounds.p95_ms && p99 < bounds.p99_ms;
        Some(Self { met, ..bounds })
    }
}

/// A statement of this program or of one that reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceStatement {
    /// The program that sends it; nothing for this one.
    pub service: Option<String>,
    /// The statement and its figures.
    #[serde(flatten)]
    pub statement: StatementReport,
}

/// What found no room, counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overflow {
    /// At most so many routes are told one by one.
    pub routes_limit: u64,
    /// Requests of routes beyond the limit: they are in the route `(other)`.
    pub requests: u64,
    /// Statements beyond the limit, by calls.
    pub statement_calls: u64,
    /// Programs that wanted to report when there was no room for another, by reports.
    pub refused_reports: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_is_met_when_every_bound_holds() {
        let figures = |mean, p95, p99| ApiTotals {
            mean_ms: Some(mean),
            p95_ms: Some(p95),
            p99_ms: Some(p99),
            ..ApiTotals::default()
        };
        for (figures, met) in [
            (figures(20.0, 80.0, 1_999.0), Some(true)),
            (figures(500.0, 80.0, 90.0), Some(false)),
            (figures(20.0, 80.0, 2_000.0), Some(false)),
            (ApiTotals::default(), None),
        ] {
            assert_eq!(Objective::usual(&figures).map(|objective| objective.met), met);
        }
    }

    #[test]
    fn a_report_goes_to_the_browser_and_back() {
        let mut report = PerformanceReport::empty(Timestamp::from_millis(10_250), Timestamp::from_millis(250));
        report.routes.push(RouteReport {
            service: None,
            method: "GET".to_owned(),
            route: "/players/{id}".to_owned(),
            figures: ApiTotals { requests: 3, p50_ms: Some(1.5), ..ApiTotals::default() },
            share_of_time: 1.0,
            objective: None,
        });
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.contains(r#""since":"1970-01-01T00:00:00.250Z","window_seconds":10.0"#), "{json}");
        assert!(json.contains(r#""route":"/players/{id}","requests":3"#), "figures stand beside the name: {json}");
        assert_eq!(serde_json::from_str::<PerformanceReport>(&json).unwrap(), report);
    }
}
