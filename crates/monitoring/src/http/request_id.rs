//! The id of a request: in its answer, in every problem, in every line of the log that it causes.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The header that bears the id, in requests and in answers.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a request.
const MAX_LENGTH: usize = 64;

/// The id of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// An id that no other request of this or another run has.
    fn new() -> Self {
        // The hasher is seeded from the system's randomness once a run; the rest of the id counts.
        static RUN: LazyLock<u32> = LazyLock::new(|| RandomState::new().hash_one(0_u8) as u32);
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = format!("{:08x}-{:x}", *RUN, NEXT.fetch_add(1, Ordering::Relaxed));
        Self(HeaderValue::try_from(id).expect("the id consists of hexadecimal digits and a hyphen"))
    }
}

/// The id that a request brings, if it is a decent one, else a new one.
pub fn of(headers: &HeaderMap) -> RequestId {
    brought(headers).unwrap_or_else(RequestId::new)
}

/// The id that a request brings, if it is a decent one.
pub(super) fn brought(headers: &HeaderMap) -> Option<RequestId> {
    let decent = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=MAX_LENGTH).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
    };
    headers.get(HEADER).filter(decent).cloned().map(RequestId)
}

/// The id that the service has put into its answer; when it has put none, the one that the request brought or a new one,
/// which is put there.
pub(super) fn settle(answer: &mut HeaderMap, brought: Option<RequestId>) -> RequestId {
    if let Some(id) = answer.get(HEADER) {
        return RequestId(id.clone());
    }
    let id = brought.unwrap_or_else(RequestId::new);
    put(answer, &id);
    id
}

/// Puts the id into an answer.
pub fn put(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(HEADER, id.0.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decent_ids_are_taken_over_and_others_replaced() {
        for (brought, taken) in [
            ("abc-1", true),
            ("0af7651916cd43dd8448eb211c80319c", true),
            ("", false),
            ("a b", false),
            ("<script>", false),
            (&"x".repeat(65), false),
        ] {
            let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_str(brought).unwrap())]);
            let id = of(&headers);
            assert_eq!(id.as_str() == brought, taken, "{brought}");
            assert!(!id.as_str().is_empty());
        }
    }

    #[test]
    fn new_ids_differ() {
        assert_ne!(of(&HeaderMap::new()), of(&HeaderMap::new()));
    }

    #[test]
    fn an_id_that_the_service_has_given_stays() {
        let mut answer = HeaderMap::from_iter([(HEADER, HeaderValue::from_static("own"))]);
        assert_eq!(settle(&mut answer, Some(RequestId(HeaderValue::from_static("brought")))).as_str(), "own");
        let mut answer = HeaderMap::new();
        assert_eq!(settle(&mut answer, Some(RequestId(HeaderValue::from_static("brought")))).as_str(), "brought");
        assert_eq!(answer[HEADER], "brought");
    }
}
