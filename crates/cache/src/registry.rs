//! Who uses the caches of a Redis: every program tells it there once a second, so that a dashboard in another process
//! knows their spaces and figures without being configured for them.
//!
//! Each writes one key `miorai:instance:{application}:{instance}` in database 0 (on top of the database that the
//! address names), with a lifetime of [`LIVES`], and notes it in the list `miorai:instances`: who has ended, or is cut
//! off, is gone after that. Reading takes two questions, however many other keys the database has.

use crate::{
    error::CacheError,
    manager::CacheManager,
    redis::{RedisOptions, RedisServer, RedisStore},
    statistics::SpaceStatistics,
    stored::{RawKey, Write},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// The list of the keys of instances.
const LIST: &[u8] = b"miorai:instances";

/// How often an instance tells of itself.
const TELLS_EVERY: Duration = Duration::from_secs(1);

/// How long it is believed.
const LIVES: Duration = Duration::from_secs(15);

/// Instances read at most: what lies beyond does not fit on any page.
const MOST: usize = 1_000;

/// A program that uses the caches of a Redis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// What it calls itself.
    pub application: String,
    /// Which of several of that name: random, new with each start.
    pub instance: String,
    /// Its process on its machine.
    pub pid: u32,
    /// Figures of its spaces.
    pub spaces: Vec<SpaceStatistics>,
}

/// The list of instances on one Redis. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Registry {
    store: RedisStore,
}

impl Registry {
    /// The registry of a Redis. Nothing is connected before something is asked.
    pub fn new(options: RedisOptions) -> Self {
        Self::of(&RedisServer::new(options))
    }

    pub(crate) fn of(server: &Arc<RedisServer>) -> Self {
        Self { store: RedisStore::new(server, 0) }
    }

    /// All that have told of themselves within the last 15 seconds, in the order of their names. What cannot be read,
    /// by a version that does not know it, is left out.
    pub async fn instances(&self) -> Result<Vec<Instance>, CacheError> {
        let mut keys = self.store.noted(LIST, MOST).await?;
        keys.sort_unstable();
        let values = self.store.get_many(&keys).await?;
        Ok(values.iter().flatten().filter_map(|value| serde_json::from_slice(value).ok()).collect())
    }

    async fn tell(&self, instance: &Instance) -> Result<(), CacheError> {
        let key = key(instance);
        let value = serde_json::to_vec(instance).unwrap_or_default().into();
        self.store.set(&Write { key: key.clone(), value, ttl: Some(LIVES), tags: Vec::new() }).await?;
        self.store.note(LIST, &key, LIVES).await
    }

    /// Its line in the list is forgotten by itself.
    async fn leave(&self, instance: &Instance) -> Result<(), CacheError> {
        self.store.delete(&[key(instance)]).await.map(drop)
    }

    /// Tells of a manager's spaces until stopped, and takes leave.
    pub(crate) async fn tell_of(&self, manager: &CacheManager, stop: &CancellationToken) {
        let mut instance = Instance {
            application: manager.application().to_owned(),
            instance: format!("{:016x}", fastrand::u64(..)),
            pid: std::process::id(),
            spaces: Vec::new(),
        };
        let mut ticks = tokio::time::interval(TELLS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            instance.spaces = manager.statistics();
            if let Err(error) = self.tell(&instance).await {
                tracing::debug!(%error, "dashboards are not told of this program's caches");
            }
        }
        // Who cannot take leave is forgotten by the lifetime.
        drop(self.leave(&instance).await);
    }
}

fn key(instance: &Instance) -> RawKey {
    format!("miorai:instance:{}:{}", instance.application, instance.instance).into_bytes()
}
