//! The rows of one chunk's time, and what each series had by them.

use super::{
    backend::ChunkRow,
    place::{FRAMES, slot_and_series},
};
use crate::{
    chunk::{
        self, Content, Damaged,
        frames::{Frames, Shared},
    },
    tier::Tier,
};
use std::{collections::BTreeMap, ops::Range};

/// Rows of one slot of a tier.
#[derive(Default)]
pub(super) struct Rows {
    start: i64,
    pub frames: Frames,
    of: BTreeMap<i64, ChunkRow>,
}

impl Rows {
    /// The rows of `slot`, with that of the frames among them if it is there. Nothing is shared when that one cannot be read;
    /// what the number of the frames had tells so.
    pub(super) fn new(tier: Tier, slot: i64, rows: Vec<ChunkRow>) -> Self {
        let start = slot * tier.chunk_ms;
        let of: BTreeMap<i64, ChunkRow> = rows.into_iter().map(|row| (slot_and_series(row.place).1, row)).collect();
        let frames = of.get(&FRAMES).and_then(|row| row.frames(start).ok()).unwrap_or_default();
        Self { start, frames, of }
    }

    /// Whether a series has a row of its own.
    pub(super) fn has(&self, series: i64) -> bool {
        self.of.contains_key(&series)
    }

    /// The numbers in this range that have something.
    pub(super) fn numbers(&self, range: Range<i64>) -> impl Iterator<Item = i64> {
        let shared = self.frames.shared.iter().map(|(number, _)| *number).filter(|number| !self.has(*number));
        let own = self.of.range(range.clone()).map(|(number, _)| *number);
        own.chain(shared.filter(move |number| range.contains(number)))
    }

    /// The series whose rows are wanting: those that others in this range are once more.
    pub(super) fn wanting(&self, range: &Range<i64>) -> Vec<i64> {
        let of = |(number, shared): &(i64, Shared)| match shared {
            Shared::As(other) if range.contains(number) && !self.has(*other) => Some(*other),
            _ => None,
        };
        self.frames.shared.iter().filter_map(of).collect()
    }

    /// Adds rows.
    pub(super) fn add(&mut self, rows: Vec<ChunkRow>) {
        self.of.extend(rows.into_iter().map(|row| (slot_and_series(row.place).1, row)));
    }

    /// What a series had; none when it had nothing.
    pub(super) fn content(&self, series: i64) -> Option<Result<Content, Damaged>> {
        if let Some(row) = self.of.get(&series) {
            let whole = if series == FRAMES { row.frames(self.start).map(drop) } else { Ok(()) };
            return Some(whole.and_then(|()| row.content(self.start)));
        }
        match self.frames.of(series)? {
            Shared::Still(value) => Some(Ok(self.frames.still(value))),
            Shared::As(other) => Some(self.of.get(&other)?.content(self.start)),
        }
    }
}

impl ChunkRow {
    /// The row of what a series had.
    pub(super) fn new(place: i64, start: i64, content: &Content) -> Self {
        Self { place, points: content.len() as i64, data: chunk::encode(start, content) }
    }

    /// What the series had.
    pub(crate) fn content(&self, start: i64) -> Result<Content, Damaged> {
        chunk::decode(start, self.count(), &self.data)
    }

    /// The means of what the series had.
    pub(super) fn means(&self, start: i64) -> Result<Content, Damaged> {
        chunk::decode_means(start, self.count(), &self.data)
    }

    /// The times of the frames, and what series had that have no row.
    pub(super) fn frames(&self, start: i64) -> Result<Frames, Damaged> {
        Frames::decode(start, self.count(), &self.data)
    }

    fn count(&self) -> usize {
        self.points.max(0) as usize
    }
}
