//! How much is taken in at once: however many send, the room and the time for it are bounded.

use crate::http::ApiError;
use axum::extract::Request;
use http::header;
use miorai_monitoring::received::{Form, Received};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room is counted in parts of so many bytes.
const PART: usize = 1_024;

/// So many of the largest bodies may be under way at once.
const LARGEST_AT_ONCE: usize = 8;

/// So many are worked through at once: the rest of the machine goes on.
const TURNS: usize = 2;

/// The most of JSON that is read: it is decoded as a whole, into many times its size.
const LARGEST_JSON: usize = 2 * 1_024 * 1_024;

/// Where what other programs send is let in. A clone shares it.
#[derive(Clone, Debug)]
pub struct Gate {
    received: Received,
    /// The largest body, packed or unpacked, in bytes.
    limit: usize,
    /// A permit for each part of the bodies that are under way.
    room: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Gate {
    /// A gate for bodies of at most `limit` bytes.
    pub fn new(received: Received, limit: usize) -> Self {
        let room = Arc::new(Semaphore::new(parts(limit) as usize * LARGEST_AT_ONCE));
        Self { received, limit, room, turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// What has been let in.
    pub const fn received(&self) -> &Received {
        &self.received
    }

    /// The largest body, in bytes.
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// The largest body in this form, unpacked, in bytes.
    pub fn limit_of(&self, form: Form) -> usize {
        match form {
            Form::Protobuf => self.limit,
            Form::Json => self.limit.min(LARGEST_JSON),
        }
    }

    /// Room for the body of a request; a refusal when too much is under way.
    pub(super) fn room(&self, request: &Request) -> Result<OwnedSemaphorePermit, ApiError> {
        let announced = request.headers().get(header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        // A body that does not say how large it is may be as large as any.
        let wanted = parts(announced.unwrap_or(self.limit).min(self.limit));
        Arc::clone(&self.room)
            .try_acquire_many_owned(wanted)
            .map_err(|_| ApiError::TooManyRequests { retry_after_seconds: 1 })
    }

    /// Waits for a turn to work.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let turns = Arc::clone(&self.turns);
        turns.acquire_owned().await.map_err(|_| ApiError::unavailable("the server stops"))
    }
}

fn parts(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(PART).max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use miorai_monitoring::{SystemClock, received::Limits};

    fn request(length: Option<&str>) -> Request {
        let builder = length.into_iter().fold(Request::builder(), |b, length| b.header("content-length", length));
        builder.body(Body::empty()).unwrap()
    }

    #[test]
    fn there_is_room_for_many_small_bodies_or_a_few_of_unknown_size() {
        let received = Received::new(Limits::default(), Arc::new(SystemClock::default()));
        let gate = Gate::new(received, 100 * PART);
        let unknown: Vec<_> = (0..LARGEST_AT_ONCE - 1).map(|_| gate.room(&request(None)).unwrap()).collect();
        let small: Vec<_> = (0..100).map(|_| gate.room(&request(Some("10"))).unwrap()).collect();
        assert_eq!(gate.room(&request(Some("10"))).err(), Some(ApiError::TooManyRequests { retry_after_seconds: 1 }));
        drop((unknown, small));
        assert!(gate.room(&request(None)).is_ok(), "who is done makes room");
    }
}
