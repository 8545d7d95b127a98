//! What is known of the store without asking it: its series, and what it has of each tier.

use super::{
    backend::{Backend, Mark, SeriesRow, StoreError},
    place::{FRAMES, all, place, slot_and_series},
};
use crate::{
    tier::{COUNT, Stored, TIERS, Tier},
    wanted::About,
};
use miorai_model::SeriesKey;
use std::collections::HashMap;

/// A series is written down as seen once in a day, and looked for once in another: one that was seen longer ago than this
/// before a time had nothing then.
const UNSEEN_MS: i64 = 3 * 86_400_000;

/// What is known of the store. Only the writer changes it.
#[derive(Debug)]
pub(crate) struct Known {
    /// By their keys.
    pub series: HashMap<SeriesKey, StoredSeries>,
    /// The number that the next new series gets.
    pub next_series: i64,
    /// What is stored of each tier. Up to its end, a coarser tier has been rolled up.
    pub stored: Stored,
    /// The time of the first frame, or point, of each tier.
    pub first: [i64; COUNT],
    /// The time of the newest frame that was written, in milliseconds since the epoch: what bears a later time
    /// comes from a clock that was set back since.
    pub newest: Option<i64>,
}

/// A series of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredSeries {
    pub about: About<i64>,
    pub seen: i64,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            series: HashMap::new(),
            next_series: 1,
            stored: std::array::from_fn(|_| 0..0),
            first: [0; COUNT],
            newest: None,
        }
    }
}

impl Known {
    /// Asks the store.
    pub(crate) async fn load(backend: &dyn Backend) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for row in backend.series().await? {
            known.add(&row);
        }
        let marks: HashMap<i64, i64> = backend.marks().await?.into_iter().collect();
        known.newest = marks.get(&Mark::Newest.number()).copied();
        for tier in TIERS {
            known.look(backend, tier).await?;
            if tier.index > 0 {
                known.stored[tier.index].end = marks.get(&Mark::Rolled(tier.index).number()).copied().unwrap_or(0);
            }
        }
        Ok(known)
    }

    /// Looks again where the chunks of a tier begin; of the finest, also where they end.
    pub(crate) async fn look(&mut self, backend: &dyn Backend, tier: Tier) -> Result<(), StoreError> {
        let bounds = backend.bounds(all(tier)).await?;
        let stored = &mut self.stored[tier.index];
        // Where there is nothing, the stretch is empty, and its end stays where it was rolled up to.
        stored.start = bounds.map_or(stored.end, |(first, _)| slot_and_series(first).0 * tier.chunk_ms);
        if tier.index == 0 {
            stored.end = bounds.map_or(stored.start, |(_, last)| (slot_and_series(last).0 + 1) * tier.chunk_ms);
        }
        let (start, slot) = (stored.start, stored.start.div_euclid(tier.chunk_ms));
        let frames = place(tier, slot, FRAMES);
        let first = backend.chunks_at(frames..frames + 1).await?;
        let time = first.first().and_then(|row| row.content(start).ok()?.times().first().copied());
        self.first[tier.index] = time.unwrap_or(start);
        Ok(())
    }

    /// Adds a series, or what is new about it.
    pub(crate) fn add(&mut self, row: &SeriesRow) {
        let about = About { id: row.id, unit: row.unit, kind: row.kind };
        self.series.insert(row.key.clone(), StoredSeries { about, seen: row.seen });
        self.next_series = self.next_series.max(row.id + 1);
    }

    /// The numbers that may have something at `time` or later, least first: the times of frames, and the series that had not
    /// gone long before.
    pub(crate) fn numbers_since(&self, time: i64) -> Vec<i64> {
        let there = self.series.values().filter(|series| series.seen >= time.saturating_sub(UNSEEN_MS));
        let mut numbers: Vec<i64> = there.map(|series| series.about.id).chain([FRAMES]).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Up to where a tier has been rolled up; the finest, up to where it is stored.
    pub(crate) const fn rolled(&self, tier: usize) -> i64 {
        self.stored[tier].end
    }

    /// The time of the first frame, or point, that is stored.
    pub(crate) fn begin(&self) -> Option<i64> {
        (0..COUNT).filter(|tier| !self.stored[*tier].is_empty()).map(|tier| self.first[tier]).min()
    }
}
