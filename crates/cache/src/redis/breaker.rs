//! Leaves a server alone for a while that has failed several times in a row.

use crate::error::CacheError;
use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// As many failures in a row are put down to chance.
const TOLERATED: u32 = 2;

/// Closed: everybody may ask. After more than [`TOLERATED`] failures in a row it is open: for a pause nobody may ask,
/// callers fail at once. When the pause is over one caller may try; its success closes the breaker, its failure opens
/// it for twice as long. Pauses are spread by a quarter at random, so that many programs do not come back together.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Failures in a row; read without the lock by every command.
    failures: AtomicU32,
    state: Mutex<State>,
    first_pause: Duration,
    longest_pause: Duration,
    /// The longest that one try can take: until then no second one is let through.
    try_time: Duration,
}

#[derive(Debug)]
struct State {
    /// When the first failure of this row was.
    since: Instant,
    /// Nobody may ask before.
    rests_until: Instant,
    pause: Duration,
    cause: Option<CacheError>,
}

/// Leave to ask, to be given back with the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// The breaker was closed.
    Usual,
    /// The one try after a pause.
    Probe,
}

impl Breaker {
    pub(crate) fn new(first_pause: Duration, longest_pause: Duration, try_time: Duration) -> Self {
        let now = Instant::now();
        Self {
            failures: AtomicU32::new(0),
            state: Mutex::new(State { since: now, rests_until: now, pause: first_pause, cause: None }),
            first_pause,
            longest_pause,
            try_time,
        }
    }

    /// Whether the server may be asked now; the error says since when and why it may not.
    pub(crate) fn ask(&self) -> Result<Leave, CacheError> {
        if self.failures.load(Ordering::Relaxed) <= TOLERATED {
            return Ok(Leave::Usual);
        }
        let mut state = self.state();
        let now = Instant::now();
        if now < state.rests_until {
            return Err(state.refusal(now));
        }
        state.rests_until = now + self.try_time;
        Ok(Leave::Probe)
    }

    /// The server has answered, whatever it said.
    pub(crate) fn answered(&self) {
        if self.failures.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut state = self.state();
        self.failures.store(0, Ordering::Relaxed);
        state.pause = self.first_pause;
        state.cause = None;
    }

    /// The server has not answered, or did not let us in.
    pub(crate) fn failed(&self, leave: Leave, cause: &CacheError) {
        let mut state = self.state();
        let now = Instant::now();
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if failures == 1 {
            state.since = now;
        }
        state.cause = Some(cause.clone());
        // What was asked before the breaker opened and fails only now says nothing new.
        let opens = leave == Leave::Probe || (failures > TOLERATED && now >= state.rests_until);
        if opens {
            state.rests_until = now + state.pause.mul_f64(0.75 + fastrand::f64() / 2.0);
            state.pause = (state.pause * 2).min(self.longest_pause);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is right at every point where a thread could have panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn refusal(&self, now: Instant) -> CacheError {
        let since = now.duration_since(self.since).as_secs_f64();
        let again = self.rests_until.duration_since(now).as_secs_f64();
        let note = |cause: &str| format!("{cause} (failing for {since:.1} s, not asked for another {again:.1} s)");
        match self.cause.clone() {
            Some(CacheError::Refused { server, cause }) => CacheError::Refused { server, cause: note(&cause) },
            Some(CacheError::Unreachable { server, cause }) => CacheError::Unreachable { server, cause: note(&cause) },
            Some(CacheError::Timeout { server, waited }) => {
                CacheError::Unreachable { server, cause: note(&format!("no answer within {} ms", waited.as_millis())) }
            }
            Some(other) => other,
            None => CacheError::Unreachable { server: "the server".to_owned(), cause: note("it failed") },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn down() -> CacheError {
        CacheError::Unreachable { server: "redis://a:1".to_owned(), cause: "connection refused".to_owned() }
    }

    fn opened() -> Breaker {
        let breaker = Breaker::new(SECOND, 4 * SECOND, 2 * SECOND);
        for _ in 0..=TOLERATED {
            let leave = breaker.ask().unwrap();
            breaker.failed(leave, &down());
        }
        breaker
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_failures_are_tolerated_and_more_open_it() {
        let breaker = Breaker::new(SECOND, 4 * SECOND, SECOND);
        for _ in 0..TOLERATED {
            breaker.failed(Leave::Usual, &down());
        }
        assert_eq!(breaker.ask(), Ok(Leave::Usual));
        breaker.failed(Leave::Usual, &down());
        let error = breaker.ask().unwrap_err().to_string();
        assert!(error.contains("connection refused") && error.contains("not asked for another"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_pause_one_caller_tries_and_success_closes_it() {
        let breaker = opened();
        tokio::time::advance(2 * SECOND).await;
        assert_eq!(breaker.ask(), Ok(Leave::Probe));
        assert!(breaker.ask().is_err(), "only one may try");
        breaker.answered();
        assert_eq!(breaker.ask(), Ok(Leave::Usual));
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_up_to_the_longest() {
        let breaker = opened();
        for least in [2, 4, 4] {
            tokio::time::advance(6 * SECOND).await;
            assert_eq!(breaker.ask(), Ok(Leave::Probe));
            breaker.failed(Leave::Probe, &down());
            tokio::time::advance(SECOND.mul_f64(f64::from(least) * 0.74)).await;
            assert!(breaker.ask().is_err(), "still pausing after {least} s × 0.74");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_never_comes_back_is_followed_by_another() {
        let breaker = opened();
        tokio::time::advance(2 * SECOND).await;
        assert_eq!(breaker.ask(), Ok(Leave::Probe));
        tokio::time::advance(3 * SECOND).await;
        assert_eq!(breaker.ask(), Ok(Leave::Probe));
    }

    #[tokio::test(start_paused = true)]
    async fn late_failures_do_not_prolong_the_pause() {
        let breaker = opened();
        for _ in 0..100 {
            breaker.failed(Leave::Usual, &down());
        }
        tokio::time::advance(SECOND.mul_f64(1.3)).await;
        assert_eq!(breaker.ask(), Ok(Leave::Probe));
    }
}
