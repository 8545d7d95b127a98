//! The largest body that is read.

use crate::http::ApiError;
use axum::{body::Body, extract::Request};
use http::header;
use http_body::Body as _;
use http_body_util::Limited;

/// The request with a body that ends in an error beyond `limit` bytes; an error at once when it is announced larger.
pub fn bounded(request: Request, limit: usize) -> Result<Request, ApiError> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > limit as u64) {
        return Err(ApiError::TooLarge { limit });
    }
    Ok(request.map(|body| Body::new(Limited::new(body, limit))))
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
            let bounded = bounded(request(None, body), 4).unwrap();
            assert_eq!(axum::body::to_bytes(bounded.into_body(), usize::MAX).await.is_ok(), fits, "{body}");
        }
    }

    #[test]
    fn a_body_that_is_announced_too_large_is_refused_unread() {
        assert_eq!(bounded(request(Some("5"), "1"), 4).err(), Some(ApiError::TooLarge { limit: 4 }));
        assert!(bounded(request(Some("4"), "1234"), 4).is_ok());
    }
}
