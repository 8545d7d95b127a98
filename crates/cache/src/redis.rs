//! Entries on a Redis: a single server, one found by Sentinel, or a cluster.
//!
//! ```text
//! RedisStore (entries, many, tags, inspect) ──► Link ──┬─► Connections ──► connect ──► one server
//!                                  room, breaker, retry └─► Cluster     ──────────────► several masters
//! ```

mod answer;
mod breaker;
mod cluster;
mod connect;
mod connections;
mod entries;
mod inspect;
mod link;
mod many;
pub mod options;
mod server;

pub use options::RedisOptions;
pub(crate) use server::RedisServer;

use link::Link;
use std::sync::Arc;

/// The entries of one space on a Redis.
#[derive(Clone, Debug)]
pub(crate) struct RedisStore {
    link: Arc<Link>,
}

impl RedisStore {
    /// Entries in this database of a server; on a cluster there is only database 0. Nothing is connected yet.
    pub(crate) fn new(server: &Arc<RedisServer>, database: i64) -> Self {
        let options = &server.options;
        let database = if options.is_cluster() { 0 } else { options.login.db() + database };
        Self { link: Arc::new(Link::new(server.clone(), database)) }
    }
}

#[cfg(test)]
mod tests;
