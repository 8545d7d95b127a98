//! A request that is being answered: it ends with an answer, with a panic, or because its client has gone.

use super::{
    Shared, body, headers, methods,
    request_id::{self, RequestId},
    route::{End, Route},
};
use crate::chain::Record;
use axum::{
    extract::{MatchedPath, Request},
    http::header::CONTENT_LENGTH,
    response::Response,
};
use miorai_model::performance::{SlowRequest, UNMATCHED};
use std::{sync::Arc, thread, time::Duration};

/// A request under way.
pub(super) struct Begun {
    shared: Arc<Shared>,
    route: Arc<Route>,
    id: Option<RequestId>,
    request_bytes: u64,
    has_ended: bool,
}

impl Begun {
    /// A request comes in.
    pub(super) fn begin(shared: &Arc<Shared>, request: &Request) -> Self {
        let matched = request.extensions().get::<MatchedPath>();
        let path = matched.map_or(UNMATCHED, MatchedPath::as_str);
        let route = shared.routes.find(methods::name(request.method()), path);
        route.begin();
        let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        Self {
            shared: Arc::clone(shared),
            route,
            id: request_id::brought(request.headers()),
            request_bytes: announced.unwrap_or_default(),
            has_ended: false,
        }
    }

    /// There is an answer: it is counted, and told of itself in its headers.
    pub(super) fn end(mut self, record: &Record, response: Response) -> Response {
        self.has_ended = true;
        let took = record.started().elapsed();
        let (mut head, body) = response.into_parts();
        let (body, response_bytes) = body::counted(body, &self.route);
        let status = head.status.as_u16();
        self.route.end(End::Status(status), took, self.request_bytes, response_bytes);
        headers::put(&mut head.headers, took, record);
        let id = request_id::settle(&mut head.headers, self.id.take());
        self.shared.slowest.offer(took, || self.written(&id, status, took, record));
        Response::from_parts(head, body)
    }

    fn written(&self, id: &RequestId, status: u16, took: Duration, record: &Record) -> SlowRequest {
        SlowRequest {
            request_id: id.as_str().to_owned(),
            at: self.shared.clock.now().minus(took),
            service: None,
            method: self.route.method.to_owned(),
            route: self.route.path.to_string(),
            status,
            duration_ms: took.as_secs_f64() * 1_000.0,
            parts: record.parts(took),
            chain: record.chain(),
            steps_left_out: record.left_out(),
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.has_ended {
            let end = if thread::panicking() { End::Panicked } else { End::Cancelled };
            self.route.end(end, Duration::ZERO, self.request_bytes, 0);
        }
    }
}
