//! How entries are found in the near cache, and get there.

use crate::{
    envelope,
    error::CacheError,
    lookup::Found,
    nearby::{NearEntry, Nearby},
    recorder::{Count, Recorder},
    remote::Remote,
    space::Space,
};
use serde::de::DeserializeOwned;
use std::{any::Any, sync::Arc};

impl Space {
    /// What is near is given out without a question to the server; what is read from there is held near from then on.
    pub(crate) async fn find_near_or_remote<T>(
        &self,
        near: &Nearby,
        remote: &Remote,
        key: &[u8],
    ) -> Result<Found<T>, CacheError>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        let begun = Recorder::sample();
        if let Some(found) = self.find_near(near, key) {
            if let Some(begun) = begun {
                self.0.recorder.took(begun.elapsed());
            }
            self.count(Count::NearHits, 1);
            return Ok(found);
        }
        // Boxed: what is near should not pay for what a question to the server takes.
        Box::pin(self.find_remote_and_keep(near, remote, key)).await
    }

    /// A value of another type than it was read as is not near.
    pub(crate) fn find_near<T: Clone + 'static>(&self, near: &Nearby, key: &[u8]) -> Option<Found<T>> {
        let entry = near.get(key)?;
        let value = match &entry.value {
            Some(value) => Some(value.downcast_ref::<T>()?.clone()),
            None => None,
        };
        Some(self.judge(value, entry.fresh_until))
    }

    async fn find_remote_and_keep<T>(&self, near: &Nearby, remote: &Remote, key: &[u8]) -> Result<Found<T>, CacheError>
    where
        T: DeserializeOwned + Clone + Send + Sync + 'static,
    {
        let Some(ticket) = near.ticket(key) else { return self.find_remote(remote, key).await };
        let begun = self.0.clock.monotonic();
        let raw = remote.naming(&self.0.clock).await.entry(key);
        let stored = self.counted(remote.store.get_with_remaining(&raw)).await;
        self.0.recorder.took(self.0.clock.monotonic().saturating_sub(begun));
        let Some((stored, remaining)) = stored? else { return Ok(Found::Missing) };
        let bytes = stored.len();
        let opened = envelope::open(stored).and_then(|envelope| Ok((envelope.value::<T>()?, envelope.fresh_until)));
        let Ok((value, fresh_until)) = opened else { return Ok(self.corrupted()) };
        let held = value.clone().map(|value| Arc::new(value) as Arc<dyn Any + Send + Sync>);
        near.keep(ticket, key, NearEntry { value: held, fresh_until }, bytes, remaining);
        Ok(self.judge(value, fresh_until))
    }
}
