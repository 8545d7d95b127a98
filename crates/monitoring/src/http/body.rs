//! Answers that are streamed: their bytes are counted as they are sent.

use super::route::Route;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// The bytes of a body whose size is known, or the body with something that counts them.
pub(super) fn counted(body: Body, route: &Arc<Route>) -> (Body, u64) {
    match body.size_hint().exact() {
        Some(bytes) => (body, bytes),
        None => (Body::new(Counted { body, route: Arc::clone(route), sent: 0 }), 0),
    }
}

/// A body that tells its route how much was sent, also when it is given up.
struct Counted {
    body: Body,
    route: Arc<Route>,
    sent: u64,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            self.sent += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.route.sent(self.sent);
    }
}
