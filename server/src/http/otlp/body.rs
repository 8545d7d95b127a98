//! The body of a request, unpacked and within its bounds.

use crate::http::ApiError;
use axum::body::Body;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use std::{borrow::Cow, io::Read as _};

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// By gzip.
    Gzip,
}

impl Packing {
    /// As the header says.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let named = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap_or_default());
        match named.map(|name| name.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Self::Plain),
            Some("gzip") => Ok(Self::Gzip),
            Some(_) => Err(ApiError::UnsupportedMediaType("bodies are read plain or packed by gzip".to_owned())),
        }
    }

    /// The body as it was before it was packed. No more than `limit` bytes are unpacked, however small the packed ones
    /// are.
    pub(super) fn unpack(self, packed: &[u8], limit: usize) -> Result<Cow<'_, [u8]>, ApiError> {
        let too_large = ApiError::TooLarge { limit };
        match self {
            Self::Plain if packed.len() > limit => Err(too_large),
            Self::Plain => Ok(Cow::Borrowed(packed)),
            Self::Gzip => {
                let mut body = Vec::with_capacity(packed.len().saturating_mul(4).min(limit));
                let mut unpacked = MultiGzDecoder::new(packed).take(limit as u64 + 1);
                unpacked.read_to_end(&mut body).map_err(|error| {
                    ApiError::Unreadable(format!(
                        "the body is said to be packed by gzip and cannot be unpacked: {error}"
                    ))
                })?;
                if body.len() > limit { Err(too_large) } else { Ok(Cow::Owned(body)) }
            }
        }
    }
}

/// All of a body. The layers in front have bounded it to `limit` bytes.
pub(super) async fn whole(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    body.collect().await.map(http_body_util::Collected::to_bytes).map_err(|error| {
        let cause = error.into_inner();
        if cause.is::<http_body_util::LengthLimitError>() {
            return ApiError::TooLarge { limit };
        }
        ApiError::Unreadable("the body has ended before its end".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use http::HeaderValue;
    use std::io::Write as _;

    fn packed(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_up_to_the_limit_and_no_further() {
        let body = vec![b'a'; 1_000];
        assert_eq!(Packing::Gzip.unpack(&packed(&body), 1_000).unwrap().as_ref(), body);
        assert_eq!(Packing::Plain.unpack(&body, 1_000).unwrap().as_ref(), body);
        for packing in [Packing::Gzip, Packing::Plain] {
            let sent = if packing == Packing::Gzip { packed(&body) } else { body.clone() };
            assert_eq!(packing.unpack(&sent, 999).err(), Some(ApiError::TooLarge { limit: 999 }), "{packing:?}");
        }
        let bomb = packed(&vec![0; 50_000_000]);
        assert!(bomb.len() < 60_000);
        assert_eq!(Packing::Gzip.unpack(&bomb, 1_000).err(), Some(ApiError::TooLarge { limit: 1_000 }));
        assert!(matches!(Packing::Gzip.unpack(b"no gzip", 1_000), Err(ApiError::Unreadable(_))));
        assert!(matches!(Packing::Gzip.unpack(&packed(&body)[..20], 1_000), Err(ApiError::Unreadable(_))));
    }

    #[test]
    fn other_packings_are_refused() {
        for (value, expected) in [
            ("gzip", Some(Packing::Gzip)),
            ("GZIP", Some(Packing::Gzip)),
            ("identity", Some(Packing::Plain)),
            ("br", None),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(Packing::of(&headers).ok(), expected, "{value}");
        }
        assert_eq!(Packing::of(&HeaderMap::new()), Ok(Packing::Plain));
    }
}
