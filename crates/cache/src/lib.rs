//! Caching by named spaces.

pub mod error;
#[allow(dead_code, reason = "spaces use it")]
mod near;
pub mod options;
#[allow(dead_code, unused_imports, reason = "spaces use it")]
pub mod redis;
#[allow(dead_code, reason = "spaces use it")]
mod stored;

pub use self::redis::RedisOptions;
pub use error::CacheError;
pub use options::{Codec, SpaceOptions};
pub use stored::{KeyFacts, Remaining};

#[cfg(test)]
#[path = "../tests/support/redis.rs"]
mod test_redis;
