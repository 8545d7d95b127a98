//! The entries of a space on a Redis: names of keys, and the version that they bear.

use crate::{error::CacheError, nearby::Nearby, raw_key::Naming, redis::RedisStore, stored::RawKey};
use miorai_model::Clock;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How long the version is believed before it is read again.
const VERSION_AGE: Duration = Duration::from_secs(1);

/// The entries of one space.
#[derive(Debug)]
pub(crate) struct Remote {
    pub store: RedisStore,
    /// What was read, held in the process while somebody listens for changes.
    pub near: Option<Arc<Nearby>>,
    prefix: String,
    version: AtomicU64,
    /// When the version is read next, in nanoseconds of the clock that never jumps.
    next_read: AtomicU64,
}

impl Remote {
    pub(crate) fn new(store: RedisStore, prefix: &str, near_bytes: Option<u64>) -> Self {
        let near = near_bytes.map(|bytes| Arc::new(Nearby::new(prefix, bytes)));
        let store = match &near {
            Some(near) => store.with_near(prefix, near.clone()),
            None => store,
        };
        Self { store, near, prefix: prefix.to_owned(), version: AtomicU64::new(1), next_read: AtomicU64::new(0) }
    }

    /// The key of the log of what was invalidated.
    pub(crate) fn log(&self) -> RawKey {
        Naming::of_log(&self.prefix)
    }

    /// The key by which it is known whether anything is kept.
    pub(crate) fn mark(&self) -> RawKey {
        Naming::of_mark(&self.prefix)
    }

    /// Keeps the near cache right until stopped.
    pub(crate) async fn listen(&self, stop: &CancellationToken) {
        if let Some(near) = &self.near {
            self.store.listen(&self.prefix, near.clone(), stop.clone()).await;
        }
    }

    /// How keys are named now. The version is read from the server at most once a second, by one caller; when that
    /// fails, the one known before holds on.
    pub(crate) async fn naming(&self, clock: &Arc<dyn Clock>) -> Naming {
        let now = clock.monotonic();
        let (due, next) = (self.next_read.load(Ordering::Relaxed), nanos(now + VERSION_AGE));
        let has_changed = self.near.as_ref().is_some_and(|near| near.take_version_changed());
        let is_due = has_changed || nanos(now) >= due;
        if is_due && self.next_read.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let stored = self.store.get(&Naming::of_version(&self.prefix)).await;
            if let Ok(Some(text)) = stored
                && let Some(version) = std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok())
            {
                // A server that has lost it must not bring old entries back into sight.
                self.raise(version);
            }
        }
        Naming::new(&self.prefix, self.version.load(Ordering::SeqCst))
    }

    /// Puts all entries out of sight; the new version.
    pub(crate) async fn renew_version(&self) -> Result<u64, CacheError> {
        let key = Naming::of_version(&self.prefix);
        let known = self.version.load(Ordering::Relaxed);
        let mut version = self.store.increment(&key, 1, None).await?;
        // Without a version at the server, entries bear 1; one that was lost goes on where it was.
        let wanted = i64::try_from(known).unwrap_or(i64::MAX - 1) + 1;
        if version < wanted {
            version = self.store.increment(&key, wanted - version, None).await?;
        }
        let version = version.unsigned_abs();
        self.raise(version);
        Ok(version)
    }

    /// What was read under an earlier version, also while this one was on its way, is not near any more.
    fn raise(&self, version: u64) {
        let before = self.version.fetch_max(version, Ordering::SeqCst);
        if before < version
            && let Some(near) = &self.near
        {
            near.forget();
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
