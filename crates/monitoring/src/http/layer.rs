//! The tower layer and service around whatever answers.

use super::{HttpMonitor, Shared, begun::Begun};
use crate::chain::{self, Recorded};
use axum::{extract::Request, response::Response};
use pin_project_lite::pin_project;
use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tower::{Layer, Service};

/// Measures what goes through it: see [`HttpMonitor::layer`].
#[derive(Clone, Debug)]
pub struct HttpLayer {
    monitor: HttpMonitor,
}

impl HttpLayer {
    pub(super) fn new(monitor: HttpMonitor) -> Self {
        Self { monitor }
    }
}

impl<S> Layer<S> for HttpLayer {
    type Service = HttpService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HttpService { inner, shared: Arc::clone(&self.monitor.0) }
    }
}

/// A service that is measured.
#[derive(Clone)]
pub struct HttpService<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S: fmt::Debug> fmt::Debug for HttpService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S> Service<Request> for HttpService<S>
where
    S: Service<Request, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let begun = Begun::begin(&self.shared, &request);
        ResponseFuture { answer: chain::scope(self.inner.call(request)), begun: Some(begun) }
    }
}

pin_project! {
    /// The answer to come. It is no larger than the service's own by more than a record, and nothing is boxed.
    pub struct ResponseFuture<F> {
        #[pin]
        answer: Recorded<F>,
        begun: Option<Begun>,
    }
}

impl<F, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = Result<Response, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let answer = ready!(this.answer.as_mut().poll(cx));
        let record = chain::take(this.answer).unwrap_or_default();
        // Who polls again after the end gets what the service itself says to that; an error of the service counts as
        // a request that was given up.
        let begun = this.begun.take();
        Poll::Ready(answer.map(|response| match begun {
            Some(begun) => begun.end(&record, response),
            None => response,
        }))
    }
}
