//! Whether all is well: in a word, in detail, and for orchestrators.

use crate::http::{HttpState, moment::rfc3339, state::VERSION};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use miorai_model::{Check, Health, Status};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

/// The media type of the form that draft-inadarei-api-health-check describes.
const HEALTH_JSON: &str = "application/health+json";

/// The checks that the answer names; those of other names are services.
const NAMED: [&str; 3] = ["database", "cache", "system"];

/// Whether all is well, in a word.
#[derive(Debug, Serialize, ToSchema)]
pub struct HealthAnswer {
    /// `healthy`, `degraded` or `unhealthy`.
    status: Status,
    /// The version of the program.
    version: &'static str,
    /// How long it has been running.
    uptime_seconds: u64,
    /// When this was asked: RFC 3339, UTC.
    timestamp: String,
}

/// Whether all is well, in detail.
#[derive(Debug, Serialize, ToSchema)]
pub struct DetailedHealthAnswer {
    /// The worst of the checks.
    status: Status,
    /// When this was asked: RFC 3339, UTC.
    timestamp: String,
    /// The version of the program.
    version: &'static str,
    /// Each check.
    checks: Checks,
}

/// The checks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checks {
    /// The database.
    database: CheckAnswer,
    /// The cache.
    cache: CheckAnswer,
    /// The machine.
    system: CheckAnswer,
    /// Everything else.
    services: Vec<ServiceAnswer>,
}

/// One check.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    /// `healthy`, `degraded`, `unhealthy` or `not_configured`.
    status: Status,
    /// How long it took; nothing when there was nothing to ask.
    response_time_ms: Option<f64>,
    /// What was found, and what to do.
    message: String,
}

/// One check with its name.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceAnswer {
    /// What is checked.
    name: String,
    #[serde(flatten)]
    check: CheckAnswer,
}

fn code(status: Status) -> StatusCode {
    if status == Status::Unhealthy { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

/// Health in a word.
///
/// 503 when something does not work.
#[utoipa::path(get, path = "/api/core/health/", tag = "health", responses(
    (status = 200, description = "`healthy` or `degraded`", body = HealthAnswer),
    (status = 503, description = "`unhealthy`", body = HealthAnswer),
))]
pub async fn health(State(state): State<HttpState>) -> Response {
    let monitor = state.monitor();
    let now = monitor.clock().now();
    let status = monitor.health().status;
    let answer =
        HealthAnswer { status, version: VERSION, uptime_seconds: monitor.uptime().as_secs(), timestamp: rfc3339(now) };
    (code(status), Json(answer)).into_response()
}

/// Health in detail.
///
/// With `Accept: application/health+json` in that form. 503 when something does not work.
#[utoipa::path(get, path = "/api/core/health/detailed/", tag = "health", responses(
    (status = 200, description = "The checks", body = DetailedHealthAnswer),
    (status = 503, description = "A check is `unhealthy`", body = DetailedHealthAnswer),
))]
pub async fn detailed(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    let monitor = state.monitor();
    let timestamp = rfc3339(monitor.clock().now());
    let health = monitor.health();
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains(HEALTH_JSON) {
        let media_type = [(header::CONTENT_TYPE, HeaderValue::from_static(HEALTH_JSON))];
        return (code(health.status), media_type, Json(health_json(&health, &timestamp))).into_response();
    }
    let named = |name| {
        health.checks.iter().find(|check| check.name == name).map_or_else(|| not_configured(name), CheckAnswer::from)
    };
    let [database, cache, system] = NAMED.map(named);
    let services = health.checks.iter().filter(|check| !NAMED.contains(&check.name.as_str()));
    let services = services.map(|check| ServiceAnswer { name: check.name.clone(), check: check.into() }).collect();
    let checks = Checks { database, cache, system, services };
    (code(health.status), Json(DetailedHealthAnswer { status: health.status, timestamp, version: VERSION, checks }))
        .into_response()
}

impl From<&Check> for CheckAnswer {
    fn from(check: &Check) -> Self {
        Self { status: check.status, response_time_ms: check.response_time_ms, message: check.message.clone() }
    }
}

fn not_configured(name: &str) -> CheckAnswer {
    CheckAnswer { status: Status::NotConfigured, response_time_ms: None, message: format!("No {name} is configured.") }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HealthJson {
    status: &'static str,
    version: &'static str,
    description: &'static str,
    checks: BTreeMap<String, [HealthJsonCheck; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HealthJsonCheck {
    component_type: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_unit: Option<&'static str>,
    time: String,
    output: String,
}

fn health_json(health: &Arc<Health>, timestamp: &str) -> HealthJson {
    let word = |status| match status {
        Status::NotConfigured | Status::Healthy => "pass",
        Status::Degraded => "warn",
        Status::Unhealthy => "fail",
    };
    let checks = health.checks.iter().map(|check| {
        let detail = HealthJsonCheck {
            component_type: if check.name == "system" { "system" } else { "component" },
            status: word(check.status),
            observed_value: check.response_time_ms,
            observed_unit: check.response_time_ms.map(|_| "ms"),
            time: timestamp.to_owned(),
            output: check.message.clone(),
        };
        (check.name.clone(), [detail])
    });
    HealthJson {
        status: word(health.status),
        version: VERSION,
        description: "Miorai monitoring dashboard",
        checks: checks.collect(),
    }
}

/// Whether the process runs.
///
/// It depends on nothing else.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, description = "It runs", body = String)))]
pub async fn livez() -> &'static str {
    "ok\n"
}

/// Whether requests can be answered.
///
/// 503 before the first frame and while the server stops.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "They can", body = String),
    (status = 503, description = "Not yet, or not any more", body = miorai_model::problem::Problem),
))]
pub async fn readyz(State(state): State<HttpState>) -> Result<&'static str, crate::http::ApiError> {
    if state.stop().is_cancelled() {
        return Err(crate::http::ApiError::unavailable("the server is stopping"));
    }
    super::newest(state.monitor())?;
    Ok("ok\n")
}
