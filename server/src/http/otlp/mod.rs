//! The door for metrics of other programs: OTLP over HTTP (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).
//!
//! | module | subject |
//! |---|---|
//! | [`body`] | the body of a request, unpacked and within its bounds |
//! | [`gate`] | how much is taken in at once |

mod body;
mod gate;

pub use gate::Gate;

use crate::http::{ApiError, HttpState};
use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use body::Packing;
use http::{HeaderMap, HeaderValue, header};
use miorai_monitoring::received::Form;

/// The path that the specification has for it.
pub const PATH: &str = "/v1/metrics";

/// Smaller bodies than this are worked through within a millisecond: that is no more than a switch of threads costs.
const SMALL: usize = 16 * 1_024;

/// Whether metrics are sent to this path.
pub fn is_path(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == PATH
}

/// The form of what a request has in its body, as its header says; protobuf is what errors are told in otherwise.
pub fn form(headers: &HeaderMap) -> Option<Form> {
    Form::of(headers.get(header::CONTENT_TYPE)?.to_str().ok()?)
}

/// Takes in metrics in OTLP.
///
/// In protobuf or JSON, plain or packed by gzip. What an export response tells as refused was not sound, or there was no
/// room for it: sending it again changes nothing. Answers with the status 429 and 503 ask to send again later.
#[utoipa::path(post, path = "/v1/metrics", tag = "monitoring", request_body(content(
    (Vec<u8> = "application/x-protobuf"),
    (Object = "application/json"),
), description = "ExportMetricsServiceRequest"), responses(
    (status = 200, description = "ExportMetricsServiceResponse; `partialSuccess` tells how many points were refused and why", body = Object),
    (status = 400, description = "The body cannot be read"),
    (status = 413, description = "The body is too large, packed or unpacked"),
    (status = 415, description = "Neither protobuf nor JSON, or packed in another way"),
    (status = 429, description = "Too much is being taken in at once"),
))]
pub async fn metrics(State(state): State<HttpState>, request: Request) -> Result<Response, ApiError> {
    let gate = state.gate();
    let headers = request.headers();
    let form = form(headers).ok_or_else(|| {
        let types = [Form::Protobuf, Form::Json].map(Form::media_type).join(" and ");
        ApiError::UnsupportedMediaType(format!("metrics are read as {types}"))
    })?;
    let packing = Packing::of(headers)?;
    let room = gate.room(&request)?;
    let packed = body::whole(request.into_body(), gate.limit()).await?;
    let turn = gate.turn().await?;
    let (received, limit) = (gate.received().clone(), gate.limit_of(form));
    let is_small = packing == Packing::Plain && packed.len() <= SMALL;
    let take = move || {
        let _held = (room, turn);
        let body = packing.unpack(&packed, limit)?;
        let outcome = received.take(&body, form).map_err(|error| ApiError::Unreadable(error.to_string()))?;
        Ok(outcome.answer(form))
    };
    let answer: Result<Vec<u8>, ApiError> =
        if is_small { take() } else { tokio::task::spawn_blocking(take).await.map_err(|_| ApiError::Internal)? };
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type()))], answer?).into_response())
}
