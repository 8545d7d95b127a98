//! Several entries in one round trip.

use crate::{
    error::CacheError,
    redis::{
        RedisStore, answer,
        entries::{on_key, set_command, tag_command},
        link::Repeat,
    },
    stored::{RawKey, Write},
};
use bytes::Bytes;
use redis::{Cmd, Pipeline, Value};

impl RedisStore {
    /// Values in the order of the keys; what is of another type counts as missing.
    pub(crate) async fn get_many(&self, keys: &[RawKey]) -> Result<Vec<Option<Bytes>>, CacheError> {
        let Some(first) = keys.first() else { return Ok(Vec::new()) };
        let answer = self.ask(&on_keys("MGET", keys), first).await?;
        let values = self.read(first, answer::list(answer))?;
        values.into_iter().map(|value| self.read(first, answer::optional_bytes(value))).collect()
    }

    /// Tags come first: an entry is never there without its tags knowing of it.
    pub(crate) async fn set_many(&self, writes: &[Write]) -> Result<(), CacheError> {
        let Some(first) = writes.first() else { return Ok(()) };
        let mut commands = Pipeline::with_capacity(writes.len());
        for write in writes {
            for tag in &write.tags {
                commands.add_command(tag_command(write, tag));
            }
            commands.add_command(set_command(write));
        }
        let answers = self.link.run_all(&commands, &first.key, Repeat::Once).await;
        self.changed(writes.iter().map(|write| write.key.as_slice())).await;
        for answer in answers? {
            self.read(&first.key, Value::extract_error(answer))?;
        }
        Ok(())
    }

    /// How many were there. The server frees their memory behind, without holding up others.
    pub(crate) async fn delete(&self, keys: &[RawKey]) -> Result<u64, CacheError> {
        let Some(first) = keys.first() else { return Ok(0) };
        let answer = self.ask(&on_keys("UNLINK", keys), first).await;
        self.changed(keys.iter().map(Vec::as_slice)).await;
        Ok(self.read(first, answer::integer(answer?))?.unsigned_abs())
    }

    /// At most `count` members of a tag's set, taken out of it.
    pub(crate) async fn pop_tag(&self, tag: &[u8], count: usize) -> Result<Vec<RawKey>, CacheError> {
        let mut command = on_key("SPOP", tag);
        command.arg(count);
        let answer = self.link.run(&command, tag, Repeat::Never).await?;
        self.read(tag, answer::keys(answer))
    }
}

fn on_keys(name: &str, keys: &[RawKey]) -> Cmd {
    let bytes: usize = keys.iter().map(Vec::len).sum();
    let mut command = Cmd::with_capacity(keys.len() + 1, name.len() + bytes);
    command.arg(name);
    for key in keys {
        command.arg(key);
    }
    command
}
