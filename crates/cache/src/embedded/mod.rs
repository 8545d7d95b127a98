//! Entries in the process: bounded by bytes, each with a lifetime of its own. A hit gives the value itself; nothing is
//! decoded.

mod held;
mod tags;

pub(crate) use held::{Held, Value};

use crate::{
    glob::Glob,
    recorder::{Count, Recorder},
    stored::{KeyFacts, Remaining},
};
use foldhash::fast::RandomState;
use miorai_model::Clock;
use moka::{Expiry, notification::RemovalCause, ops::compute::Op, sync::Cache};
use std::{
    collections::BinaryHeap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tags::Tags;

/// What an entry takes besides its key and its value, about.
const OVERHEAD: usize = 250;

type Key = Box<[u8]>;

/// The entries of one space.
pub(crate) struct Embedded {
    cache: Cache<Key, Held, RandomState>,
    tags: Arc<Tags>,
    clock: Arc<dyn Clock>,
    next_id: AtomicU64,
    /// How often everything was put out of sight, from 1 on.
    version: AtomicU64,
}

/// An entry to be written.
pub(crate) struct NewEntry {
    /// None for "there is no such thing".
    pub value: Option<Arc<dyn Value>>,
    /// Bytes of the value as it would be stored.
    pub bytes: usize,
    /// How long it is fresh; none for ever.
    pub fresh: Option<Duration>,
    /// How long it stays after that.
    pub stale: Duration,
    pub tags: Vec<Box<[u8]>>,
}

impl Embedded {
    pub(crate) fn new(max_bytes: u64, clock: Arc<dyn Clock>, recorder: Arc<Recorder>) -> Self {
        let tags = Arc::new(Tags::default());
        let known = tags.clone();
        let gone = move |key: Arc<Key>, held: Held, cause| {
            if cause == RemovalCause::Size {
                recorder.add(Count::Evictions, 1);
            }
            if let Some(tags) = &held.tags {
                known.remove(tags, &key, held.id);
            }
        };
        let cache = Cache::builder()
            .max_capacity(max_bytes)
            .weigher(|_, held: &Held| held.weight)
            .expire_after(Lifetimes)
            .eviction_listener(gone)
            .build_with_hasher(RandomState::default());
        Self { cache, tags, clock, next_id: AtomicU64::new(1), version: AtomicU64::new(1) }
    }

    /// The entry at a key, also when it is stale.
    pub(crate) fn get(&self, key: &[u8]) -> Option<(Held, Duration)> {
        let held = self.cache.get(key)?;
        let now = self.clock.monotonic();
        (now < held.ends).then_some((held, now))
    }

    pub(crate) fn set(&self, key: &[u8], entry: NewEntry) {
        let now = self.clock.monotonic();
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let lifetime = entry.fresh.map(|fresh| fresh.saturating_add(entry.stale));
        let after = |time: Option<Duration>| time.map_or(Duration::MAX, |time| now.saturating_add(time));
        let tag_bytes: usize = entry.tags.iter().map(|tag| tag.len() + key.len()).sum();
        let held = Held {
            value: entry.value,
            id,
            fresh_until: after(entry.fresh),
            ends: after(lifetime),
            lifetime,
            weight: u32::try_from(key.len() + entry.bytes + tag_bytes + OVERHEAD).unwrap_or(u32::MAX),
            tags: (!entry.tags.is_empty()).then(|| entry.tags.into()),
        };
        if let Some(tags) = &held.tags {
            self.tags.add(tags, key, id);
        }
        self.cache.insert(key.into(), held);
    }

    /// Whether there was one.
    pub(crate) fn delete(&self, key: &[u8]) -> bool {
        let now = self.clock.monotonic();
        self.cache.remove(key).is_some_and(|held| now < held.ends)
    }

    pub(crate) fn remaining(&self, key: &[u8]) -> Remaining {
        self.get(key).map_or(Remaining::Missing, |(held, now)| remaining(&held, now))
    }

    /// Whether there was an entry; none lets it live for ever.
    pub(crate) fn expire(&self, key: &[u8], ttl: Option<Duration>) -> bool {
        self.change(key, |held, now| {
            held.lifetime = ttl;
            held.ends = ttl.map_or(Duration::MAX, |ttl| now.saturating_add(ttl));
            held.fresh_until = held.ends;
        })
    }

    /// The number after adding; an error is what the value says that is no number.
    pub(crate) fn increment(&self, key: &[u8], by: i64, ttl: Option<Duration>) -> Result<i64, String> {
        let now = self.clock.monotonic();
        let mut outcome = Ok(0);
        self.cache.entry(key.into()).and_compute_with(|entry| {
            let found = entry.map(moka::Entry::into_value).filter(|held| now < held.ends);
            let is_new = found.is_none();
            let mut held = found.unwrap_or_else(|| Held {
                value: None,
                id: self.next_id.fetch_add(1, Ordering::Relaxed),
                fresh_until: Duration::MAX,
                ends: Duration::MAX,
                lifetime: None,
                weight: u32::try_from(key.len() + size_of::<i64>() + OVERHEAD).unwrap_or(u32::MAX),
                tags: None,
            });
            if is_new && let Some(ttl) = ttl {
                held.lifetime = Some(ttl);
                held.ends = now.saturating_add(ttl);
                held.fresh_until = held.ends;
            } else {
                held.lifetime = (held.ends != Duration::MAX).then(|| held.ends.saturating_sub(now));
            }
            let number = if is_new { Ok(0) } else { number(&held) };
            outcome = number.and_then(|number| number.checked_add(by).ok_or_else(|| "the sum is too large".to_owned()));
            match &outcome {
                Ok(sum) => {
                    held.value = Some(Arc::new(*sum));
                    Op::Put(held)
                }
                Err(_) => Op::Nop,
            }
        });
        outcome
    }

    /// Deletes what bears a tag; how many there were.
    pub(crate) fn delete_tag(&self, tag: &[u8]) -> u64 {
        let now = self.clock.monotonic();
        let mut deleted = 0;
        for (key, id) in self.tags.take(tag) {
            // What was written in the meantime without the tag stays.
            self.cache.entry(key).and_compute_with(|entry| match entry.map(moka::Entry::into_value) {
                Some(held) if held.id == id => {
                    deleted += u64::from(now < held.ends);
                    Op::Remove
                }
                _ => Op::Nop,
            });
        }
        deleted
    }

    /// Puts everything out of sight; the new version.
    pub(crate) fn renew_version(&self) -> u64 {
        self.cache.invalidate_all();
        self.version.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Keys that match, after `from` in their order: the first `limit` of them.
    pub(crate) fn keys(&self, glob: &Glob, from: Option<&[u8]>, limit: usize) -> Vec<Key> {
        let now = self.clock.monotonic();
        // The largest is on top, so the smallest `limit` stay.
        let mut first = BinaryHeap::new();
        for (key, held) in &self.cache {
            let is_after = from.is_none_or(|from| **key > *from);
            if is_after && now < held.ends && glob.matches(&key) {
                first.push(key);
                if first.len() > limit {
                    first.pop();
                }
            }
        }
        first.into_sorted_vec().into_iter().map(|key| (*key).clone()).collect()
    }

    /// What is known of an entry without its value.
    pub(crate) fn facts(&self, key: &[u8]) -> Option<KeyFacts> {
        let (held, now) = self.get(key)?;
        let bytes = Some(u64::from(held.weight));
        Some(KeyFacts { kind: "string".to_owned(), remaining: remaining(&held, now), bytes })
    }

    /// How many entries there are, and their bytes.
    pub(crate) fn size(&self) -> (u64, u64) {
        self.cache.run_pending_tasks();
        (self.cache.entry_count(), self.cache.weighted_size())
    }

    fn change(&self, key: &[u8], change: impl FnOnce(&mut Held, Duration)) -> bool {
        let now = self.clock.monotonic();
        let outcome = self.cache.entry(key.into()).and_compute_with(|entry| {
            match entry.map(moka::Entry::into_value).filter(|held| now < held.ends) {
                Some(mut held) => {
                    change(&mut held, now);
                    Op::Put(held)
                }
                None => Op::Nop,
            }
        });
        matches!(outcome, moka::ops::compute::CompResult::ReplacedWith(_))
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("entries", &self.cache.entry_count()).finish_non_exhaustive()
    }
}

/// How long an entry will still be there.
fn remaining(held: &Held, now: Duration) -> Remaining {
    match held.ends {
        Duration::MAX => Remaining::Forever,
        ends => Remaining::For(ends.saturating_sub(now)),
    }
}

fn number(held: &Held) -> Result<i64, String> {
    match held.read::<i64>(crate::options::Codec::Json) {
        Ok(Some(number)) => Ok(number),
        _ => Err("the value is not a whole number".to_owned()),
    }
}

/// Removes entries when their time is over. What is past its time is not given out either way; this frees the memory.
struct Lifetimes;

impl Expiry<Key, Held> for Lifetimes {
    fn expire_after_create(&self, _: &Key, held: &Held, _: Instant) -> Option<Duration> {
        held.lifetime
    }

    fn expire_after_update(&self, _: &Key, held: &Held, _: Instant, _: Option<Duration>) -> Option<Duration> {
        held.lifetime
    }
}
