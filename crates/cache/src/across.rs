//! One computation a key across processes: a short lock on the Redis that they share.
//!
//! A process that computes holds the lock for at most [`LEASE`]; the others look for its value with growing pauses. One
//! that has waited for as long computes itself: a lock never holds up an answer for longer.

use crate::{
    compute::{Cacheable, Question},
    redis::RedisStore,
    space::{Backend, Space},
    stored::RawKey,
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
        let deadline = Instant::now() + LEASE;
        let mut pause = FIRST_PAUSE;
        loop {
            let Ok(token) = self.counted(remote.store.lock(&key, LEASE)).await else { return Across::Go(Lock::none()) };
            let lock = token.map(|token| Lock::new(&remote.store, &key, token));
            if lock.is_none() && patience == Patience::None {
                return Across::Busy;
            }
            // Another process may have finished between the look at the cache and now.
            if let Some(value) = self.find_again(question).await {
                return Across::Found(value);
            }
            match lock {
                Some(lock) => return Across::Go(lock),
                None if Instant::now() >= deadline => return Across::Go(Lock::none()),
                None => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// The right to compute, given back when it is dropped.
pub(crate) struct Lock(Option<Held>);

struct Held {
    store: RedisStore,
    key: RawKey,
    token: u64,
}

impl Lock {
    /// Nobody is locked out.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    fn new(store: &RedisStore, key: &[u8], token: u64) -> Self {
        Self(Some(Held { store: store.clone(), key: key.to_vec(), token }))
    }

    /// Gives it back.
    pub(crate) async fn release(mut self) {
        if let Some(held) = self.0.take() {
            held.release().await;
        }
    }
}

impl Held {
    async fn release(self) {
        // What cannot be given back ends with its lease.
        let _ = self.store.unlock(&self.key, self.token).await;
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let (Some(held), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(held.release());
        }
    }
}
