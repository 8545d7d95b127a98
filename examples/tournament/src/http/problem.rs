//! Errors as the outside sees them: RFC 9457.

use crate::service::ServiceError;
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

#[derive(Serialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

#[derive(Serialize)]
struct FieldError {
    field: &'static str,
    detail: &'static str,
}

fn answer(status: StatusCode, detail: String, errors: Vec<FieldError>) -> Response {
    let title = status.canonical_reason().unwrap_or("Refused");
    let problem = Problem { kind: "about:blank", title, status: status.as_u16(), detail, errors };
    (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], Json(problem)).into_response()
}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let detail = self.to_string();
        match self {
            Self::NotFound(_) => answer(StatusCode::NOT_FOUND, detail, Vec::new()),
            Self::Forbidden => answer(StatusCode::FORBIDDEN, detail, Vec::new()),
            Self::Invalid { field, detail: why } => {
                answer(StatusCode::UNPROCESSABLE_ENTITY, detail, vec![FieldError { field, detail: why }])
            }
            Self::Model(_) => answer(StatusCode::CONFLICT, detail, Vec::new()),
            Self::Database(_) => {
                tracing::error!(error = %self, "a request failed");
                answer(StatusCode::INTERNAL_SERVER_ERROR, "the log has the cause".to_owned(), Vec::new())
            }
        }
    }
}

/// Gives refusals of the framework itself (a path, a method or a body that is not known) the same form.
pub(super) async fn finish(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.headers().get(header::CONTENT_TYPE) == Some(&MEDIA_TYPE) {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    // What the framework says is short text; it names the field.
    let detail = axum::body::to_bytes(response.into_body(), 1 << 10).await.unwrap_or_default();
    let mut problem = answer(status, String::from_utf8_lossy(&detail).into_owned(), Vec::new());
    if let Some(allow) = allow {
        problem.headers_mut().insert(header::ALLOW, allow);
    }
    problem
}
