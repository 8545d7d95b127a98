//! Compresses what is made for one request: pages and REST answers. Files are compressed ahead of time.

use axum::{body::Body, response::Response};
use brotli::enc::BrotliEncoderParams;
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use std::io::Write as _;

/// Smaller bodies fit into one packet anyway.
const WORTHWHILE: u64 = 1_400;
/// Fast: a page is compressed for each request.
const BROTLI_QUALITY: i32 = 5;
/// The window, as a power of two: larger than any page, and small enough to cost nothing.
const BROTLI_WINDOW: i32 = 18;
/// As fast as that.
const GZIP_LEVEL: u32 = 4;

/// The encodings there are, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
}

impl Encoding {
    /// Every encoding, best first.
    pub const EVERY: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Whether a client takes it.
    pub fn is_accepted(self, headers: &HeaderMap) -> bool {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accepted.split(',').any(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
            name.trim().eq_ignore_ascii_case(self.name()) && !refused
        })
    }

    /// The best one that a client takes.
    pub fn best(headers: &HeaderMap) -> Option<Self> {
        Self::EVERY.into_iter().find(|encoding| encoding.is_accepted(headers))
    }

    fn compress(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::with_capacity(bytes.len() / 4);
        match self {
            Self::Brotli => {
                let parameters =
                    BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: BROTLI_WINDOW, ..Default::default() };
                brotli::BrotliCompress(&mut &bytes[..], &mut out, &parameters)?;
            }
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(&mut out, flate2::Compression::new(GZIP_LEVEL));
                encoder.write_all(bytes)?;
                encoder.finish()?;
            }
        }
        Ok(out)
    }
}

/// The answer in the encoding that the client takes. What is encoded already, small, not text, or streamed stays as it
/// is.
pub async fn compressed(response: Response, encoding: Option<Encoding>) -> Response {
    let text = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_text);
    let worthwhile = http_body::Body::size_hint(response.body()).exact().is_some_and(|size| size >= WORTHWHILE);
    if !text || !worthwhile || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let Some(encoding) = encoding else { return Response::from_parts(head, body) };
    // The size is known, so the body is in memory: this waits for nothing and does not fail.
    let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Response::from_parts(head, Body::empty());
    };
    match encoding.compress(&bytes) {
        Ok(compressed) => {
            head.headers.remove(header::CONTENT_LENGTH);
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
            Response::from_parts(head, Body::from(compressed))
        }
        Err(_) => Response::from_parts(head, Body::from(bytes)),
    }
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/") || media_type.contains("json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;
    use std::io::Read as _;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn encodings_are_taken_as_the_client_says() {
        for (value, expected) in [
            ("gzip, deflate, br", Some(Encoding::Brotli)),
            ("gzip;q=0.5,BR;q=1", Some(Encoding::Brotli)),
            ("br;q=0, gzip", Some(Encoding::Gzip)),
            ("br;q=0.000", None),
            ("brotli", None),
            ("", None),
        ] {
            assert_eq!(Encoding::best(&accepting(value)), expected, "{value}");
        }
    }

    #[tokio::test]
    async fn text_is_compressed_and_read_back() {
        let text = "a page of words ".repeat(1_000);
        for encoding in Encoding::EVERY {
            let response = compressed(text.clone().into_response(), Some(encoding)).await;
            assert_eq!(response.headers()["content-encoding"], encoding.name());
            assert!(!response.headers().contains_key("content-length"));
            let bytes = response.into_body().collect().await.unwrap().to_bytes();
            let mut back = String::new();
            match encoding {
                Encoding::Brotli => brotli::Decompressor::new(&bytes[..], 4_096).read_to_string(&mut back).unwrap(),
                Encoding::Gzip => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut back).unwrap(),
            };
            assert_eq!(back, text);
        }
    }

    #[tokio::test]
    async fn what_is_small_or_not_text_stays() {
        let small = compressed("ok".into_response(), Some(Encoding::Gzip)).await;
        assert!(!small.headers().contains_key("content-encoding"));
        let bytes = compressed(vec![0_u8; 10_000].into_response(), Some(Encoding::Gzip)).await;
        assert!(!bytes.headers().contains_key("content-encoding"));
    }
}
