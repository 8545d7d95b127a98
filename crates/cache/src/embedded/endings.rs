//! When entries end, so that their memory is freed then and not only when room is wanted.

use super::bounded::Key;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// More than so many records are looked through for those of entries that have gone before their time.
const FEW: usize = 1_024;

/// Which entries end in which second. An entry that is written again is here once more until the old time comes.
#[derive(Debug, Default)]
pub(super) struct Endings(Mutex<Queue>);

/// An entry whose time has come: its key, and which writing of it.
pub(super) type Ended = (Key, u64);

#[derive(Debug, Default)]
struct Queue {
    /// By the first full second at which they are over.
    by_second: BTreeMap<u64, Vec<Ended>>,
    len: usize,
    looked_through_above: usize,
}

impl Endings {
    /// Notes the end of an entry, unless it has none. `is_current` says of a record whether an entry still ends so; it is
    /// asked now and then, of all, so that there are never many more records than entries.
    pub(super) fn note(&self, key: &Key, id: u64, ends: Duration, is_current: impl Fn(&Ended, u64) -> bool) {
        if ends == Duration::MAX {
            return;
        }
        let mut queue = self.queue();
        queue.by_second.entry(second(ends)).or_default().push((key.clone(), id));
        queue.len += 1;
        if queue.len > queue.looked_through_above.max(FEW) {
            queue.retain(is_current);
        }
    }

    /// Takes out those whose time has come, the earliest first, at most so many.
    pub(super) fn take_due(&self, now: Duration, most: usize) -> Vec<Ended> {
        let mut queue = self.queue();
        let mut due = Vec::new();
        while due.len() < most
            && let Some(mut first) = queue.by_second.first_entry()
            && *first.key() <= now.as_secs()
        {
            let records = first.get_mut();
            let taken = records.len().min(most - due.len());
            due.extend(records.drain(records.len() - taken..));
            if records.is_empty() {
                first.remove();
            }
            queue.len -= taken;
        }
        due
    }

    /// Nothing is done under the lock that could leave it half done.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.queue().len
    }
}

impl Queue {
    fn retain(&mut self, is_current: impl Fn(&Ended, u64) -> bool) {
        self.by_second.retain(|second, records| {
            records.retain(|record| is_current(record, *second));
            records.shrink_to_fit();
            !records.is_empty()
        });
        self.len = self.by_second.values().map(Vec::len).sum();
        self.looked_through_above = 2 * self.len;
    }
}

/// The first full second at which an entry that ends so is over.
pub(super) fn second(ends: Duration) -> u64 {
    ends.as_secs().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> Key {
        number.to_string().into_bytes().into()
    }

    #[test]
    fn what_is_due_is_taken_once_and_the_earliest_first() {
        let endings = Endings::default();
        for (number, ends) in [(1, 30), (2, 10), (3, 20)] {
            endings.note(&key(number), 7, Duration::from_secs(ends), |_, _| true);
        }
        endings.note(&key(4), 7, Duration::MAX, |_, _| true);
        assert_eq!(endings.take_due(Duration::from_secs(10), 9), [], "its second is not over");
        assert_eq!(endings.take_due(Duration::from_secs(25), 1), [(key(2), 7)]);
        assert_eq!(endings.take_due(Duration::from_secs(25), 9), [(key(3), 7)]);
        assert_eq!(endings.take_due(Duration::from_secs(25), 9), []);
        assert_eq!(endings.len(), 1);
    }

    #[test]
    fn entries_that_are_written_over_and_over_take_no_room() {
        let endings = Endings::default();
        for id in 0..100_000 {
            endings.note(&key(1), id, Duration::from_hours(24), |(_, known), _| *known == id);
            assert!(endings.len() <= FEW);
        }
    }
}
