//! One computation a key across processes: a short lock on the Redis that they share.
//!
//! A process that computes holds the lock for at most [`LEASE`]; the others look for its value with growing pauses. One
//! that has waited for as long computes itself: a lock never holds up an answer for longer.
//!
//! What another process invalidates meanwhile must not come back. Whoever invalidates writes a line into the log of the
//! space before it deletes; whoever computes notes where the log ends before it begins, and looks for new lines after it
//! has written its value. So either the deletion comes after the value, or the line is seen and the value is taken back:
//!
//! ```text
//! computes     end of log ── compute (reads the old state) ──────────────► write ─► new lines? ─► delete
//! invalidates                     change the state ─► log ─► delete
//! ```

use crate::{
    compute::{Cacheable, Question},
    glob::Glob,
    redis::cleared::{Cleared, LogEnd},
    space::{Backend, Space},
};
use std::time::Duration;
use tokio::{runtime::Handle, time::Instant};

/// How long a lock is held at most, and waited for.
const LEASE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Whether to wait for another process that computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// For as long as it may take.
    Lease,
    /// Not at all.
    None,
}

/// What a process has to do.
pub(crate) enum Across<T> {
    /// Compute.
    Go(Lock),
    /// Nothing: another process has computed it.
    Found(Option<T>),
    /// Nothing yet: another process computes.
    Busy,
}

impl Space {
    /// Asks for the right to compute.
    pub(crate) async fn across<T: Cacheable>(&self, question: &Question<'_>, patience: Patience) -> Across<T> {
        let Backend::Redis(remote) = &self.0.backend else { return Across::Go(Lock::none()) };
        let key = remote.naming(&self.0.clock).await.lock(question.key);
        let log = remote.log();
        let deadline = Instant::now() + LEASE;
        let mut pause = FIRST_PAUSE;
        loop {
            let locked = self.counted(remote.store.lock(&key, LEASE, &log)).await;
            let Ok((log_end, token)) = locked else { return Across::Go(Lock::none()) };
            let lock = token.map(|token| Lock::new(self, question, log_end.clone(), Some(token)));
            if lock.is_none() && patience == Patience::None {
                return Across::Busy;
            }
            // Another process may have finished between the look at the cache and now.
            if let Some(value) = self.find_again(question).await {
                return Across::Found(value);
            }
            match lock {
                Some(lock) => return Across::Go(lock),
                None if Instant::now() >= deadline => {
                    return Across::Go(Lock::new(self, question, log_end, None));
                }
                None => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The right to compute, given back when it is dropped.
pub(crate) struct Lock(Option<Held>);

struct Held {
    space: Space,
    key: Box<[u8]>,
    tags: Vec<Box<[u8]>>,
    /// Where the log of the space ended before the computation began.
    log_end: LogEnd,
    /// None when another process has the lock for too long.
    token: Option<u64>,
}

impl Lock {
    /// Nobody is locked out.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    fn new(space: &Space, question: &Question<'_>, log_end: LogEnd, token: Option<u64>) -> Self {
        let (key, tags) = (question.key.into(), question.rules.tags.clone());
        Self(Some(Held { space: space.clone(), key, tags, log_end, token }))
    }

    /// Gives it back. What was written under it goes when it was invalidated in the meantime; that goes through also
    /// when the caller goes away.
    pub(crate) async fn release(mut self) {
        if let Some(held) = self.0.take() {
            // It ends early only when the program does.
            let _ = tokio::spawn(held.release()).await;
        }
    }
}

impl Held {
    async fn release(self) {
        let Backend::Redis(remote) = &self.space.0.backend else { return };
        let naming = remote.naming(&self.space.0.clock).await;
        let key = naming.lock(&self.key);
        let lock = self.token.map(|token| (key.as_slice(), token));
        // A lock that cannot be given back ends with its lease, and a value that cannot be looked after with its
        // lifetime.
        let Ok(cleared) = remote.store.unlock(lock, &remote.log(), &self.log_end).await else { return };
        if cleared.iter().any(|cleared| self.is_concerned(cleared)) {
            let _ = remote.store.delete(&[naming.entry(&self.key)]).await;
        }
    }

    fn is_concerned(&self, cleared: &Cleared) -> bool {
        match cleared {
            Cleared::Key(key) => **key == *self.key,
            Cleared::Glob(glob) => Glob::new(glob).is_ok_and(|glob| glob.matches(&self.key)),
            Cleared::Tag(tag) => self.tags.iter().any(|own| **own == **tag),
            Cleared::Everything => true,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let (Some(held), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(held.release());
        }
    }
}
