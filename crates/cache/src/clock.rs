//! The machine's clock, for those who do not hand in one of their own.

use miorai_model::{Clock, Timestamp};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The machine's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock {
    /// What the time that never jumps is counted from.
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock of those who hand in none")]
    fn now(&self) -> Timestamp {
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        Timestamp::from_millis(millis)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}
