//! The caches that the server knows: its own spaces, those of other programs on the same Redis, and the servers they
//! are on.
//!
//! ```text
//! CacheManager ─┐                      ┌─► figures   into each frame
//! registry ─────┼─► Watch (each second)┼─► check     into the health
//! collectors ───┘                      └─► Desk      pages and REST: looks, clears, deletes
//! ```
//!
//! | module | subject |
//! |---|---|
//! | [`watch`] | how spaces and servers do, read behind and kept at hand |
//! | [`report`] | what is told of a space, from the figures of those who use it |
//! | [`sizes`] | how large spaces on the Redis are |
//! | [`tally`] | running totals over programs that come and go, and what the last minute was like |
//! | [`figures`] | the series of spaces |
//! | [`prefixes`] | the prefixes that take most memory |
//! | [`answers`] | expensive answers of the server, kept for a moment |
//! | [`desk`], [`jobs`] | what may be asked and done, and clearings under way |

pub mod answers;
pub mod desk;
mod figures;
mod jobs;
mod prefixes;
mod report;
mod sizes;
mod tally;
mod watch;

pub use answers::Answers;
pub use desk::Desk;
pub use watch::Watch;

use crate::config::Config;
use miorai_cache::{CacheError, CacheManager, RedisOptions};
use miorai_model::Clock;
use miorai_monitoring::{
    CollectError, Collector, chain,
    collectors::{WatchedServer, redis_servers},
};
use std::sync::Arc;

/// Why the caches could not be set up. The configuration has been checked, so that neither should happen.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The address of the cache, or a space.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The address of a server.
    #[error(transparent)]
    Server(#[from] CollectError),
}

/// The caches as the configuration has them, and the collectors of their servers. Nothing is connected yet.
pub fn set_up(config: &Config, clock: &Arc<dyn Clock>) -> Result<(Watch, Vec<Box<dyn Collector>>), SetUpError> {
    let cache = &config.cache;
    let redis = (!cache.redis_url.is_empty()).then(|| RedisOptions::from_url(&cache.redis_url)).transpose()?;
    let mut builder = CacheManager::builder().application(cache.application.as_str()).clock(Arc::clone(clock));
    // What a request has asked of the cache is part of why it was slow.
    builder = builder.observer(|lookup| {
        chain::record_cache(lookup.space(), &lookup.template(), lookup.outcome(), lookup.took());
    });
    if let Some(options) = &redis {
        builder = builder.redis(options.clone());
    }
    let near = (redis.is_some() && cache.near_bytes > 0).then_some(cache.near_bytes);
    for space in cache.space.iter().map(crate::config::cache::Space::options) {
        builder = builder.space(miorai_cache::SpaceOptions { near_bytes: near, ..space });
    }
    let own = redis
        .is_some()
        .then(|| WatchedServer { name: crate::config::cache::OWN_SERVER.to_owned(), url: cache.redis_url.clone() });
    let others = config.redis.iter().map(|server| WatchedServer { name: server.name.clone(), url: server.url.clone() });
    let watched: Vec<WatchedServer> = own.into_iter().chain(others).collect();
    let (collectors, servers) = redis_servers(&watched, config.sampling.deadline, clock)?;
    Ok((Watch::new(builder.build()?, redis, servers, Arc::clone(clock)), collectors))
}
