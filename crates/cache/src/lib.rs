//! Caching by named spaces.

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
pub mod options;
mod peek;
mod raw_key;
mod recorder;
pub mod redis;
pub mod registry;
mod remote;
mod rules;
mod single_flight;
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
pub use options::{Codec, SpaceOptions};
pub use peek::{Peek, PeekForm};
pub use raw_key::{escaped as escaped_key, unescaped as unescaped_key};
pub use registry::{Instance, Registry};
pub use space::Space;
pub use statistics::{BackendKind, LatencySummary, SpaceStatistics};
pub use stored::{KeyFacts, Remaining};

#[cfg(test)]
#[path = "../tests/support/redis.rs"]
mod test_redis;
