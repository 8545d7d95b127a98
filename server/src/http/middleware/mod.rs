//! What holds for every request, a file a layer.
//!
//! [`front`] takes them in order, so that the way of a request can be read in one place:
//!
//! 1. [`request_id`]: the request gets its id, and [`trace`] the span that bears it;
//! 2. [`origin`]: does it come through a door of ours?
//! 3. [`body_limit`]: is its body small enough?
//! 4. [`access`]: who asks; the routes say with [`access::Require`] who may;
//! 5. [`timeout`] and [`panics`] around the handler;
//! 6. [`problem`](crate::http::problem), [`compress`], [`security_headers`] and the id on the way out.
//!
//! The layer of [`miorai_monitoring::http`] stands around all of it: it measures every request, and tells in the answer
//! what its time went to.
//!
//! They are plain functions behind one layer rather than a layer each: a layer costs an allocation and an indirection
//! for every request.

pub mod access;
pub mod body_limit;
pub mod compress;
pub mod origin;
pub mod panics;
pub mod security_headers;
pub mod timeout;
pub mod trace;

use crate::http::{
    HttpState,
    problem::{self, ApiError, Form},
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
pub use miorai_monitoring::http::request_id;
use tracing::Instrument as _;

/// The way of every request in and out.
pub async fn front(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let id = request_id::of(request.headers());
    let encoding = compress::Encoding::best(request.headers());
    let form = Form::of(request.uri().path(), request.headers());
    let body_limit = state.options().body_limit(request.uri().path());
    let line = trace::Line::begin(&request);
    let span = trace::span(&id);
    let answer = async {
        let options = state.options();
        let response = match admit(&state, request, &id, body_limit) {
            Ok((request, awaited)) => {
                panics::caught(timeout::limited(options.request_timeout, awaited, next.run(request))).await
            }
            Err(refused) => refused.into_response(),
        };
        let mut response = problem::finish(response, form, id.as_str(), body_limit);
        response = compress::compressed(response, encoding).await;
        security_headers::add(response.headers_mut(), form);
        request_id::put(response.headers_mut(), &id);
        line.end(&response);
        response
    };
    answer.instrument(span).await
}

/// Lets a request in, or says why not.
fn admit(
    state: &HttpState,
    request: Request,
    id: &request_id::RequestId,
    body_limit: usize,
) -> Result<(Request, body_limit::Awaited), ApiError> {
    state.doors().check(request.method(), request.uri(), request.headers())?;
    let (mut request, awaited) = body_limit::bounded(request, body_limit)?;
    let caller = access::identify(&request, state.options().public_url.as_ref());
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(id.clone());
    Ok((request, awaited))
}
