//! Single entries and counters.

use crate::{
    error::CacheError,
    redis::{RedisStore, answer, link::Repeat},
    stored::{Remaining, Write},
};
use bytes::Bytes;
use redis::{Cmd, Pipeline, RedisError, Value};
use std::time::{Duration, Instant};

/// How long a mark is kept.
const MARK_LIVES: Duration = Duration::from_secs(10);

/// Adds to a counter; one that is new gets a lifetime.
const INCREMENT: &str = "local new = redis.call('EXISTS', KEYS[1]) == 0
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if new then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count";

/// Deletes a lock that is still the caller's own.
const UNLOCK: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0";

/// Puts a key into the set of a tag, which lives at least as long as the key (0: for ever).
const TAG: &str = "local new = redis.call('EXISTS', KEYS[1]) == 0
redis.call('SADD', KEYS[1], ARGV[1])
local ttl, left = tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])
if ttl == 0 then redis.call('PERSIST', KEYS[1])
elseif new or (left >= 0 and left < ttl) then redis.call('PEXPIRE', KEYS[1], ttl) end
return 1";

impl RedisStore {
    pub(crate) async fn get(&self, key: &[u8]) -> Result<Option<Bytes>, CacheError> {
        let answer = self.ask(&on_key("GET", key), key).await?;
        self.read(key, answer::optional_bytes(answer))
    }

    /// A value and how long it will still be there, in one round trip.
    pub(crate) async fn get_with_remaining(&self, key: &[u8]) -> Result<Option<(Bytes, Remaining)>, CacheError> {
        let mut commands = Pipeline::with_capacity(2);
        commands.add_command(on_key("GET", key)).add_command(on_key("PTTL", key));
        let [value, remaining] = self.ask_for(&commands, key).await?;
        let value = self.read(key, answer::optional_bytes(value))?;
        let remaining = self.read(key, answer::remaining(remaining))?;
        Ok(value.map(|value| (value, remaining)))
    }

    pub(crate) async fn set(&self, write: &Write) -> Result<(), CacheError> {
        if write.tags.is_empty() {
            let answer = self.ask(&set_command(write), &write.key).await;
            self.changed(std::iter::once(write.key.as_slice())).await;
            return answer.map(drop);
        }
        self.set_many(std::slice::from_ref(write)).await
    }

    pub(crate) async fn remaining(&self, key: &[u8]) -> Result<Remaining, CacheError> {
        let answer = self.ask(&on_key("PTTL", key), key).await?;
        self.read(key, answer::remaining(answer))
    }

    /// Whether there was an entry; `None` lets it live for ever.
    pub(crate) async fn expire(&self, key: &[u8], ttl: Option<Duration>) -> Result<bool, CacheError> {
        let Some(ttl) = ttl else {
            let mut commands = Pipeline::with_capacity(2);
            commands.add_command(on_key("EXISTS", key)).add_command(on_key("PERSIST", key));
            let answers = self.ask_for(&commands, key).await;
            self.changed(std::iter::once(key)).await;
            let [existed, _] = answers?;
            return Ok(self.read(key, answer::integer(existed))? > 0);
        };
        let mut command = on_key("PEXPIRE", key);
        command.arg(milliseconds(ttl));
        let answer = self.ask(&command, key).await;
        self.changed(std::iter::once(key)).await;
        Ok(self.read(key, answer::integer(answer?))? > 0)
    }

    /// The number after adding; a key that was not there starts at 0 and lives for `ttl`. Never sent twice.
    pub(crate) async fn increment(&self, key: &[u8], by: i64, ttl: Option<Duration>) -> Result<i64, CacheError> {
        let mut command;
        if let Some(ttl) = ttl {
            command = script(INCREMENT, key);
            command.arg(by).arg(milliseconds(ttl));
        } else {
            command = on_key("INCRBY", key);
            command.arg(by);
        }
        let answer = self.link.run(&command, key, Repeat::Never).await;
        self.changed(std::iter::once(key)).await;
        self.read(key, answer::integer(answer?))
    }

    /// How long the server takes to keep a mark, which is of no use and soon gone.
    pub(crate) async fn keeps(&self, mark: &[u8]) -> Result<Duration, CacheError> {
        let begun = Instant::now();
        let mut command = on_key("SET", mark);
        command.arg(1).arg("PX").arg(milliseconds(MARK_LIVES));
        self.ask(&command, mark).await?;
        Ok(begun.elapsed())
    }

    /// A command that may be repeated.
    pub(super) async fn ask(&self, command: &Cmd, key: &[u8]) -> Result<Value, CacheError> {
        self.link.run(command, key, Repeat::Once).await
    }

    /// Commands that may be repeated, and as many answers.
    pub(super) async fn ask_for<const N: usize>(
        &self,
        commands: &Pipeline,
        key: &[u8],
    ) -> Result<[Value; N], CacheError> {
        let answers = self.link.run_all(commands, key, Repeat::Once).await?;
        Ok(answers.try_into().unwrap_or([const { Value::Nil }; N]))
    }

    /// Puts an error inside of an answer into the crate's terms.
    pub(super) fn read<T>(&self, key: &[u8], answer: Result<T, RedisError>) -> Result<T, CacheError> {
        answer.map_err(|error| self.link.explain(&error, key))
    }
}

/// A command on one key.
pub(super) fn on_key(name: &str, key: &[u8]) -> Cmd {
    let mut command = Cmd::with_capacity(6, name.len() + key.len() + 64);
    command.arg(name).arg(key);
    command
}

/// Takes a lock for as long as the lease, when nobody has it.
pub(super) fn lock_command(key: &[u8], token: u64, lease: Duration) -> Cmd {
    let mut command = on_key("SET", key);
    command.arg(token).arg("NX").arg("PX").arg(milliseconds(lease));
    command
}

/// Gives a lock back that is still the caller's own.
pub(super) fn unlock_command(key: &[u8], token: u64) -> Cmd {
    let mut command = script(UNLOCK, key);
    command.arg(token);
    command
}

/// A script on one key. It goes with its whole text: it is short, and a server that has just been restarted knows it.
pub(super) fn script(text: &str, key: &[u8]) -> Cmd {
    let mut command = Cmd::with_capacity(5, text.len() + key.len() + 64);
    command.arg("EVAL").arg(text).arg(1).arg(key);
    command
}

/// Writes one entry, without its tags.
pub(super) fn set_command(write: &Write) -> Cmd {
    let mut command = Cmd::with_capacity(5, write.key.len() + write.value.len() + 64);
    command.arg("SET").arg(&write.key).arg(write.value.as_ref());
    if let Some(ttl) = write.ttl {
        command.arg("PX").arg(milliseconds(ttl));
    }
    command
}

/// Notes an entry under one of its tags.
pub(super) fn tag_command(write: &Write, tag: &[u8]) -> Cmd {
    let mut command = script(TAG, tag);
    command.arg(&write.key).arg(write.ttl.map_or(0, milliseconds));
    command
}

/// At least one: the server refuses a lifetime of 0.
fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2).clamp(1, i64::MAX / 2)
}
