//! The last frames, in a ring that is bounded.

use crate::wanted::{About, Wanted};
use miorai_model::{Frame, Series, SeriesId, SeriesKey, Sketch, Timestamp, frame::renewed};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// The values of one frame, shared with it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub seq: u64,
    pub at: Timestamp,
    /// The list of series that the values are of.
    pub series: Arc<Vec<Series>>,
    values: Arc<[f64]>,
    sketches: Arc<[(SeriesId, Arc<Sketch>)]>,
}

impl Row {
    pub(crate) fn new(frame: &Frame, series: &Arc<Vec<Series>>) -> Self {
        Self {
            seq: frame.seq,
            at: frame.at,
            series: Arc::clone(series),
            values: Arc::clone(&frame.values),
            sketches: Arc::clone(&frame.sketches),
        }
    }

    /// The value of a series. What is no number, or without end, is no value.
    pub(crate) fn value(&self, id: SeriesId) -> Option<f64> {
        self.values.get(id.index()).copied().filter(|value| value.is_finite())
    }

    /// The values of a distribution.
    pub(crate) fn sketch(&self, id: SeriesId) -> Option<&Arc<Sketch>> {
        let place = self.sketches.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(&self.sketches[place].1)
    }

    fn bytes(&self) -> usize {
        // The two counts of an `Arc` stand before its values.
        let values = size_of_val::<[f64]>(&self.values) + 2 * size_of::<usize>();
        values + self.sketches.iter().map(|(_, sketch)| size_of_val(&**sketch) + 64).sum::<usize>()
    }
}

/// The last frames. Those that somebody has still to write down stay longer than others, within bounds.
#[derive(Debug)]
pub(crate) struct Ring {
    /// At most this many frames that nobody waits for.
    limit: usize,
    /// At most this many in all.
    most: usize,
    /// Oldest first; `seq` grows, times may go back where the clock was set.
    rows: VecDeque<Row>,
    /// Frames up to this one have been written down.
    written: u64,
    /// Frames that had to go before they were written down.
    lost: u64,
    /// Where a series stands in a row.
    places: HashMap<SeriesKey, About<SeriesId>>,
    /// The list of series that the places are of.
    known: Arc<Vec<Series>>,
    row_bytes: usize,
}

impl Ring {
    /// Room for the last `limit` frames, and for `most` as long as they are not [written](Self::written).
    pub(crate) fn new(limit: usize, most: usize) -> Self {
        let (rows, places, known) = Default::default();
        Self { limit: limit.max(1), most: most.max(limit), rows, written: 0, lost: 0, places, known, row_bytes: 0 }
    }

    /// Takes a frame, unless it is not newer than the last one.
    pub(crate) fn push(&mut self, frame: &Frame, series: &Arc<Vec<Series>>) {
        if self.rows.back().is_some_and(|last| last.seq >= frame.seq) {
            return;
        }
        if !Arc::ptr_eq(&self.known, series) {
            self.know(series);
        }
        let row = Row::new(frame, series);
        self.row_bytes += row.bytes();
        self.rows.push_back(row);
        self.shrink();
    }

    /// Frames up to `seq` have been written down: they may go.
    pub(crate) fn written(&mut self, seq: u64) {
        self.written = self.written.max(seq);
        self.shrink();
    }

    fn shrink(&mut self) {
        while let Some(oldest) = self.rows.front() {
            let waits = oldest.seq > self.written && self.most > self.limit;
            let room = if waits { self.most } else { self.limit };
            if self.rows.len() <= room {
                return;
            }
            self.lost += u64::from(waits);
            let gone = self.rows.pop_front();
            self.row_bytes -= gone.map_or(0, |row| row.bytes());
        }
    }

    /// Takes over another list of series.
    fn know(&mut self, series: &Arc<Vec<Series>>) {
        let before = std::mem::replace(&mut self.known, Arc::clone(series));
        for one in renewed(&before, series) {
            // Whose place it was is gone, unless it has come back at another place.
            if let Some(gone) = before.get(one.id.index())
                && self.places.get(&gone.key).is_some_and(|about| about.id == gone.id)
            {
                self.places.remove(&gone.key);
            }
            self.places.insert(one.key.clone(), About { id: one.id, unit: one.unit, kind: one.kind });
        }
    }

    /// What `key` asks for, if it is known.
    pub(crate) fn wanted(&self, key: &SeriesKey) -> Option<Wanted<SeriesId>> {
        Wanted::find(key, |key| self.places.get(key).copied())
    }

    /// The rows whose times grow up to the newest, newest first: what bears a later time than a newer row is left out.
    pub(crate) fn right_rows(&self) -> impl Iterator<Item = &Row> {
        right(self.rows.iter().rev())
    }

    /// The rows after the frame `seq`, oldest first.
    pub(crate) fn rows_after(&self, seq: u64) -> impl Iterator<Item = &Row> {
        self.rows.range(self.rows.partition_point(|row| row.seq <= seq)..)
    }

    /// How many frames are there.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The newest frame.
    pub(crate) fn newest(&self) -> Option<&Row> {
        self.rows.back()
    }

    /// How many frames had to go before they were written down.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    /// About how much memory it holds.
    pub(crate) fn memory_bytes(&self) -> usize {
        // A label's value takes its own allocation; sixteen bytes is the smallest there is.
        const PLACE: usize = size_of::<(SeriesKey, About<SeriesId>)>() + 64;
        self.row_bytes + self.rows.capacity() * size_of::<Row>() + self.places.capacity() * PLACE
    }
}

/// Of rows that come newest first, those whose times grow up to the newest.
pub(crate) fn right<'a>(newest_first: impl Iterator<Item = &'a Row>) -> impl Iterator<Item = &'a Row> {
    let mut next: Option<Timestamp> = None;
    newest_first.filter(move |row| {
        let right = next.is_none_or(|next| row.at < next);
        if right {
            next = Some(row.at);
        }
        right
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(ring: &mut Ring, seq: u64) {
        let (values, totals, sketches, processes) = Default::default();
        ring.push(&Frame { seq, at: Timestamp::default(), values, totals, sketches, processes }, &Arc::default());
    }

    #[test]
    fn frames_that_are_not_written_down_stay_within_bounds_and_those_that_had_to_go_are_counted() {
        let mut ring = Ring::new(2, 5);
        (1..=5).for_each(|seq| push(&mut ring, seq));
        assert_eq!((ring.len(), ring.lost()), (5, 0));
        push(&mut ring, 6);
        assert_eq!((ring.len(), ring.lost()), (5, 1));
        ring.written(3);
        assert_eq!((ring.len(), ring.lost()), (3, 1));
        ring.written(6);
        assert_eq!((ring.len(), ring.rows_after(5).count()), (2, 1));
        let mut plain = Ring::new(2, 2);
        (1..=5).for_each(|seq| push(&mut plain, seq));
        assert_eq!((plain.len(), plain.lost()), (2, 0), "nobody waits for them");
    }
}
