//! Entries on a Redis: a single server, one found by Sentinel, or a cluster.
//!
//! ```text
//! RedisStore (entries, many, cleared, inspect) ──► Link ──┬─► Connections ──► connect ──► one server
//!                                     room, breaker, retry └─► Cluster     ──────────────► several masters
//!            listener ◄── what has changed ◄── a connection of its own ◄────────────── each server
//! ```

mod answer;
mod breaker;
pub(crate) mod cleared;
mod cluster;
mod connect;
mod connections;
mod entries;
pub(crate) mod inspect;
mod link;
mod listener;
mod many;
mod noted;
pub mod options;
mod server;

pub use options::RedisOptions;
pub(crate) use server::RedisServer;

use crate::near::Changes;
use link::Link;
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// The entries of one space on a Redis.
#[derive(Clone)]
pub(crate) struct RedisStore {
    link: Arc<Link>,
    /// Who wants to know what this program changes, before the server tells of it.
    near: Option<Told>,
    /// The server does not tell of changes, so what is written is also published.
    publishes: Arc<AtomicBool>,
}

/// A near cache, and the prefix of its keys.
#[derive(Clone)]
struct Told {
    changes: Arc<dyn Changes>,
    prefix: Arc<str>,
}

impl RedisStore {
    /// Entries in this database of a server; on a cluster there is only database 0. Nothing is connected yet.
    pub(crate) fn new(server: &Arc<RedisServer>, database: i64) -> Self {
        let options = &server.options;
        let database = if options.is_cluster() { 0 } else { options.login.db() + database };
        let link = Arc::new(Link::new(server.clone(), database));
        Self { link, near: None, publishes: Arc::default() }
    }

    /// Also tells a near cache of what is changed here, so that a caller sees at once what it has written itself.
    pub(crate) fn with_near(mut self, prefix: &str, changes: Arc<dyn Changes>) -> Self {
        self.near = Some(Told { changes, prefix: prefix.into() });
        self
    }

    /// To be called after each change, also after one that has failed: it may have been carried out all the same.
    async fn changed(&self, keys: impl Iterator<Item = &[u8]> + Clone) {
        let Some(near) = &self.near else { return };
        for key in keys.clone() {
            near.changes.one(key);
        }
        if self.publishes.load(Ordering::Relaxed) {
            self.publish(&near.prefix, keys).await;
        }
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("link", &self.link)
            .field("near", &self.near.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
