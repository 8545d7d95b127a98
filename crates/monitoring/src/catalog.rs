//! The series that are known: each gets its number once and keeps it while the server runs.

use miorai_model::{Kind, Series, SeriesId, SeriesKey, Topics, Unit};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The list of series, bounded. Shared by all who add to it or read it.
#[derive(Debug)]
pub struct Catalog {
    /// At most this many series; a guard against labels without bound.
    limit: usize,
    known: RwLock<Known>,
    /// How many values found no place.
    overflow: AtomicU64,
}

#[derive(Debug, Default)]
struct Known {
    ids: HashMap<SeriesKey, SeriesId>,
    /// Replaced as a whole when a series is added, which is rare after the first second.
    series: Arc<Vec<Series>>,
}

impl Catalog {
    /// An empty catalogue for at most `limit` series.
    pub fn new(limit: usize) -> Self {
        Self { limit, known: RwLock::default(), overflow: AtomicU64::new(0) }
    }

    /// The number of the series `key`, which is added when it is not known yet. Nothing when the catalogue is full:
    /// its values are then dropped and counted.
    pub fn register(&self, key: SeriesKey, unit: Unit, kind: Kind, topics: Topics) -> Option<SeriesId> {
        if let Some(id) = self.find(&key) {
            return Some(id);
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = known.ids.get(&key) {
            return Some(*id);
        }
        if known.series.len() >= self.limit {
            return None;
        }
        let id = SeriesId(known.series.len() as u32);
        known.ids.insert(key.clone(), id);
        Arc::make_mut(&mut known.series).push(Series { id, key, unit, kind, topics });
        Some(id)
    }

    /// The number of the series `key`, if it is known.
    pub fn find(&self, key: &SeriesKey) -> Option<SeriesId> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).ids.get(key).copied()
    }

    /// All series in the order of their numbers. Cheap: a shared list.
    pub fn series(&self) -> Arc<Vec<Series>> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner).series)
    }

    /// Counts a value that found no place.
    pub(crate) fn count_overflow(&self) {
        self.overflow.fetch_add(1, Ordering::Relaxed);
    }

    /// How many values found no place so far.
    pub fn overflow(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_keeps_its_number_and_a_full_catalogue_refuses_new_ones() {
        let catalog = Catalog::new(2);
        let add = |name| catalog.register(SeriesKey::new(name, []), Unit::Count, Kind::Gauge, Topics::NONE);
        assert_eq!(add("a"), Some(SeriesId(0)));
        assert_eq!(add("b"), Some(SeriesId(1)));
        assert_eq!(add("a"), Some(SeriesId(0)));
        assert_eq!(add("c"), None);
        assert_eq!(catalog.series().len(), 2);
    }
}
