//! One line in the log for each request: at `debug`, and at `warn` when the server failed.

use axum::{extract::Request, response::Response};
use miorai_monitoring::http::request_id::RequestId;
use std::time::Instant;
use tracing::{Level, Span};

/// The span that bears the request's id, so that every line it causes can be found.
pub fn span(id: &RequestId) -> Span {
    tracing::info_span!("request", id = id.as_str())
}

/// What is told about a request at its end. The query is left out: it may hold what is nobody's business.
pub struct Line {
    begun: Option<Begun>,
}

struct Begun {
    method: http::Method,
    path: String,
    at: Instant,
}

impl Line {
    /// Notes what the line will need.
    pub fn begin(request: &Request) -> Self {
        let begun = tracing::enabled!(Level::WARN).then(|| Begun {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            at: Instant::now(),
        });
        Self { begun }
    }

    /// Writes the line.
    pub fn end(self, response: &Response) {
        let Some(Begun { method, path, at }) = self.begun else { return };
        let status = response.status().as_u16();
        let duration_ms = at.elapsed().as_secs_f64() * 1_000.0;
        if response.status().is_server_error() {
            tracing::warn!(%method, path, status, duration_ms, "request failed");
        } else {
            tracing::debug!(%method, path, status, duration_ms, "request answered");
        }
    }
}
