//! A space of the cache: its entries, one by one and many at once.

use crate::{
    embedded::Embedded,
    entry::Entry,
    error::CacheError,
    observer::Observer,
    options::SpaceOptions,
    raw_key,
    recorder::{Count, Recorder},
    remote::Remote,
    rules::Rules,
    single_flight::Flights,
    statistics::{BackendKind, SpaceStatistics},
    stored::Remaining,
};
use miorai_model::Clock;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// A named part of the cache. Cloning it is cheap; all clones are the same space.
///
/// A key is any bytes: 1 byte to 1 MiB. An entry that is past its lifetime and only kept to be given out while it is
/// computed anew, or when that fails, counts as there for [`exists`](Self::exists) and [`ttl`](Self::ttl), but not for
/// [`get`](Self::get).
#[derive(Clone, Debug)]
pub struct Space(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub options: SpaceOptions,
    pub rules: Rules,
    pub backend: Backend,
    pub recorder: Arc<Recorder>,
    pub flights: Arc<Flights>,
    pub clock: Arc<dyn Clock>,
    pub observer: Option<Observer>,
    pub schemas: Vec<String>,
}

/// Where the entries are.
#[derive(Debug)]
pub(crate) enum Backend {
    Embedded(Embedded),
    Redis(Remote),
}

impl Space {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.options.name
    }

    /// How it is set up.
    pub fn options(&self) -> &SpaceOptions {
        &self.0.options
    }

    /// Where its entries are.
    pub fn backend(&self) -> BackendKind {
        match self.0.backend {
            Backend::Embedded(_) => BackendKind::Embedded,
            Backend::Redis(_) => BackendKind::Redis,
        }
    }

    /// One entry, to say more of it before it is written: its lifetime, its tags.
    pub fn entry(&self, key: impl AsRef<[u8]>) -> Entry<'_> {
        Entry::new(self, key.as_ref().to_vec(), self.0.rules.clone())
    }

    /// The value at a key; none when there is none, when its time is over, or when it is no `T`.
    pub async fn get<T>(&self, key: impl AsRef<[u8]>) -> Result<Option<T>, CacheError>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        let found = self.find(key.as_ref()).await?;
        Ok(self.hit_or_miss(found))
    }

    /// Keeps a value as the space says. A computation of this key that is under way in this process is not kept then;
    /// one in another process may still overwrite it: [`delete`](Self::delete) is told to all of them.
    pub async fn set<T>(&self, key: impl AsRef<[u8]>, value: &T) -> Result<(), CacheError>
    where
        T: Serialize + Clone + Send + Sync + 'static,
    {
        self.0.flights.forget(key.as_ref());
        self.keep(key.as_ref(), &self.0.rules, value).await
    }

    /// Deletes an entry; whether there was one.
    pub async fn delete(&self, key: impl AsRef<[u8]>) -> Result<bool, CacheError> {
        Ok(self.delete_many(&[key]).await? > 0)
    }

    /// Whether there is an entry.
    pub async fn exists(&self, key: impl AsRef<[u8]>) -> Result<bool, CacheError> {
        Ok(self.ttl(key).await? != Remaining::Missing)
    }

    /// How long an entry will still be there.
    pub async fn ttl(&self, key: impl AsRef<[u8]>) -> Result<Remaining, CacheError> {
        let key = key.as_ref();
        raw_key::check(key)?;
        match &self.0.backend {
            Backend::Embedded(embedded) => Ok(embedded.remaining(key)),
            Backend::Redis(remote) => {
                let raw = remote.naming(&self.0.clock).await.entry(key);
                self.counted(remote.store.remaining(&raw)).await
            }
        }
    }

    /// Sets how long an entry will still be there from now; none lets it live for ever. Whether there is one.
    pub async fn expire(&self, key: impl AsRef<[u8]>, ttl: Option<Duration>) -> Result<bool, CacheError> {
        let key = key.as_ref();
        raw_key::check(key)?;
        match &self.0.backend {
            Backend::Embedded(embedded) => Ok(embedded.expire(key, ttl)),
            Backend::Redis(remote) => {
                let raw = remote.naming(&self.0.clock).await.entry(key);
                self.counted(remote.store.expire(&raw, ttl)).await
            }
        }
    }

    /// Adds to a number; the sum. A key that is not there starts at 0 and lives as the space says, without jitter.
    pub async fn increment(&self, key: impl AsRef<[u8]>, by: i64) -> Result<i64, CacheError> {
        let key = key.as_ref();
        raw_key::check(key)?;
        self.0.flights.forget(key);
        let ttl = self.0.options.ttl;
        let sum = match &self.0.backend {
            Backend::Embedded(embedded) => embedded
                .increment(key, by, ttl)
                .map_err(|cause| CacheError::WrongType { key: raw_key::shown(key), cause }),
            Backend::Redis(remote) => {
                let raw = remote.naming(&self.0.clock).await.entry(key);
                self.counted(remote.store.increment(&raw, by, ttl)).await
            }
        }?;
        self.count(Count::Sets, 1);
        Ok(sum)
    }

    /// Figures of this space in this process.
    pub fn statistics(&self) -> SpaceStatistics {
        let shared = &*self.0;
        let get = |count| shared.recorder.get(count);
        let size = match &shared.backend {
            Backend::Embedded(embedded) => Some(embedded.size()),
            Backend::Redis(_) => None,
        };
        SpaceStatistics {
            space: shared.options.name.to_string(),
            prefix: shared.options.prefix.to_string(),
            database: shared.options.database,
            backend: self.backend(),
            hits: get(Count::Hits),
            misses: get(Count::Misses),
            stale_hits: get(Count::StaleHits),
            negative_hits: get(Count::NegativeHits),
            near_hits: get(Count::NearHits),
            sets: get(Count::Sets),
            deletes: get(Count::Deletes),
            evictions: get(Count::Evictions),
            errors: get(Count::Errors),
            corrupted: get(Count::Corrupted),
            waits: get(Count::Waits),
            computations: get(Count::Computations),
            compute_seconds_total: get(Count::ComputeNanos) as f64 / 1e9,
            keys: size.map(|(keys, _)| keys),
            bytes: size.map(|(_, bytes)| bytes),
            latency: shared.recorder.latency(),
            hit_ratio_objective: shared.options.hit_ratio_objective,
            schemas: shared.schemas.clone(),
        }
    }

    /// The mean time of a computation in this process; none before the first.
    pub(crate) fn mean_compute_seconds(&self) -> Option<f64> {
        let computations = self.0.recorder.get(Count::Computations);
        (computations > 0).then(|| self.0.recorder.get(Count::ComputeNanos) as f64 / 1e9 / computations as f64)
    }

    /// Whether what is read is held in the process now: a near cache is set up, and somebody tells of changes.
    pub fn is_near(&self) -> bool {
        match &self.0.backend {
            Backend::Embedded(_) => false,
            Backend::Redis(remote) => remote.near.as_ref().is_some_and(|near| near.is_listening()),
        }
    }

    pub(crate) async fn listen(&self, stop: &CancellationToken) {
        if let Backend::Redis(remote) = &self.0.backend {
            remote.listen(stop).await;
        }
    }

    pub(crate) fn count(&self, count: Count, by: u64) {
        self.0.recorder.add(count, by);
    }

    /// Counts it when the backend fails.
    pub(crate) async fn counted<T>(&self, work: impl Future<Output = Result<T, CacheError>>) -> Result<T, CacheError> {
        work.await.inspect_err(|_| self.count(Count::Errors, 1))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Space")
            .field("name", &self.options.name)
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}
