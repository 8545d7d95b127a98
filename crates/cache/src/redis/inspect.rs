//! Looking at keys: which there are, what they are, what they hold.

use crate::{
    error::CacheError,
    redis::{
        RedisStore, answer,
        cluster::{Cluster, Master},
        entries::on_key,
        link::Repeat,
    },
    stored::{KeyFacts, RawKey, Remaining, ScanCursor, ScanPage},
};
use bytes::Bytes;
use futures_util::future::try_join;
use redis::{Cmd, Pipeline, RedisError, Value};
use std::sync::Arc;

/// The beginning of something that is not a plain value: a list, a hash, a set, a sorted set, a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elements {
    /// How many elements there are in all.
    pub(crate) total: u64,
    /// The first of them: one part each in lists and sets; field and value in hashes; member and score in sorted
    /// sets; the id, then fields and values, in streams.
    pub(crate) first: Vec<Vec<Bytes>>,
}

impl RedisStore {
    /// One page of keys that match a glob in Redis' own syntax. `count` is how many keys the server looks at, so a page
    /// may be empty although more pages follow. On a cluster, masters are gone through one after the other.
    pub(crate) async fn scan(&self, glob: &[u8], from: ScanCursor, count: usize) -> Result<ScanPage, CacheError> {
        let command = scan_command(glob, from, count);
        let Some(cluster) = self.link.cluster() else {
            let answer = self.ask(&command, glob).await?;
            return Ok(next_page(from, 1, self.read(glob, page(answer))?));
        };
        let masters = self.masters_from(cluster, from).await?;
        let Some(master) = masters.get(from.node) else { return Ok(ScanPage::default()) };
        let answer = self.link.run_on(cluster, master, &command).await?;
        Ok(next_page(from, masters.len(), self.read(glob, page(answer))?))
    }

    /// One page of all keys, and how many keys the server that gave it has at that moment; on a cluster, that master.
    pub(crate) async fn scan_and_count(&self, from: ScanCursor, count: usize) -> Result<(ScanPage, u64), CacheError> {
        let (scan, size) = (scan_command(b"*", from, count), redis::cmd("DBSIZE"));
        let (keys, held, servers) = if let Some(cluster) = self.link.cluster() {
            let masters = self.masters_from(cluster, from).await?;
            let Some(master) = masters.get(from.node) else { return Ok((ScanPage::default(), 0)) };
            // Both go over one connection, one behind the other.
            let scan = self.link.run_on(cluster, master, &scan);
            let (keys, held) = try_join(scan, self.link.run_on(cluster, master, &size)).await?;
            (keys, held, masters.len())
        } else {
            let mut commands = Pipeline::with_capacity(2);
            commands.add_command(scan).add_command(size);
            let [keys, held] = self.ask_for(&commands, &[]).await?;
            (keys, held, 1)
        };
        let page = next_page(from, servers, self.read(&[], page(keys))?);
        Ok((page, self.read(&[], answer::integer(held))?.unsigned_abs()))
    }

    /// How many servers hold the keys: 1, or the masters of a cluster.
    pub(crate) async fn servers(&self) -> Result<usize, CacheError> {
        match self.link.cluster() {
            None => Ok(1),
            Some(cluster) => Ok(self.find_masters(cluster).await?.len()),
        }
    }

    /// The masters as a scan that goes on here has them; one that begins asks for them.
    async fn masters_from(&self, cluster: &Cluster, from: ScanCursor) -> Result<Arc<[Master]>, CacheError> {
        match cluster.masters() {
            known if !known.is_empty() && from != ScanCursor::default() => Ok(known),
            _ => self.find_masters(cluster).await,
        }
    }

    async fn find_masters(&self, cluster: &Cluster) -> Result<Arc<[Master]>, CacheError> {
        let answer = self.ask(&Cluster::slots_command(), &[]).await?;
        self.read(&[], cluster.note_masters(answer))
    }

    /// In one round trip: of each key its type, lifetime and size.
    pub(crate) async fn facts(&self, keys: &[RawKey]) -> Result<Vec<Option<KeyFacts>>, CacheError> {
        const QUESTIONS: usize = 3;
        let mut commands = Pipeline::with_capacity(keys.len() * QUESTIONS);
        for key in keys {
            let mut usage = Cmd::with_capacity(3, key.len() + 16);
            usage.arg("MEMORY").arg("USAGE").arg(key);
            commands.add_command(on_key("TYPE", key)).add_command(on_key("PTTL", key)).add_command(usage);
        }
        let about = keys.first().map_or(&[][..], Vec::as_slice);
        let mut answers = self.link.run_all(&commands, about, Repeat::Once).await?.into_iter();
        let mut facts = Vec::with_capacity(keys.len());
        for key in keys {
            let mut next = || answers.next().unwrap_or(Value::Nil);
            let (kind, remaining, bytes) = (next(), next(), next());
            let kind = self.read(key, answer::optional_bytes(kind))?.unwrap_or_default();
            let remaining = self.read(key, answer::remaining(remaining))?;
            let exists = kind != "none" && remaining != Remaining::Missing;
            facts.push(exists.then(|| KeyFacts {
                kind: String::from_utf8_lossy(&kind).into_owned(),
                remaining,
                // Not every user may ask for it, and not every server tells.
                bytes: answer::integer(bytes).ok().map(i64::unsigned_abs),
            }));
        }
        Ok(facts)
    }

    /// At most `bytes` bytes from the beginning of a plain value, and how many it has; none when there is none.
    pub(crate) async fn beginning(&self, key: &[u8], bytes: usize) -> Result<Option<(Bytes, u64)>, CacheError> {
        let mut range = on_key("GETRANGE", key);
        range.arg(0).arg(i64::try_from(bytes.max(1) - 1).unwrap_or(i64::MAX));
        let mut commands = Pipeline::with_capacity(3);
        commands.add_command(on_key("EXISTS", key)).add_command(on_key("STRLEN", key)).add_command(range);
        let [exists, total, range] = self.ask_for(&commands, key).await?;
        if self.read(key, answer::integer(exists))? == 0 {
            return Ok(None);
        }
        let total = self.read(key, answer::integer(total))?.unsigned_abs();
        let range = self.read(key, answer::optional_bytes(range))?.unwrap_or_default();
        Ok(Some((range, total)))
    }

    /// The first elements of what is not a plain value: at most `most` of them. `kind` is what [`facts`](Self::facts)
    /// said; none when it is a kind whose elements are not shown.
    pub(crate) async fn elements(&self, key: &[u8], kind: &str, most: usize) -> Result<Option<Elements>, CacheError> {
        let last = i64::try_from(most.max(1) - 1).unwrap_or(i64::MAX);
        let (count, mut first, parts) = match kind {
            "list" => ("LLEN", on_key("LRANGE", key), 1),
            "set" => ("SCARD", on_key("SSCAN", key), 1),
            "hash" => ("HLEN", on_key("HSCAN", key), 2),
            "zset" => ("ZCARD", on_key("ZSCAN", key), 2),
            "stream" => ("XLEN", on_key("XRANGE", key), 0),
            _ => return Ok(None),
        };
        match kind {
            "list" => first.arg(0).arg(last),
            "stream" => first.arg("-").arg("+").arg("COUNT").arg(most.max(1)),
            _ => first.arg(0).arg("COUNT").arg(most.max(1)),
        };
        let mut commands = Pipeline::with_capacity(2);
        commands.add_command(on_key(count, key)).add_command(first);
        let [total, first] = self.ask_for(&commands, key).await?;
        let total = self.read(key, answer::integer(total))?.unsigned_abs();
        let first = self.read(key, elements(first, kind, parts))?;
        Ok(Some(Elements { total, first: first.into_iter().take(most).collect() }))
    }
}

fn scan_command(glob: &[u8], from: ScanCursor, count: usize) -> Cmd {
    let mut command = Cmd::with_capacity(6, glob.len() + 64);
    command.arg("SCAN").arg(from.cursor).arg("MATCH").arg(glob).arg("COUNT").arg(count.max(1));
    command
}

/// A page that one of several servers gave, and where the scan goes on.
fn next_page(from: ScanCursor, servers: usize, (cursor, keys): (u64, Vec<RawKey>)) -> ScanPage {
    let next = match cursor {
        0 if from.node + 1 >= servers => None,
        0 => Some(ScanCursor { node: from.node + 1, cursor: 0 }),
        cursor => Some(ScanCursor { cursor, ..from }),
    };
    ScanPage { keys, next }
}

/// The answer of `SCAN`: the next cursor, and keys.
fn page(answer: Value) -> Result<(u64, Vec<RawKey>), RedisError> {
    let mut parts = answer::list(answer)?.into_iter();
    let cursor = answer::optional_bytes(parts.next().unwrap_or(Value::Nil))?;
    let cursor = cursor.and_then(|text| std::str::from_utf8(&text).ok()?.parse().ok()).unwrap_or(0);
    Ok((cursor, answer::keys(parts.next().unwrap_or(Value::Nil))?))
}

/// Elements of `parts` parts each, out of what the command for the kind answers.
fn elements(answer: Value, kind: &str, parts: usize) -> Result<Vec<Vec<Bytes>>, RedisError> {
    let flat = match kind {
        "list" => answer::list(answer)?,
        "stream" => return answer::list(answer)?.into_iter().map(stream_entry).collect(),
        // SSCAN, HSCAN, ZSCAN: a cursor, then the elements.
        _ => answer::list(answer::list(answer)?.into_iter().nth(1).unwrap_or(Value::Nil))?,
    };
    let texts = flat.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.chunks(parts.max(1)).map(<[Bytes]>::to_vec).collect())
}

/// The id, then fields and values.
fn stream_entry(entry: Value) -> Result<Vec<Bytes>, RedisError> {
    let mut parts = answer::list(entry)?.into_iter();
    let id = text(parts.next().unwrap_or(Value::Nil))?;
    let fields = answer::list(parts.next().unwrap_or(Value::Nil))?;
    std::iter::once(Ok(id)).chain(fields.into_iter().map(text)).collect()
}

fn text(value: Value) -> Result<Bytes, RedisError> {
    Ok(answer::optional_bytes(value)?.unwrap_or_default())
}
