//! How fast the API and its statements are: figures over a window, starting anew, and what other programs report.

use crate::http::{ApiError, HttpState, middleware::access::Caller, moment};
use app::{api_desk::ApiDesk as _, desk::Actor};
use axum::{
    Extension, Json,
    extract::{FromRequest as _, RawQuery, Request, State},
};
use http::StatusCode;
use miorai_model::{
    Timestamp,
    performance::{PerformanceReport, ServiceReport},
    problem::{FieldError, Problem},
};
use miorai_monitoring::performance::ReportError;
use serde::Serialize;
use std::time::Duration;

/// The window when nothing is said.
const WINDOW: Duration = Duration::from_mins(5);
/// The shortest and the longest window.
const SHORTEST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_hours(1);

/// How fast routes and statements are.
///
/// Quantiles are within 1 % of the exact ones. Windows begin at a full interval of ten seconds: `since` tells where. For
/// longer times ask `history` for `http.server.request.duration`.
#[utoipa::path(get, path = "/api/core/monitoring/performance-metrics/", tag = "monitoring",
    params(("window" = Option<String>, Query, description = "`30s`, `5m` (the default), at most `1h`")),
    responses(
        (status = 200, description = "Totals, routes, statements and the slowest requests", body = PerformanceReport),
        (status = 422, description = "The window is wrong", body = Problem),
    ))]
pub async fn performance_metrics(
    State(state): State<HttpState>,
    RawQuery(query): RawQuery,
) -> Result<Json<PerformanceReport>, ApiError> {
    let window = window(query.as_deref().unwrap_or_default())?;
    Ok(Json(state.api().report(window).await))
}

fn window(query: &str) -> Result<Duration, ApiError> {
    let mut window = WINDOW;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != "window" {
            return Err(wrong(&name, "there is no such parameter: known is window".to_owned()));
        }
        let asked = moment::duration(&value).filter(|asked| (SHORTEST..=LONGEST).contains(asked));
        window = asked.ok_or_else(|| wrong("window", format!("'{value}' is none: expected 10s to 1h, such as 5m")))?;
    }
    Ok(window)
}

/// When counting began anew.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Reset {
    #[schema(value_type = String, format = DateTime)]
    #[serde(with = "miorai_model::rfc3339")]
    reset_at: Timestamp,
}

/// Lets counters and quantiles start anew. The history stays.
#[utoipa::path(post, path = "/api/core/monitoring/reset-metrics/", tag = "monitoring", responses(
    (status = 200, description = "From when on it is counted", body = Reset),
))]
pub async fn reset_metrics(State(state): State<HttpState>, Extension(caller): Extension<Caller>) -> Json<Reset> {
    Json(Reset { reset_at: state.api().reset(&Actor(caller.to_string())).await })
}

/// Takes in what another program has counted of its API and its statements.
///
/// The layer and the query monitor of the crate `miorai-monitoring` report here every few seconds. A report with a `seq`
/// that was told before is not counted again.
#[utoipa::path(post, path = "/api/core/monitoring/reports/", tag = "monitoring", request_body = ServiceReport, responses(
    (status = 204, description = "It was taken in"),
    (status = 422, description = "A field is wrong", body = Problem),
    (status = 503, description = "As many programs report as may", body = Problem),
))]
pub async fn reports(State(state): State<HttpState>, request: Request) -> Result<StatusCode, ApiError> {
    let Json(report) = Json::<ServiceReport>::from_request(request, &()).await.map_err(super::unreadable)?;
    match state.api().take(report) {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(ReportError::Wrong { field, detail }) => Err(wrong(field, detail)),
        Err(full @ ReportError::Full { .. }) => Err(ApiError::unavailable(full.to_string())),
    }
}

fn wrong(field: &str, detail: String) -> ApiError {
    ApiError::Invalid(vec![FieldError { field: field.to_owned(), detail }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_within_their_bounds() {
        for (query, expected) in [
            ("", Some(300)),
            ("window=10s", Some(10)),
            ("window=1h", Some(3_600)),
            ("window=9s", None),
            ("window=2h", None),
            ("window=5", None),
            ("range=5m", None),
        ] {
            assert_eq!(window(query).ok().map(|window| window.as_secs()), expected, "{query}");
        }
    }
}
