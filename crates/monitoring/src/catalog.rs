//! The series that are known, each with its number.
//!
//! A series has its number until who registered it gives it up, as a collector does with the series of a device that has
//! gone. The number is then kept for it until no frame in memory can have a value of it: a device that comes
//! back before goes on where it was, and later the number goes to another series. So what is measured of things
//! that come and go takes no more room than there is of them at once.

use miorai_model::{Kind, Series, SeriesId, SeriesKey, Topics, Unit};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

/// The list of series, bounded. Shared by all who add to it or read it.
#[derive(Debug)]
pub struct Catalog {
    /// At most this many series; a guard against labels without bound.
    limit: usize,
    /// For how many frames values are in memory.
    remembered: u64,
    known: RwLock<Known>,
    /// How many registrations there were, to be compared without the lock.
    registrations: AtomicU64,
    /// How many values found no place.
    overflow: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    ids: HashMap<SeriesKey, SeriesId>,
    /// Replaced as a whole when something about it changes, which is rare after the first second.
    series: Arc<Vec<Series>>,
    /// Of each place: which registration it was, from one. Zero for places that are free.
    registered: Vec<u64>,
    registrations: u64,
    /// The series that were given up, each with the frame that was being made.
    released: HashMap<SeriesId, u64>,
    free: Vec<SeriesId>,
    /// The frame that is being made.
    frame: u64,
}

impl Catalog {
    /// An empty catalogue for at most `limit` series.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            remembered: 0,
            known: RwLock::default(),
            registrations: AtomicU64::new(0),
            overflow: AtomicU64::new(0),
        }
    }

    /// This catalogue for a memory of so many frames.
    pub fn remembering(self, frames: usize) -> Self {
        Self { remembered: frames as u64, ..self }
    }

    /// The number of the series `key`, which is added when it is not known yet. Nothing when the catalogue is full:
    /// its values are then dropped and counted.
    pub fn register(&self, key: SeriesKey, unit: Unit, kind: Kind, topics: Topics) -> Option<SeriesId> {
        let kept = |known: &Known| known.ids.get(&key).copied().filter(|id| !known.released.contains_key(id));
        if let Some(id) = kept(&self.read()) {
            return Some(id);
        }
        let mut known = self.write();
        if let Some(id) = known.ids.get(&key).copied() {
            known.released.remove(&id);
            return Some(id);
        }
        let place = match known.free.pop() {
            Some(id) => id.index(),
            None if known.series.len() < self.limit => known.series.len(),
            None => return None,
        };
        let id = SeriesId(place as u32);
        known.ids.insert(key.clone(), id);
        known.registrations += 1;
        let registration = known.registrations;
        let one = Series { id, key, unit, kind, topics };
        let list = Arc::make_mut(&mut known.series);
        if place == list.len() {
            list.push(one);
            known.registered.push(registration);
        } else {
            list[place] = one;
            known.registered[place] = registration;
        }
        self.registrations.store(registration, Ordering::Release);
        Some(id)
    }

    /// Gives up a series: there will be no value of it under this number unless it is registered again.
    pub fn release(&self, id: SeriesId) {
        let mut known = self.write();
        let frame = known.frame;
        known.released.insert(id, frame);
    }

    /// From now on the frame `seq` is made: series that were given up and of which no frame in memory can have a value
    /// any more are forgotten, and their numbers are free for others.
    pub(crate) fn begin_frame(&self, seq: u64) {
        let mut known = self.write();
        known.frame = seq;
        if known.released.is_empty() {
            return;
        }
        let oldest = seq.saturating_sub(self.remembered);
        let known = &mut *known;
        for (id, _) in known.released.extract_if(|_, released| *released < oldest) {
            let list = Arc::make_mut(&mut known.series);
            let Some(gone) = list.get_mut(id.index()) else { continue };
            // The place stays, for others stand behind it; no topic has it any more.
            gone.topics = Topics::NONE;
            known.ids.remove(&gone.key);
            known.registered[id.index()] = 0;
            known.free.push(id);
        }
    }

    /// The number of the series `key`, if it is known.
    pub fn find(&self, key: &SeriesKey) -> Option<SeriesId> {
        self.read().ids.get(key).copied()
    }

    /// All series, each at the place of its number; where a number is free, the one that had it last. Cheap: a shared
    /// list, which is the same one until something about it changes.
    pub fn series(&self) -> Arc<Vec<Series>> {
        Arc::clone(&self.read().series)
    }

    /// How many series there are.
    pub fn count(&self) -> usize {
        self.read().ids.len()
    }

    /// How many registrations there were.
    pub fn registrations(&self) -> u64 {
        self.registrations.load(Ordering::Acquire)
    }

    /// The series `wanted` among those registered after so many registrations, and how many registrations there are now.
    pub fn registered_after(&self, registrations: u64, wanted: impl Fn(&Series) -> bool) -> (Vec<Series>, u64) {
        let known = self.read();
        let later = known.series.iter().zip(&known.registered).filter(|(_, number)| **number > registrations);
        let wanted = later.map(|(series, _)| series).filter(|series| wanted(series));
        (wanted.cloned().collect(), known.registrations)
    }

    /// Counts a value that found no place.
    pub(crate) fn count_overflow(&self) {
        self.overflow.fetch_add(1, Ordering::Relaxed);
    }

    /// How many values found no place so far.
    pub fn overflow(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(catalog: &Catalog, name: &'static str) -> Option<u32> {
        let id = catalog.register(SeriesKey::new(name, []), Unit::Count, Kind::Gauge, Topics::NONE);
        id.map(|id| id.0)
    }

    #[test]
    fn a_series_keeps_its_number_and_a_full_catalogue_refuses_new_ones() {
        let catalog = Catalog::new(2);
        for (name, expected) in [("a", Some(0)), ("b", Some(1)), ("a", Some(0)), ("c", None)] {
            assert_eq!(add(&catalog, name), expected, "{name}");
        }
        assert_eq!((catalog.series().len(), catalog.count()), (2, 2));
    }

    #[test]
    fn a_number_goes_to_another_series_when_no_frame_in_memory_has_a_value_of_the_one_given_up() {
        let catalog = Catalog::new(2).remembering(3);
        catalog.begin_frame(10);
        add(&catalog, "a");
        add(&catalog, "b");
        catalog.release(SeriesId(0));
        // Frame 9 may have a value of it, and is in memory until frame 13 is made.
        for (frame, expected) in [(12, None), (13, None), (14, Some(0))] {
            catalog.begin_frame(frame);
            assert_eq!(add(&catalog, "c"), expected, "in frame {frame}");
        }
        assert_eq!(catalog.find(&SeriesKey::new("a", [])), None);
        assert_eq!((catalog.series()[0].key.name.as_ref(), catalog.count()), ("c", 2));
    }

    #[test]
    fn a_series_that_comes_back_in_time_has_its_number_again() {
        let catalog = Catalog::new(2).remembering(3);
        add(&catalog, "a");
        catalog.release(SeriesId(0));
        catalog.begin_frame(2);
        assert_eq!(add(&catalog, "a"), Some(0));
        catalog.begin_frame(100);
        assert_eq!(add(&catalog, "b"), Some(1), "it is not given up any more");
    }

    #[test]
    fn who_was_told_of_some_is_told_of_the_rest_also_when_they_stand_in_places_of_others() {
        let catalog = Catalog::new(2);
        add(&catalog, "a");
        add(&catalog, "b");
        let (first, told) = catalog.registered_after(0, |_| true);
        assert_eq!((first.len(), told), (2, 2));
        catalog.release(SeriesId(0));
        catalog.begin_frame(5);
        assert_eq!(catalog.registered_after(0, |_| true).0.len(), 1, "what is gone is not told");
        add(&catalog, "c");
        assert_eq!(catalog.registrations(), 3);
        let later: Vec<_> =
            catalog.registered_after(told, |_| true).0.iter().map(|series| series.key.to_string()).collect();
        assert_eq!(later, ["c"]);
    }
}
