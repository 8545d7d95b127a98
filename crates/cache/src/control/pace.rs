//! How much is asked of a server at once while others want to be answered too.
//!
//! A Redis does one thing after the other, so whoever asks meanwhile waits for the whole of what is under way. How long
//! that is shows in our own requests: they are made larger or smaller until each takes the server about as long as it
//! may.

use crate::{error::CacheError, remote::Remote};
use miorai_model::Clock;
use std::time::Duration;

/// A request takes the server about so long.
const GOAL: Duration = Duration::from_millis(1);
/// After so much of the server's time others go first.
const SPELL: Duration = Duration::from_millis(10);
const PAUSE: Duration = Duration::from_millis(1);
/// A server that is slow whatever is asked of it is left alone for as long as it took, but no longer than this.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// After so many requests the way to the server is measured again.
const MEASURED_EVERY: u32 = 64;

/// What one kind of request, of so many keys each, may take.
#[derive(Debug)]
pub(super) struct Pace {
    keys: usize,
    least: usize,
    most: usize,
    /// How long a question takes that is no work.
    way: Duration,
    requests: u32,
    spell: Duration,
    pause: Option<Duration>,
}

impl Pace {
    /// Begins with so many keys a request, and stays between the other two numbers.
    pub(super) const fn new(keys: usize, least: usize, most: usize) -> Self {
        Self { keys, least, most, way: Duration::ZERO, requests: 0, spell: Duration::ZERO, pause: None }
    }

    /// To be called before each request: lets others go first when it is their turn. How many keys to ask for.
    pub(super) async fn step(&mut self, remote: &Remote, clock: &dyn Clock) -> Result<usize, CacheError> {
        if let Some(pause) = self.pause.take() {
            tokio::time::sleep(pause).await;
        }
        if self.requests.is_multiple_of(MEASURED_EVERY) {
            let begun = clock.monotonic();
            remote.store.remaining(&remote.mark()).await?;
            self.way = clock.monotonic().saturating_sub(begun);
        }
        self.requests = self.requests.wrapping_add(1);
        Ok(self.keys)
    }

    /// To be called after each request with how long it took, the way there and back included.
    pub(super) fn took(&mut self, time: Duration) {
        self.way = self.way.min(time);
        let work = time.saturating_sub(self.way);
        self.spell += work;
        if work > 4 * GOAL && self.keys == self.least {
            self.pause = Some(work.min(LONGEST_PAUSE));
        } else if self.spell >= SPELL {
            self.pause = Some(PAUSE);
        }
        if self.pause.is_some() {
            self.spell = Duration::ZERO;
        }
        // By half or to twice as many at most: one measurement says little.
        let factor = GOAL.as_secs_f64() / work.as_secs_f64().max(1e-6);
        let wanted = self.keys as f64 * factor.clamp(0.5, 2.0);
        self.keys = (wanted as usize).clamp(self.least, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that takes so long for a key, behind a way that takes so long.
    fn settle(pace: &mut Pace, nanos_a_key: u64, way: Duration) -> usize {
        for _ in 0..50 {
            pace.pause = None;
            pace.way = way;
            pace.took(way + Duration::from_nanos(nanos_a_key) * u32::try_from(pace.keys).unwrap());
        }
        pace.keys
    }

    #[test]
    fn requests_become_as_large_as_they_may_and_no_larger() {
        for way in [Duration::ZERO, Duration::from_millis(20)] {
            for (nanos_a_key, wanted) in
                [(1_000, 1_000..=1_001), (100, 2_000..=2_000), (2_500, 399..=401), (1 << 20, 100..=100)]
            {
                let keys = settle(&mut Pace::new(1_000, 100, 2_000), nanos_a_key, way);
                assert!(wanted.contains(&keys), "{keys} keys of {nanos_a_key} ns");
            }
        }
    }

    #[test]
    fn others_go_first_now_and_then_and_longer_on_a_slow_server() {
        let mut pace = Pace::new(1_000, 100, 2_000);
        for _ in 0..9 {
            pace.took(GOAL);
            assert_eq!(pace.pause, None);
        }
        pace.took(GOAL);
        assert_eq!(pace.pause, Some(PAUSE));
        let mut pace = Pace::new(100, 100, 2_000);
        pace.took(Duration::from_millis(30));
        assert_eq!(pace.pause, Some(Duration::from_millis(30)));
        pace.took(Duration::from_secs(3));
        assert_eq!(pace.pause, Some(LONGEST_PAUSE));
    }
}
