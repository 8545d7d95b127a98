//! The largest body that is read, and whether it has come.

use crate::http::ApiError;
use axum::{body::Body, extract::Request};
use bytes::Bytes;
use http::header;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::Limited;
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

/// Whether a handler waits for the body of its request.
#[derive(Clone, Debug, Default)]
pub struct Awaited(Arc<AtomicBool>);

impl Awaited {
    /// Whether the last that it asked for has not come yet.
    pub fn is_awaited(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A body that tells whether it is waited for.
struct Watched {
    body: Limited<Body>,
    awaited: Awaited,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.awaited.0.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The request with a body that ends in an error beyond `limit` bytes; an error at once when it is announced larger.
///
/// With it comes what tells whether the body is waited for.
pub fn bounded(request: Request, limit: usize) -> Result<(Request, Awaited), ApiError> {
    let awaited = Awaited::default();
    if request.body().is_end_stream() {
        return Ok((request, awaited));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > limit as u64) {
        return Err(ApiError::TooLarge { limit });
    }
    let watch = |body| Body::new(Watched { body: Limited::new(body, limit), awaited: awaited.clone() });
    Ok((request.map(watch), awaited))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(announced: Option<&str>, body: &str) -> Request {
        let builder = Request::builder();
        let builder = announced.into_iter().fold(builder, |builder, length| builder.header("content-length", length));
        builder.body(Body::from(body.to_owned())).unwrap()
    }

    #[tokio::test]
    async fn bodies_are_read_up_to_the_limit_and_no_further() {
        for (body, fits) in [("", true), ("1234", true), ("12345", false)] {
            let (bounded, _) = bounded(request(None, body), 4).unwrap();
            assert_eq!(axum::body::to_bytes(bounded.into_body(), usize::MAX).await.is_ok(), fits, "{body}");
        }
    }

    #[tokio::test]
    async fn it_is_known_whether_a_body_is_waited_for() {
        let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let (request, awaited) = bounded(Request::new(Body::from_stream(never)), 4).unwrap();
        assert!(!awaited.is_awaited(), "nobody has asked for it");
        let mut reading = Box::pin(axum::body::to_bytes(request.into_body(), usize::MAX));
        assert!(futures_util::poll!(&mut reading).is_pending());
        assert!(awaited.is_awaited());
    }

    #[test]
    fn a_body_that_is_announced_too_large_is_refused_unread() {
        assert_eq!(bounded(request(Some("5"), "1"), 4).err(), Some(ApiError::TooLarge { limit: 4 }));
        assert!(bounded(request(Some("4"), "1234"), 4).is_ok());
    }
}
