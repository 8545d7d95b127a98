//! What a program counts of its API between two readings, and how it tells a server of it.

use super::{ApiTotals, SlowRequest, StatusClasses};
use crate::{Sketch, database::StatementReport};
use serde::{Deserialize, Serialize};

/// What was counted of a route in some time. Counts of several times can be put together without a loss.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// Answers by the class of their status: 1xx, 2xx, 3xx, 4xx, 5xx.
    pub classes: [u64; 5],
    /// Requests that their clients gave up before there was an answer.
    #[serde(default)]
    pub cancelled: u64,
    /// Bytes of the bodies of requests.
    #[serde(default)]
    pub request_bytes: u64,
    /// Bytes of the bodies of answers.
    #[serde(default)]
    pub response_bytes: u64,
    /// How long answers took, in seconds. On the wire: the bytes of the sketch in base64.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    #[serde(with = "sketch_text")]
    pub durations: Sketch,
}

impl Counts {
    /// Adds what was counted at another time.
    pub fn merge(&mut self, other: &Self) {
        let pairs = self.classes.iter_mut().zip(other.classes);
        for (sum, more) in pairs.chain([
            (&mut self.cancelled, other.cancelled),
            (&mut self.request_bytes, other.request_bytes),
            (&mut self.response_bytes, other.response_bytes),
        ]) {
            *sum = sum.saturating_add(more);
        }
        self.durations.merge(&other.durations);
    }

    /// Requests answered or given up.
    pub fn requests(&self) -> u64 {
        self.classes.iter().fold(self.cancelled, |sum, class| sum.saturating_add(*class))
    }

    /// Whether there was no request.
    pub fn is_empty(&self) -> bool {
        self.requests() == 0
    }

    /// The figures of so many seconds.
    pub fn figures(&self, in_flight: u64, seconds: f64) -> ApiTotals {
        let (requests, errors) = (self.requests(), self.classes[4]);
        let ms = |seconds: Option<f64>| seconds.map(|seconds| seconds * 1_000.0);
        ApiTotals {
            requests,
            errors,
            error_rate: if requests == 0 { 0.0 } else { errors as f64 / requests as f64 },
            cancelled: self.cancelled,
            requests_per_second: if seconds > 0.0 { requests as f64 / seconds } else { 0.0 },
            in_flight,
            mean_ms: ms(self.durations.mean()),
            p50_ms: ms(self.durations.quantile(0.5)),
            p95_ms: ms(self.durations.quantile(0.95)),
            p99_ms: ms(self.durations.quantile(0.99)),
            max_ms: ms(self.durations.max()),
            status_classes: StatusClasses::of(self.classes),
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
        }
    }
}

/// A route with one method, and what was counted of it since it was last told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RouteInterval {
    /// `GET`, `POST` …
    pub method: String,
    /// The template of the path.
    pub route: String,
    /// Requests that are being answered now.
    #[serde(default)]
    pub in_flight: u64,
    /// What was counted.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What a program tells a server of itself every few seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceReport {
    /// The program: what OpenTelemetry calls `service.name`.
    pub service: String,
    /// Tells processes of one program apart.
    pub instance: String,
    /// Grows by one with each report of an instance: one that is told twice is counted once.
    pub seq: u64,
    /// Routes that were asked since the report before, or that are being answered now.
    #[serde(default)]
    pub routes: Vec<RouteInterval>,
    /// Statements, counted since the program was started; nothing when they are as told before.
    #[serde(default)]
    pub statements: Option<Vec<StatementReport>>,
    /// The slowest requests since the report before.
    #[serde(default)]
    pub slow_requests: Vec<SlowRequest>,
    /// Requests of routes beyond the program's own limit, since its start.
    #[serde(default)]
    pub routes_overflow: u64,
}

/// Sketches as text.
mod sketch_text {
    use crate::Sketch;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(sketch: &Sketch, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(sketch.to_bytes()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Sketch, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Sketch::from_bytes(&bytes).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(statuses: [u64; 5], durations: &[f64]) -> Counts {
        let mut counts = Counts { classes: statuses, request_bytes: 10, ..Counts::default() };
        for seconds in durations {
            counts.durations.add(*seconds);
        }
        counts
    }

    #[test]
    fn counts_of_two_times_are_those_of_both() {
        let mut both = counts([0, 2, 0, 0, 1], &[0.1, 0.2, 0.3]);
        both.merge(&counts([0, 1, 0, 0, 0], &[0.6]));
        let figures = both.figures(2, 10.0);
        assert_eq!((figures.requests, figures.errors, figures.in_flight, figures.request_bytes), (4, 1, 2, 20));
        assert!((figures.error_rate - 0.25).abs() < 1e-12 && (figures.requests_per_second - 0.4).abs() < 1e-12);
        assert!((figures.mean_ms.unwrap() - 300.0).abs() < 1e-9, "the mean is exact");
        assert!((figures.max_ms.unwrap() - 600.0).abs() < 1e-9);
    }

    #[test]
    fn without_requests_there_are_no_times() {
        let figures = Counts::default().figures(0, 10.0);
        assert_eq!((figures.requests, figures.mean_ms, figures.p99_ms), (0, None, None));
        assert!(figures.error_rate.abs() < f64::EPSILON);
    }

    #[test]
    fn a_report_is_read_as_it_was_written_and_one_that_says_little_too() {
        let report = ServiceReport {
            service: "tournament".to_owned(),
            instance: "1".to_owned(),
            seq: 7,
            routes: vec![RouteInterval {
                method: "GET".to_owned(),
                route: "/players/{id}".to_owned(),
                in_flight: 1,
                counts: counts([0, 2, 0, 0, 0], &[0.1, 0.2]),
            }],
            ..ServiceReport::default()
        };
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<ServiceReport>(&json).unwrap(), report);
        let short = r#"{"service":"a","instance":"1","seq":1}"#;
        assert!(serde_json::from_str::<ServiceReport>(short).unwrap().routes.is_empty());
        let broken = json.replace("durations\":\"", "durations\":\"/");
        assert!(serde_json::from_str::<ServiceReport>(&broken).is_err());
    }
}
