//! A clearing under way.

use super::{ControlError, pace::Pace, walk::Walk};
use crate::{
    glob::Glob,
    space::{Backend, Space},
};
use miorai_model::Clock;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Entries deleted in one command, at first, at least and at most.
const BATCH: [usize; 3] = [200, 100, 2_000];
/// The most bytes of keys remembered from counting to deleting; for those beyond, it goes through the keys a second time.
const REMEMBERED_BYTES: usize = 64 << 20;

/// How many keys may match at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    most: u64,
    previewed: Option<u64>,
}

impl Limit {
    /// A tenth more than were previewed.
    pub(super) const fn previewed(matched: u64) -> Self {
        Self { most: matched + matched / 10, previewed: Some(matched) }
    }

    pub(super) const fn fixed(most: u64) -> Self {
        Self { most, previewed: None }
    }

    fn check(self, matched: u64) -> Result<(), ControlError> {
        match self.previewed {
            _ if matched <= self.most => Ok(()),
            Some(previewed) => Err(ControlError::Drifted { previewed, matched }),
            None => Err(ControlError::TooMany { limit: self.most }),
        }
    }
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It clears.
    Running,
    /// All is cleared.
    Done,
    /// It was stopped; what was cleared until then is gone.
    Cancelled,
    /// More keys match than may.
    Refused,
    /// The server failed; what was cleared until then is gone.
    Failed,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobProgress {
    /// How it stands.
    pub state: JobState,
    /// Keys looked at so far, about.
    pub scanned: u64,
    /// Entries cleared so far.
    pub cleared: u64,
    /// Entries that match: as previewed, and as counted once it has counted.
    pub total: u64,
    /// Entries cleared a second.
    pub keys_per_second: f64,
    /// How long it has been running, or ran.
    pub elapsed: Duration,
}

/// What was cleared in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearOutcome {
    /// How many entries.
    pub cleared: u64,
    /// How long it took.
    pub duration: Duration,
    /// Whether it was stopped before all was cleared.
    pub is_cancelled: bool,
}

/// A clearing under way. Cloning it is cheap; it goes on also when nobody holds it.
#[derive(Clone)]
pub struct Job(Arc<Shared>);

struct Shared {
    clock: Arc<dyn Clock>,
    begun: Duration,
    scanned: AtomicU64,
    cleared: AtomicU64,
    total: AtomicU64,
    stop: CancellationToken,
    outcome: watch::Sender<Option<Result<ClearOutcome, ControlError>>>,
}

impl Job {
    pub(super) fn start(space: Space, glob: Glob, limit: Limit, clock: Arc<dyn Clock>) -> Self {
        let job = Self(Arc::new(Shared {
            begun: clock.monotonic(),
            clock,
            scanned: AtomicU64::new(0),
            cleared: AtomicU64::new(0),
            total: AtomicU64::new(limit.previewed.unwrap_or(0)),
            stop: CancellationToken::new(),
            outcome: watch::Sender::new(None),
        }));
        let own = job.clone();
        tokio::spawn(async move {
            let outcome = own.0.clear(&space, &glob, limit).await;
            let cleared = own.0.cleared.load(Relaxed);
            let outcome = outcome.map(|()| ClearOutcome {
                cleared,
                duration: own.0.elapsed(),
                is_cancelled: own.0.stop.is_cancelled(),
            });
            own.0.outcome.send_replace(Some(outcome));
        });
        job
    }

    /// How far it is.
    pub fn progress(&self) -> JobProgress {
        let shared = &*self.0;
        let outcome = shared.outcome.borrow().clone();
        let (state, elapsed) = match outcome {
            None => (JobState::Running, shared.elapsed()),
            Some(Ok(done)) if done.is_cancelled => (JobState::Cancelled, done.duration),
            Some(Ok(done)) => (JobState::Done, done.duration),
            Some(Err(ControlError::Cache(_))) => (JobState::Failed, shared.elapsed()),
            Some(Err(_)) => (JobState::Refused, shared.elapsed()),
        };
        let cleared = shared.cleared.load(Relaxed);
        let seconds = elapsed.as_secs_f64();
        JobProgress {
            state,
            scanned: shared.scanned.load(Relaxed),
            cleared,
            total: shared.total.load(Relaxed),
            keys_per_second: if seconds > 0.0 { cleared as f64 / seconds } else { 0.0 },
            elapsed,
        }
    }

    /// Stops it after the batch that is under way.
    pub fn cancel(&self) {
        self.0.stop.cancel();
    }

    /// How it ended.
    pub async fn wait(&self) -> Result<ClearOutcome, ControlError> {
        let mut outcome = self.0.outcome.subscribe();
        match outcome.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone().expect("it was waited for"),
            Err(_) => unreachable!("the sender is part of the job that is waited for"),
        }
    }
}

impl Shared {
    /// Counts, and only then deletes: when more match than may, nothing is cleared.
    async fn clear(&self, space: &Space, glob: &Glob, limit: Limit) -> Result<(), ControlError> {
        space.forget_matching(glob).await;
        let (mut matched, mut remembered, mut room) = (0, Vec::new(), REMEMBERED_BYTES);
        let mut walk = Walk::new(space, glob);
        while let Some(keys) = walk.next().await? {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            self.scanned.store(walk.scanned, Relaxed);
            matched += keys.len() as u64;
            limit.check(matched)?;
            for key in keys {
                if let Some(left) = room.checked_sub(key.len() + size_of::<Vec<u8>>()) {
                    remembered.push(key);
                    room = left;
                }
            }
        }
        self.total.store(matched, Relaxed);
        let has_more = matched > remembered.len() as u64;
        self.delete(space, remembered).await?;
        if has_more {
            let mut walk = Walk::new(space, glob);
            while let Some(keys) = walk.next().await? {
                self.delete(space, keys).await?;
                // Entries that are written all the time would otherwise be cleared for ever.
                limit.check(self.cleared.load(Relaxed))?;
                if self.stop.is_cancelled() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn delete(&self, space: &Space, keys: Vec<Vec<u8>>) -> Result<(), ControlError> {
        let [first, least, most] = BATCH;
        let (mut pace, mut rest) = (Pace::new(first, least, most), &keys[..]);
        while !rest.is_empty() && !self.stop.is_cancelled() {
            let step = match &space.0.backend {
                Backend::Embedded(_) => most,
                Backend::Redis(remote) => space.counted(pace.step(remote, &*space.0.clock)).await?,
            };
            let (batch, later) = rest.split_at(step.min(rest.len()));
            let begun = space.0.clock.monotonic();
            let cleared = space.remove(batch).await?;
            pace.took(space.0.clock.monotonic().saturating_sub(begun));
            self.cleared.fetch_add(cleared, Relaxed);
            rest = later;
        }
        Ok(())
    }

    fn elapsed(&self) -> Duration {
        self.clock.monotonic().saturating_sub(self.begun)
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.progress()).finish()
    }
}
