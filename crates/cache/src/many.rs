//! Several entries of a space at once: on a server, in one round trip.

use crate::{
    error::CacheError,
    lookup::Found,
    raw_key,
    recorder::{Count, Recorder},
    redis::cleared::Cleared,
    space::{Backend, Space},
    stored::RawKey,
};
use bytes::Bytes;
use miorai_model::performance::Outcome;
use serde::{Serialize, de::DeserializeOwned};

/// The most keys that are named to those who compute meanwhile.
const LOGGED: usize = 64;

impl Space {
    /// The values at these keys, in their order.
    pub async fn get_many<T, K>(&self, keys: &[K]) -> Result<Vec<Option<T>>, CacheError>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
        K: AsRef<[u8]>,
    {
        keys.iter().try_for_each(|key| raw_key::check(key.as_ref()))?;
        let Backend::Redis(remote) = &self.0.backend else {
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                values.push(self.get(key).await?);
            }
            return Ok(values);
        };
        let (observed, begun) = (self.observed(), self.0.clock.monotonic());
        let naming = remote.naming(&self.0.clock).await;
        let raw: Vec<RawKey> = keys.iter().map(|key| naming.entry(key.as_ref())).collect();
        let stored = self.counted(remote.store.get_many(&raw)).await;
        if let Some(first) = keys.first() {
            let outcome = match &stored {
                Ok(stored) if stored.iter().all(Option::is_some) => Outcome::Hit,
                Ok(_) => Outcome::Miss,
                Err(_) => Outcome::Failed,
            };
            self.observe_outcome(first.as_ref(), outcome, observed);
        }
        let stored = stored?;
        Recorder::took(&self.0.recorder, self.0.clock.monotonic().saturating_sub(begun));
        let found = stored.into_iter().map(|stored| stored.map_or(Found::Missing, |stored| self.read(stored)));
        Ok(found.map(|found| self.hit_or_miss(found)).collect())
    }

    /// Keeps values as the space says. Either all can be used or none is kept.
    pub async fn set_many<T, K>(&self, entries: &[(K, T)]) -> Result<(), CacheError>
    where
        T: Serialize + Clone + Send + Sync + 'static,
        K: AsRef<[u8]>,
    {
        let rules = &self.0.rules;
        for (key, _) in entries {
            raw_key::check(key.as_ref())?;
            self.0.flights.forget(key.as_ref());
        }
        let Backend::Redis(remote) = &self.0.backend else {
            for (key, value) in entries {
                self.keep(key.as_ref(), rules, value).await?;
            }
            return Ok(());
        };
        let naming = remote.naming(&self.0.clock).await;
        let writes = entries.iter().map(|(key, value)| self.write(&naming, key.as_ref(), rules, Some(value)));
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        self.counted(remote.store.set_many(&writes)).await?;
        self.count(Count::Sets, writes.len() as u64);
        Ok(())
    }

    /// Deletes entries; how many there were.
    pub async fn delete_many<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<u64, CacheError> {
        for key in keys {
            raw_key::check(key.as_ref())?;
            self.0.flights.forget(key.as_ref());
        }
        let cleared = match keys.len() {
            0 => return Ok(0),
            // More than that are not looked through one by one.
            1..=LOGGED => keys.iter().map(|key| Cleared::Key(Bytes::copy_from_slice(key.as_ref()))).collect(),
            _ => vec![Cleared::Everything],
        };
        self.log(&cleared).await;
        self.remove(keys).await
    }

    /// Deletes entries, after those who compute have been told.
    pub(crate) async fn remove<K: AsRef<[u8]>>(&self, keys: &[K]) -> Result<u64, CacheError> {
        let deleted = match &self.0.backend {
            Backend::Embedded(embedded) => keys.iter().filter(|key| embedded.delete(key.as_ref())).count() as u64,
            Backend::Redis(remote) => {
                let naming = remote.naming(&self.0.clock).await;
                let raw: Vec<RawKey> = keys.iter().map(|key| naming.entry(key.as_ref())).collect();
                self.counted(remote.store.delete(&raw)).await?
            }
        };
        self.count(Count::Deletes, deleted);
        Ok(deleted)
    }
}
