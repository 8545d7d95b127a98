//! How entries are found and kept, whatever the backend.

use crate::{
    codec,
    embedded::{Embedded, NewEntry, Value},
    envelope::{self, Envelope},
    error::CacheError,
    raw_key::{self, Naming},
    recorder::{Count, Recorder},
    remote::Remote,
    rules::Rules,
    space::{Backend, Space},
    stored::{RawKey, Write},
};
use bytes::Bytes;
use miorai_model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// What is at a key. A value that is none is "there is no such thing".
#[derive(Debug)]
pub(crate) enum Found<T> {
    Fresh(Option<T>),
    /// Past its lifetime, for so long.
    Stale(Option<T>, Duration),
    Missing,
}

impl Space {
    /// Looks at a key. Measured, but neither a hit nor a miss yet: that is for the caller to judge.
    pub(crate) async fn find<T>(&self, key: &[u8]) -> Result<Found<T>, CacheError>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        raw_key::check(key)?;
        let begun = self.observed();
        let found = match &self.0.backend {
            Backend::Embedded(embedded) => Ok(self.find_embedded(embedded, key)),
            Backend::Redis(remote) => match &remote.near {
                Some(near) => self.find_near_or_remote(near, remote, key).await,
                None => self.find_remote(remote, key).await,
            },
        };
        self.observe(key, &found, begun);
        found
    }

    /// Counts a question, and gives what is fresh.
    pub(crate) fn hit_or_miss<T>(&self, found: Found<T>) -> Option<T> {
        match found {
            Found::Fresh(value) => {
                self.count_hit(value.is_none());
                value
            }
            Found::Stale(..) | Found::Missing => {
                self.count(Count::Misses, 1);
                None
            }
        }
    }

    pub(crate) fn count_hit(&self, is_negative: bool) {
        self.count(Count::Hits, 1);
        if is_negative {
            self.count(Count::NegativeHits, 1);
        }
    }

    /// Keeps a value.
    pub(crate) async fn keep<T>(&self, key: &[u8], rules: &Rules, value: &T) -> Result<(), CacheError>
    where
        T: Serialize + Clone + Send + Sync + 'static,
    {
        match &self.0.backend {
            Backend::Embedded(embedded) => self.keep_embedded(embedded, key, rules, Some(Arc::new(value.clone()))),
            Backend::Redis(remote) => self.keep_remote(remote, key, rules, Some(value)).await,
        }
    }

    /// Keeps a value that is shared, or "there is no such thing".
    pub(crate) async fn keep_shared<T>(
        &self,
        key: &[u8],
        rules: &Rules,
        value: Option<&Arc<T>>,
    ) -> Result<(), CacheError>
    where
        T: Serialize + Send + Sync + 'static,
    {
        match &self.0.backend {
            Backend::Embedded(embedded) => self.keep_embedded(embedded, key, rules, value.cloned()),
            Backend::Redis(remote) => self.keep_remote(remote, key, rules, value.map(|value| &**value)).await,
        }
    }

    pub(crate) fn keep_embedded<T>(
        &self,
        embedded: &Embedded,
        key: &[u8],
        rules: &Rules,
        value: Option<Arc<T>>,
    ) -> Result<(), CacheError>
    where
        T: Serialize + Send + Sync + 'static,
    {
        raw_key::check(key)?;
        let codec = self.0.options.codec;
        let bytes = value.as_deref().map_or(Ok(0), |value| codec::encoded_len(codec, value));
        let bytes = self.within_limit(key, bytes, |bytes| *bytes)?;
        let (fresh, stale) = lifetime(rules, value.is_none());
        let value = value.map(|value| value as Arc<dyn Value>);
        embedded.set(key, NewEntry { value, bytes, fresh, stale, tags: rules.tags.clone() });
        self.count(Count::Sets, 1);
        Ok(())
    }

    async fn keep_remote<T: Serialize>(
        &self,
        remote: &Remote,
        key: &[u8],
        rules: &Rules,
        value: Option<&T>,
    ) -> Result<(), CacheError> {
        raw_key::check(key)?;
        let naming = remote.naming(&self.0.clock).await;
        let write = self.write(&naming, key, rules, value)?;
        self.counted(remote.store.set(&write)).await?;
        self.count(Count::Sets, 1);
        Ok(())
    }

    /// An entry as it goes to a server.
    pub(crate) fn write<T: Serialize>(
        &self,
        naming: &Naming,
        key: &[u8],
        rules: &Rules,
        value: Option<&T>,
    ) -> Result<Write, CacheError> {
        let options = &self.0.options;
        let (fresh, stale) = lifetime(rules, value.is_none());
        let fresh_until = fresh.filter(|_| !stale.is_zero()).map(|fresh| self.0.clock.now().plus(fresh));
        let sealed = envelope::seal(value, options.codec, options.compress_above, fresh_until);
        Ok(Write {
            key: naming.entry(key),
            value: self.within_limit(key, sealed, Bytes::len)?,
            ttl: fresh.map(|fresh| fresh.saturating_add(stale)),
            tags: rules.tags.iter().map(|tag| naming.tag(tag)).collect(),
        })
    }

    /// What bytes from a server say. What cannot be read counts as corrupted and missing.
    pub(crate) fn read<T: DeserializeOwned>(&self, stored: Bytes) -> Found<T> {
        let opened = envelope::open(stored).and_then(|envelope| Ok((envelope.value()?, envelope)));
        match opened {
            Ok((value, Envelope { fresh_until, .. })) => self.judge(value, fresh_until),
            Err(_) => self.corrupted(),
        }
    }

    /// Whether a value is still fresh.
    pub(crate) fn judge<T>(&self, value: Option<T>, fresh_until: Option<Timestamp>) -> Found<T> {
        let Some(until) = fresh_until else { return Found::Fresh(value) };
        let age = self.0.clock.now().as_millis() - until.as_millis();
        match u64::try_from(age) {
            Ok(age) => Found::Stale(value, Duration::from_millis(age)),
            Err(_) => Found::Fresh(value),
        }
    }

    fn find_embedded<T>(&self, embedded: &Embedded, key: &[u8]) -> Found<T>
    where
        T: DeserializeOwned + Clone + 'static,
    {
        let begun = Recorder::sample();
        let found = match embedded.get(key) {
            None => Found::Missing,
            Some((held, now)) => match held.read(self.0.options.codec) {
                Ok(value) if now < held.fresh_until() => Found::Fresh(value),
                Ok(value) => Found::Stale(value, now.saturating_sub(held.fresh_until())),
                Err(_) => self.corrupted(),
            },
        };
        if let Some(begun) = begun {
            self.0.recorder.took(begun.elapsed());
        }
        found
    }

    pub(crate) async fn find_remote<T: DeserializeOwned>(
        &self,
        remote: &Remote,
        key: &[u8],
    ) -> Result<Found<T>, CacheError> {
        let begun = self.0.clock.monotonic();
        let raw: RawKey = remote.naming(&self.0.clock).await.entry(key);
        let stored = self.counted(remote.store.get(&raw)).await;
        self.0.recorder.took(self.0.clock.monotonic().saturating_sub(begun));
        Ok(stored?.map_or(Found::Missing, |stored| self.read(stored)))
    }

    pub(crate) fn corrupted<T>(&self) -> Found<T> {
        self.count(Count::Corrupted, 1);
        Found::Missing
    }

    fn within_limit<V>(
        &self,
        key: &[u8],
        encoded: Result<V, String>,
        len: impl Fn(&V) -> usize,
    ) -> Result<V, CacheError> {
        let value = encoded.map_err(|cause| CacheError::Encode { key: raw_key::shown(key), cause })?;
        let (bytes, limit) = (len(&value), self.0.options.max_value_bytes);
        if bytes > limit {
            return Err(CacheError::TooLarge { key: raw_key::shown(key), bytes, limit });
        }
        Ok(value)
    }
}

/// How long an entry is fresh, and how long it stays after that.
fn lifetime(rules: &Rules, is_negative: bool) -> (Option<Duration>, Duration) {
    match rules.negative_ttl.filter(|_| is_negative) {
        Some(ttl) => (Some(ttl), Duration::ZERO),
        None => (rules.fresh(), rules.stale()),
    }
}
