//! The description of all this for programs.

use crate::http::{HttpState, rest};
use axum::{extract::State, response::Response};
use bytes::Bytes;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Miorai",
        description = "Health and metrics of a machine. Times are RFC 3339 in UTC; in history and in the live stream, milliseconds since 1970. Every path is taken with and without its last slash. Errors are problems as RFC 9457 describes them."
    ),
    paths(
        rest::health::health,
        rest::health::detailed,
        rest::health::livez,
        rest::health::readyz,
        rest::system_stats::system_stats,
        rest::history::history,
        rest::metrics::metrics,
        rest::received::received,
        rest::database::status,
        rest::database::server,
        rest::database::plan,
        rest::database::measure,
        rest::database::end_backend,
        rest::performance::performance_metrics,
        rest::performance::reset_metrics,
        rest::performance::reports,
        rest::cache::status,
        rest::cache::clear,
        rest::cache::progress,
        rest::cache::cancel,
        rest::cache::keys,
        rest::cache::key,
        rest::cache::delete,
        rest::cache::prefixes,
        crate::http::live::live,
        crate::http::otlp::metrics,
        openapi,
    ),
    components(schemas(miorai_model::problem::Problem)),
    tags(
        (name = "health", description = "Whether all is well"),
        (name = "monitoring", description = "Figures, now and in the past"),
        (name = "cache", description = "Cache spaces: figures, entries, clearing"),
        (name = "database", description = "Statements, pools and PostgreSQL servers"),
        (name = "description", description = "This description"),
    )
)]
struct Document;

/// The description.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The description as JSON.
///
/// # Panics
/// Never: a description consists of text and lists.
pub fn json(document: &utoipa::openapi::OpenApi) -> Bytes {
    serde_json::to_vec(document).expect("a description has text keys only").into()
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "description", responses(
    (status = 200, description = "OpenAPI 3.1", body = Object),
))]
pub async fn openapi(State(state): State<HttpState>) -> Response {
    rest::ready(rest::JSON, state.openapi())
}
