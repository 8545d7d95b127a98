//! REST, a file a domain.

pub mod cache;
pub mod database;
pub mod docs;
pub mod export;
pub mod health;
pub mod history;
pub mod metrics;
pub mod openapi;
pub mod performance;
pub mod received;
pub mod system_stats;

use crate::http::ApiError;
use app::desk::DeskError;
use axum::{
    extract::rejection::JsonRejection,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, header};
use miorai_model::problem::FieldError;
use miorai_monitoring::Tick;
use std::sync::Arc;

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// An answer of bytes that are ready.
pub(crate) fn ready(media_type: &'static str, bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], bytes).into_response()
}

/// A field that is well-formed but wrong.
pub(crate) fn wrong(field: &str, detail: String) -> ApiError {
    ApiError::Invalid(vec![FieldError { field: field.to_owned(), detail }])
}

/// Why a desk did not do as it was asked.
pub(crate) fn refused(error: DeskError) -> ApiError {
    let detail = error.to_string();
    match error {
        DeskError::Unknown(_) => ApiError::Missing(detail),
        DeskError::Wrong { field, .. } => wrong(field, detail),
        DeskError::Conflict(_) => ApiError::Conflict(detail),
        DeskError::Unavailable(_) => ApiError::unavailable(detail),
    }
}

/// The newest frame; before the first there is nothing to answer with.
pub(crate) fn newest(monitor: &miorai_monitoring::Monitor) -> Result<Arc<Tick>, ApiError> {
    monitor.latest().ok_or_else(|| ApiError::unavailable("the first values come in a second"))
}

/// Why a body is not the JSON that was expected.
pub(crate) fn unreadable(rejection: JsonRejection) -> ApiError {
    let detail = rejection.body_text();
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            ApiError::UnsupportedMediaType("send JSON with the header Content-Type: application/json".to_owned())
        }
        JsonRejection::JsonDataError(_) => ApiError::Invalid(vec![FieldError { field: "body".to_owned(), detail }]),
        _ => ApiError::Unreadable(detail),
    }
}
