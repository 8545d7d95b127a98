//! A list of names that are noted again and again, and forgotten when they are not.

use crate::{
    error::CacheError,
    redis::{
        RedisStore, answer,
        entries::{on_key, script},
    },
    stored::RawKey,
};
use std::time::Duration;

/// Notes a name, and forgets those that were not noted for so many seconds, by the server's own clock.
const NOTE: &str = "local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return redis.call('EXPIRE', KEYS[1], ARGV[2])";

impl RedisStore {
    pub(crate) async fn note(&self, list: &[u8], name: &[u8], lives: Duration) -> Result<(), CacheError> {
        let mut command = script(NOTE, list);
        command.arg(name).arg(lives.as_secs());
        self.ask(&command, list).await.map(drop)
    }

    /// The names noted last, at most so many.
    pub(crate) async fn noted(&self, list: &[u8], most: usize) -> Result<Vec<RawKey>, CacheError> {
        let mut command = on_key("ZREVRANGE", list);
        command.arg(0).arg(most.max(1) - 1);
        let answer = self.ask(&command, list).await?;
        self.read(list, answer::keys(answer))
    }
}
