//! Points in time, and the clock that tells them.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The point `millis` milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, with their fraction.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// The time from `earlier` to `self` in seconds; negative when `earlier` is later.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / 1_000.0
    }

    /// This point moved back by `duration`, to the epoch at the earliest representable value.
    pub const fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration.as_millis() as i64))
    }

    /// This point moved on by `duration`.
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_millis() as i64))
    }
}

/// Tells the time. Passed in wherever time matters, so that tests can set it.
pub trait Clock: Send + Sync {
    /// The time of day. It may jump when the machine's clock is set.
    fn now(&self) -> Timestamp;

    /// Time since some fixed point. It never goes backwards and never jumps.
    fn monotonic(&self) -> Duration;
}
