//! The near cache: entries of a Redis held in the process, as long as somebody tells when they change.
//!
//! Whoever reads takes a [`Ticket`] before asking the server and shows it when putting the answer here. A change in
//! between spoils the ticket, so an answer that is older than the change is never kept. Nothing is kept or given out
//! while nobody listens for changes.

use crate::stored::{RawKey, Remaining};
use foldhash::fast::RandomState;
use quick_cache::{
    OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};
use std::{
    fmt,
    hash::BuildHasher,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Instant,
};

/// Changes are counted by this many parts of the keys: an entry is read in vain when another of its part changes in
/// that moment, one time in a thousand.
const PARTS: usize = 1_024;

/// Bytes that an entry takes beside its key and value.
const OVERHEAD: usize = 128;
/// Bytes of an entry, about.
const USUAL_ENTRY: u64 = 1_024;

/// The map has parts with bounds of their own, each of so many bytes at least; larger values are not held near.
const LEAST_OF_A_PART: u64 = 8 << 20;
const MOST_PARTS: u64 = 32;

/// Who wants to know what changes on a server.
pub(crate) trait Changes: Send + Sync + 'static {
    /// One key has changed or gone.
    fn one(&self, key: &[u8]);
    /// Any key may have changed.
    fn all(&self);
    /// From now on every change is told.
    fn begin(&self);
    /// From now on changes may be missed.
    fn end(&self);
}

/// Entries of one space, bounded by bytes.
pub(crate) struct Near<E> {
    entries: Cache<RawKey, Kept<E>, Weight, RandomState>,
    hasher: RandomState,
    /// How often something has changed, by parts of the keys. Entries of a part are put in and taken out under its lock,
    /// so that none is put in after the change that it does not know of.
    parts: Box<[Mutex<u64>]>,
    /// How often everything has: entries of another age are not given out.
    age: AtomicU64,
    listening: AtomicBool,
}

#[derive(Clone)]
struct Weight;

impl<E> Weighter<RawKey, Kept<E>> for Weight {
    fn weight(&self, key: &RawKey, kept: &Kept<E>) -> u64 {
        (key.len() + kept.bytes + OVERHEAD) as u64
    }
}

#[derive(Clone)]
struct Kept<E> {
    entry: E,
    bytes: usize,
    ends: Option<Instant>,
    age: u64,
}

/// Says at which state of changes a read has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    changes: u64,
    age: u64,
}

impl<E: Clone + Send + Sync + 'static> Near<E> {
    /// At most this many bytes, keys and what it takes to hold them included.
    pub(crate) fn new(bytes: u64) -> Self {
        let hasher = RandomState::default();
        // A power of two, as there will be, so that the parts together hold no more.
        let parts = 1 << (bytes / LEAST_OF_A_PART).clamp(1, MOST_PARTS).ilog2();
        let options = OptionsBuilder::new()
            .shards(parts as usize)
            .estimated_items_capacity(usize::try_from(bytes / USUAL_ENTRY).unwrap_or(usize::MAX))
            .weight_capacity(bytes / parts * parts)
            .build()
            .expect("both capacities are given");
        let entries = Cache::with_options(options, Weight, hasher.clone(), DefaultLifecycle::default());
        let parts = (0..PARTS).map(|_| Mutex::new(0)).collect();
        Self { entries, hasher, parts, age: AtomicU64::new(0), listening: AtomicBool::new(false) }
    }

    /// The entry, when it is here and its lifetime is not over.
    pub(crate) fn get(&self, key: &[u8]) -> Option<E> {
        if !self.is_listening() {
            return None;
        }
        let kept = self.entries.get(key)?;
        let valid = kept.age == self.age.load(SeqCst) && kept.ends.is_none_or(|ends| Instant::now() < ends);
        valid.then_some(kept.entry)
    }

    /// To be taken before the server is asked; none while nobody listens.
    pub(crate) fn ticket(&self, key: &[u8]) -> Option<Ticket> {
        self.is_listening().then(|| Ticket { changes: *self.part(key), age: self.age.load(SeqCst) })
    }

    /// Keeps what the server has answered to a question asked after the ticket was taken, unless it has changed since.
    /// `bytes` is the size of the entry.
    pub(crate) fn keep(&self, ticket: Ticket, key: RawKey, entry: E, bytes: usize, remaining: Remaining) {
        let ends = match remaining {
            Remaining::Missing => return,
            Remaining::Forever => None,
            Remaining::For(left) => Instant::now().checked_add(left),
        };
        let part = self.part(&key);
        // Who has another age by now will not be given out: see `get`.
        if *part == ticket.changes {
            self.entries.insert(key, Kept { entry, bytes, ends, age: ticket.age });
        }
    }

    /// Whether changes are told now.
    pub(crate) fn is_listening(&self) -> bool {
        self.listening.load(SeqCst)
    }

    /// Entries and bytes held.
    #[cfg(test)]
    pub(crate) fn size(&self) -> (u64, u64) {
        (self.entries.len() as u64, self.entries.weight())
    }

    fn part(&self, key: &[u8]) -> MutexGuard<'_, u64> {
        let part = &self.parts[self.hasher.hash_one(key) as usize % PARTS];
        // A count is right whoever panics while holding it.
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Clone + Send + Sync + 'static> Changes for Near<E> {
    fn one(&self, key: &[u8]) {
        let mut part = self.part(key);
        *part += 1;
        self.entries.remove(key);
    }

    fn all(&self) {
        self.age.fetch_add(1, SeqCst);
        self.entries.clear();
    }

    fn begin(&self) {
        self.all();
        self.listening.store(true, SeqCst);
    }

    fn end(&self) {
        self.listening.store(false, SeqCst);
        self.all();
    }
}

impl<E> fmt::Debug for Near<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Near").field("listening", &self.listening).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn listening() -> Near<u32> {
        let near = Near::new(1 << 20);
        near.begin();
        near
    }

    fn keep(near: &Near<u32>, key: &[u8], value: u32) {
        near.keep(near.ticket(key).unwrap(), key.to_vec(), value, 4, Remaining::Forever);
    }

    #[test]
    fn what_is_kept_is_given_out_until_it_changes() {
        let near = listening();
        keep(&near, b"a", 1);
        keep(&near, b"b", 2);
        assert_eq!((near.get(b"a"), near.get(b"b")), (Some(1), Some(2)));
        near.one(b"a");
        assert_eq!((near.get(b"a"), near.get(b"b")), (None, Some(2)));
        near.all();
        assert_eq!(near.get(b"b"), None);
    }

    #[test]
    fn an_answer_from_before_a_change_is_not_kept() {
        let near = listening();
        for change in [|near: &Near<u32>| near.one(b"a"), |near: &Near<u32>| near.all()] {
            let ticket = near.ticket(b"a").unwrap();
            change(&near);
            near.keep(ticket, b"a".to_vec(), 1, 4, Remaining::Forever);
            assert_eq!(near.get(b"a"), None);
        }
    }

    #[test]
    fn nothing_is_kept_while_nobody_listens() {
        let near = listening();
        keep(&near, b"a", 1);
        let ticket = near.ticket(b"b").unwrap();
        near.end();
        assert_eq!((near.ticket(b"a"), near.get(b"a")), (None, None));
        near.begin();
        near.keep(ticket, b"b".to_vec(), 2, 4, Remaining::Forever);
        assert_eq!((near.get(b"a"), near.get(b"b")), (None, None), "what was missed in between is not known");
    }

    #[test]
    fn an_entry_is_not_given_out_after_its_lifetime() {
        let near = listening();
        let ticket = near.ticket(b"a").unwrap();
        near.keep(ticket, b"a".to_vec(), 1, 4, Remaining::For(Duration::ZERO));
        near.keep(ticket, b"b".to_vec(), 1, 4, Remaining::Missing);
        assert_eq!((near.get(b"a"), near.get(b"b")), (None, None));
    }

    #[test]
    fn it_holds_no_more_bytes_than_it_may() {
        let near = Near::new(10_000);
        near.begin();
        for number in 0..1_000_u32 {
            let key = number.to_be_bytes();
            near.keep(near.ticket(&key).unwrap(), key.to_vec(), number, 868, Remaining::Forever);
        }
        let (entries, bytes) = near.size();
        assert!(bytes <= 10_000 && entries <= 10, "{entries} entries, {bytes} bytes");
    }

    #[test]
    fn what_was_written_is_never_followed_by_an_older_value() {
        const LAST: u64 = 20_000;
        let near = listening();
        let server = AtomicU64::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while server.load(SeqCst) < LAST {
                    if let Some(ticket) = near.ticket(b"a") {
                        let value = server.load(SeqCst);
                        near.keep(ticket, b"a".to_vec(), value as u32, 4, Remaining::Forever);
                    }
                }
            });
            let mut old = Vec::new();
            for value in 1..=LAST {
                server.store(value, SeqCst);
                near.one(b"a");
                let seen = near.get(b"a");
                if seen.is_some_and(|seen| u64::from(seen) != value) {
                    old.push((seen, value));
                }
            }
            assert_eq!(old, [], "what was seen after what was written");
        });
    }
}
