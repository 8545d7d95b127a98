//! Entries in the process: bounded by bytes, each with a lifetime of its own. A hit gives the value itself; nothing is
//! decoded.

mod bounded;
mod endings;
mod held;
mod tags;

pub(crate) use held::{Held, Value};

use crate::{
    glob::Glob,
    recorder::{Count, Recorder},
    stored::{KeyFacts, Remaining},
};
use bounded::{Entries, Key};
use endings::Endings;
use miorai_model::Clock;
use quick_cache::sync::{EntryAction, EntryResult};
use std::{
    collections::BinaryHeap,
    fmt, mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tags::Tags;

/// What an entry takes besides its key and its value, about.
const OVERHEAD: usize = 250;
/// Who writes one entry frees at most so many whose time is over.
const FREED_BY_A_WRITING: usize = 8;

/// The entries of one space.
pub(crate) struct Embedded {
    entries: Entries,
    tags: Tags,
    endings: Endings,
    clock: Arc<dyn Clock>,
    recorder: Arc<Recorder>,
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
    /// At most `max_bytes`; values are refused above `max_value_bytes` before they come here.
    pub(crate) fn new(max_bytes: u64, max_value_bytes: usize, clock: Arc<dyn Clock>, recorder: Arc<Recorder>) -> Self {
        Self {
            entries: bounded::entries(max_bytes, max_value_bytes),
            tags: Tags::default(),
            endings: Endings::default(),
            clock,
            recorder,
            next_id: AtomicU64::new(1),
            version: AtomicU64::new(1),
        }
    }

    /// The entry at a key, also when it is stale.
    pub(crate) fn get(&self, key: &[u8]) -> Option<(Held, Duration)> {
        let held = self.entries.get(key)?;
        let now = self.clock.monotonic();
        (now < held.ends()).then_some((held, now))
    }

    pub(crate) fn set(&self, key: &[u8], entry: NewEntry) {
        let now = self.clock.monotonic();
        let lifetime = entry.fresh.map(|fresh| fresh.saturating_add(entry.stale));
        let tag_bytes: usize = entry.tags.iter().map(|tag| tag.len() + key.len()).sum();
        let key = Key::from(key);
        let weight = key.len() + entry.bytes + tag_bytes + OVERHEAD;
        let mut held = Held::new(entry.value, self.next_id(), weight);
        held.set_times(after(now, entry.fresh), after(now, lifetime));
        held.tags = (!entry.tags.is_empty()).then(|| Arc::new(entry.tags));
        let (id, ends) = (held.id, held.ends());
        if let Some(tags) = &held.tags {
            self.tags.add(tags, &key, id);
        }
        let mut gone = Vec::new();
        self.entries.insert_with_lifecycle(key.clone(), held, &mut gone);
        self.written(&key, id, ends, gone);
    }

    /// Whether there was one.
    pub(crate) fn delete(&self, key: &[u8]) -> bool {
        let now = self.clock.monotonic();
        self.entries.remove(key).is_some_and(|(key, held)| {
            self.forget(&key, &held);
            now < held.ends()
        })
    }

    pub(crate) fn remaining(&self, key: &[u8]) -> Remaining {
        self.get(key).map_or(Remaining::Missing, |(held, now)| remaining(&held, now))
    }

    /// Whether there was an entry; none lets it live for ever.
    pub(crate) fn expire(&self, key: &[u8], ttl: Option<Duration>) -> bool {
        let (key, now) = (Key::from(key), self.clock.monotonic());
        let ends = after(now, ttl);
        let outcome = self.entries.entry(&key, None, |_, held| {
            let is_there = now < held.ends();
            if is_there {
                held.set_times(ends, ends);
            }
            EntryAction::Retain(is_there.then_some(held.id))
        });
        match outcome {
            EntryResult::Retained(Some(id)) => {
                self.written(&key, id, ends, Vec::new());
                true
            }
            _ => false,
        }
    }

    /// The number after adding; an error is what the value says that is no number.
    pub(crate) fn increment(&self, key: &[u8], by: i64, ttl: Option<Duration>) -> Result<i64, String> {
        let (key, now) = (Key::from(key), self.clock.monotonic());
        let first = || {
            let ends = after(now, ttl);
            let mut held = Held::new(Some(Arc::new(by)), self.next_id(), key.len() + size_of::<i64>() + OVERHEAD);
            held.set_times(ends, ends);
            held
        };
        loop {
            let mut gone = Vec::new();
            let outcome = self.entries.entry(&key, None, |key, held| {
                if held.ends() <= now {
                    gone.push((key.clone(), mem::replace(held, first())));
                    return EntryAction::Retain(Ok((by, held.id, held.ends())));
                }
                let sum = number(held)
                    .and_then(|number| number.checked_add(by).ok_or_else(|| "the sum is too large".to_owned()));
                if let Ok(sum) = sum {
                    held.value = Some(Arc::new(sum));
                }
                // What goes on has been noted when it began.
                EntryAction::Retain(sum.map(|sum| (sum, held.id, Duration::MAX)))
            });
            match outcome {
                EntryResult::Retained(outcome) => {
                    let (sum, id, ends) = outcome?;
                    self.written(&key, id, ends, gone);
                    return Ok(sum);
                }
                EntryResult::Vacant(room) => {
                    let held = first();
                    let (id, ends) = (held.id, held.ends());
                    if room.insert_with_lifecycle(held, &mut gone).is_ok() {
                        self.written(&key, id, ends, gone);
                        return Ok(by);
                    }
                    // Somebody has written to the key in between.
                }
                EntryResult::Removed(..) | EntryResult::Replaced(..) | EntryResult::Timeout => {}
            }
        }
    }

    /// Deletes what bears a tag; how many there were.
    pub(crate) fn delete_tag(&self, tag: &[u8]) -> u64 {
        let now = self.clock.monotonic();
        let mut deleted = 0;
        for (key, id) in self.tags.take(tag) {
            // What was written in the meantime without the tag stays.
            if let Some((key, held)) = self.entries.remove_if(&key, |held| held.id == id) {
                self.forget(&key, &held);
                deleted += u64::from(now < held.ends());
            }
        }
        deleted
    }

    /// Puts everything out of sight; the new version.
    pub(crate) fn renew_version(&self) -> u64 {
        for (key, held) in self.entries.drain() {
            self.forget(&key, &held);
        }
        self.version.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Keys that match, after `from` in their order: the first `limit` of them.
    pub(crate) fn keys(&self, glob: &Glob, from: Option<&[u8]>, limit: usize) -> Vec<Key> {
        let now = self.clock.monotonic();
        // The largest is on top, so the smallest `limit` stay.
        let mut first = BinaryHeap::new();
        for (key, held) in self.entries.iter() {
            let is_after = from.is_none_or(|from| *key > *from);
            if is_after && now < held.ends() && glob.matches(&key) {
                first.push(key);
                if first.len() > limit {
                    first.pop();
                }
            }
        }
        first.into_sorted_vec()
    }

    /// What is known of an entry without its value.
    pub(crate) fn facts(&self, key: &[u8]) -> Option<KeyFacts> {
        let (held, now) = self.get(key)?;
        let bytes = Some(u64::from(held.weight));
        Some(KeyFacts { kind: "string".to_owned(), remaining: remaining(&held, now), bytes })
    }

    /// How many entries there are, and their bytes. What has ended is freed first.
    pub(crate) fn size(&self) -> (u64, u64) {
        self.free(usize::MAX);
        (self.entries.len() as u64, self.entries.weight())
    }

    fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// To be called after each writing, with what it has put out.
    fn written(&self, key: &Key, id: u64, ends: Duration, gone: Vec<(Key, Held)>) {
        let now = self.clock.monotonic();
        for (other, held) in gone {
            // What is written over was not evicted, what was over would have gone anyway.
            let evicted = (other != *key || held.id == id) && now < held.ends();
            self.recorder.add(Count::Evictions, u64::from(evicted));
            self.forget(&other, &held);
        }
        self.endings.note(key, id, ends, |(key, id), second| {
            self.entries.peek(key).is_some_and(|held| held.id == *id && endings::second(held.ends()) == second)
        });
        self.free(FREED_BY_A_WRITING);
    }

    /// Frees entries whose time is over, at most so many. They are not given out either way.
    fn free(&self, most: usize) {
        let now = self.clock.monotonic();
        for (key, id) in self.endings.take_due(now, most) {
            let over = self.entries.remove_if(&key, |held| held.id == id && held.ends() <= now);
            if let Some((key, held)) = over {
                self.forget(&key, &held);
            }
        }
    }

    /// To be called of every entry that has gone.
    fn forget(&self, key: &[u8], held: &Held) {
        if let Some(tags) = &held.tags {
            self.tags.remove(tags, key, held.id);
        }
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

/// So long after now; none for ever.
fn after(now: Duration, time: Option<Duration>) -> Duration {
    time.map_or(Duration::MAX, |time| now.saturating_add(time))
}

/// How long an entry will still be there.
fn remaining(held: &Held, now: Duration) -> Remaining {
    match held.ends() {
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
