//! Caching by named spaces: in the process, or on a Redis that several programs share.
//!
//! A [`CacheManager`] has [spaces](Space), each with its own prefix, lifetime and limits. `default`, `session` and
//! `ml_predictions` are there without any set-up. What is asked for is found, or computed once and kept:
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! # async fn load(_: i64) -> std::io::Result<String> { Ok("Autumn Open".to_owned()) }
//! use miorai_cache::CacheManager;
//!
//! let cache = CacheManager::builder().build()?;
//! let name = cache.space("default")?.get_or_compute("tournament:7:name", || load(7)).await;
//! assert_eq!(name.unwrap(), "Autumn Open");
//! # Ok::<(), miorai_cache::CacheError>(())
//! # }).unwrap();
//! ```
//!
//! How an answer comes about:
//!
//! ```text
//!            ┌─ embedded: the value itself, by key; bounded by bytes ────────────────────────┐
//! Space ─► find                                                                              ├─► fresh: the value
//!   │        └─ redis: near cache ─► Link (room, breaker, retry) ─► server ─► envelope ──────┘
//!   └─ stale or missing ─► single flight (process) ─► lock (all processes) ─► compute ─► keep ─► the value
//! ```
//!
//! Whatever ails the cache, who computes gets the computed value: errors are counted in [`SpaceStatistics`] and told by
//! [`CacheManager::health`]. What is out of date goes by key, [pattern](Space::invalidate), [tag](Space::invalidate_tag)
//! or [all at once](Space::renew_version); what an admin wants cleared goes by [`control::Clearer`].

mod across;
mod browse;
mod clock;
mod codec;
mod compute;
pub mod control;
pub mod declared;
mod embedded;
mod entry;
mod envelope;
pub mod error;
#[doc(hidden)]
pub mod generated;
mod glob;
mod health;
mod invalidate;
pub mod key;
mod lookup;
mod manager;
mod many;
mod near;
mod near_lookup;
mod nearby;
mod observer;
pub mod options;
mod peek;
mod raw_key;
mod recorder;
pub mod redis;
pub mod registry;
mod remote;
mod rules;
mod single_flight;
mod size;
mod space;
mod statistics;
mod stored;
pub mod typed;

pub use self::redis::RedisOptions;
pub use browse::{BadCursor, BrowseCursor, BrowsePage, BrowsedKey};
pub use compute::Cacheable;
pub use declared::Declared;
pub use entry::{Entry, RefreshedEntry};
pub use error::CacheError;
pub use glob::{Glob, escape as escape_glob};
pub use health::SpaceHealth;
pub use manager::{CacheManager, CacheManagerBuilder, HasCache};
pub use miorai_cache_macros::{cached, invalidates};
pub use observer::Lookup;
pub use options::{Codec, SpaceOptions};
pub use peek::{Peek, PeekForm};
pub use raw_key::{escaped as escaped_key, unescaped as unescaped_key};
pub use registry::{Instance, Registry};
pub use size::SpaceSize;
pub use space::Space;
pub use statistics::{BackendKind, LatencySummary, SpaceStatistics};
pub use stored::{KeyFacts, Remaining};

#[cfg(test)]
#[path = "../tests/support/redis.rs"]
mod test_redis;
