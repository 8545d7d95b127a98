//! From blocks of frames to chunks of the finest tier.

use super::{
    backend::{ChunkRow, StoreError},
    place::{FRAMES, place, slot_and_series},
    rows::Rows,
};
use crate::{
    chunk::{
        Content, Damaged,
        frames::{Frames, Shared},
        tail::Tail,
    },
    point::Point,
    tier::TIERS,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::BuildHasher as _,
};

/// The chunks of one slot: what `blocks` have, in the order in which they were written, over the chunks that are there
/// already. Blocks and chunks that cannot be read are left out; how many.
///
/// What stands still, and what is another series once more, is told in the row of the frames and has none of its own. A series
/// that has a row keeps one, so that nothing need be deleted.
pub(super) fn seal(slot: i64, blocks: &[Vec<u8>], there: Vec<ChunkRow>) -> (Vec<ChunkRow>, usize) {
    let (tails, mut damaged) = readable(blocks.iter().map(|block| Tail::from_bytes(block)));
    let there = Rows::new(TIERS[0], slot, there);
    let mut before = |series| match there.content(series) {
        Some(Err(_)) => {
            damaged += 1;
            None
        }
        content => content.and_then(Result::ok),
    };
    let mut sealed = Sealed::new(slot);
    let mut told = HashSet::new();
    for (series, later) in contents(&tails) {
        told.insert(series);
        let content = match before(series) {
            Some(mut content) => {
                content.overlay(later);
                content
            }
            None => later,
        };
        if series == FRAMES {
            sealed.frames.times = content.times();
        } else {
            sealed.add(series, &content, there.has(series));
        }
    }
    // What had no row was told by the times of the frames, which are others now.
    for (series, _) in there.frames.shared.iter().filter(|(series, _)| !told.contains(series) && !there.has(*series)) {
        if let Some(content) = before(*series) {
            sealed.add(*series, &content, false);
        }
    }
    (sealed.rows(), damaged)
}

/// The rows of a slot while they are made.
struct Sealed {
    slot: i64,
    frames: Frames,
    rows: Vec<ChunkRow>,
    /// Where a row with such bytes is.
    alike: HashMap<u64, usize>,
}

impl Sealed {
    fn new(slot: i64) -> Self {
        Self { slot, frames: Frames::default(), rows: Vec::new(), alike: HashMap::new() }
    }

    fn add(&mut self, series: i64, content: &Content, has_row: bool) {
        if !has_row && let Some(value) = self.frames.stands_still(content) {
            self.frames.shared.push((series, Shared::Still(value)));
            return;
        }
        let row = ChunkRow::new(place(TIERS[0], self.slot, series), self.slot * TIERS[0].chunk_ms, content);
        let bytes = self.alike.hasher().hash_one(&row.data);
        let other = self.alike.get(&bytes).map(|other| &self.rows[*other]);
        match other.filter(|other| other.data == row.data && other.points == row.points) {
            Some(other) if !has_row && slot_and_series(other.place).1 < series => {
                self.frames.shared.push((series, Shared::As(slot_and_series(other.place).1)));
            }
            _ => {
                self.alike.insert(bytes, self.rows.len());
                self.rows.push(row);
            }
        }
    }

    fn rows(mut self) -> Vec<ChunkRow> {
        self.frames.shared.sort_unstable_by_key(|(series, _)| *series);
        let (start, points) = (self.slot * TIERS[0].chunk_ms, self.frames.times.len() as i64);
        let data = self.frames.encode(start);
        self.rows.push(ChunkRow { place: place(TIERS[0], self.slot, FRAMES), points, data });
        self.rows.sort_unstable_by_key(|row| row.place);
        self.rows
    }
}

fn readable(tails: impl Iterator<Item = Result<Tail, Damaged>>) -> (Vec<Tail>, usize) {
    let (good, bad): (Vec<_>, Vec<_>) = tails.partition(Result::is_ok);
    (good.into_iter().flatten().collect(), bad.len())
}

/// What each series had, in the order of their numbers: one after the other, because all at once may be a lot.
fn contents(tails: &[Tail]) -> impl Iterator<Item = (i64, Content)> {
    let frames = right_frames(tails);
    // Where each series stands in each block.
    let mut columns: BTreeMap<i64, Vec<Option<&[f64]>>> = BTreeMap::new();
    let mut sketches: BTreeMap<i64, Vec<(i64, miorai_model::Sketch)>> = BTreeMap::new();
    for (block, tail) in tails.iter().enumerate() {
        for (series, values) in tail.columns() {
            columns.entry(series).or_insert_with(|| vec![None; tails.len()])[block] = Some(values);
        }
        for (series, frame, sketch) in &tail.sketches {
            if let Ok(place) = frames.binary_search_by_key(&(block, *frame), |(block, frame, _)| (*block, *frame)) {
                sketches.entry(*series).or_default().push((frames[place].2, sketch.clone()));
            }
        }
    }
    let times = frames.iter().map(|(_, _, time)| (*time, Point::of(1.0))).collect();
    let values = columns.into_iter().map(move |(series, of_block)| {
        let value = |(block, frame, time): &(usize, usize, i64)| {
            let value = of_block[*block]?.get(*frame).copied().filter(|value| value.is_finite())?;
            Some((*time, Point::of(value)))
        };
        (series, Content::Points(frames.iter().filter_map(value).collect()))
    });
    let sketches = sketches.into_iter().map(|(series, sketches)| (series, Content::Sketches(sketches)));
    std::iter::once((FRAMES, Content::Points(times))).chain(values).chain(sketches)
}

/// Block, place and time of the frames whose times grow up to the newest: what bears a later time than a newer frame
/// is left out.
fn right_frames(tails: &[Tail]) -> Vec<(usize, usize, i64)> {
    let all = tails
        .iter()
        .enumerate()
        .flat_map(|(block, tail)| tail.times.iter().enumerate().map(move |(frame, time)| (block, frame, *time)));
    let mut newest_first: Vec<_> = all.collect();
    newest_first.reverse();
    let mut next = i64::MAX;
    newest_first.retain(|(_, _, time)| {
        let right = *time < next;
        if right {
            next = *time;
        }
        right
    });
    newest_first.reverse();
    newest_first
}

/// Runs what takes long where it holds up nobody.
pub(super) async fn off_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let failed =
        |error: tokio::task::JoinError| StoreError::Failed { place: name.to_owned(), cause: error.to_string() };
    tokio::task::spawn_blocking(work).await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tail(times: &[i64], values: &[f64]) -> Vec<u8> {
        let mut tail = Tail::new(times.to_vec());
        tail.add(7, values);
        tail.to_bytes()
    }

    fn points(rows: &[ChunkRow], series: i64) -> Vec<(i64, f64)> {
        let rows = Rows::new(TIERS[0], 0, rows.to_vec());
        match rows.content(series).unwrap().unwrap() {
            Content::Points(points) => points.into_iter().map(|(time, point)| (time, point.mean())).collect(),
            Content::Sketches(_) => unreachable!("points stay points"),
        }
    }

    #[test]
    fn blocks_become_chunks_over_what_is_there_and_what_cannot_be_read_is_left_out() {
        let (first, damaged) = seal(0, &[tail(&[1_000, 2_000], &[1.0, f64::NAN]), vec![1, 2, 3]], Vec::new());
        assert_eq!((points(&first, 7), damaged), (vec![(1_000, 1.0)], 1));
        assert_eq!(points(&first, FRAMES), [(1_000, 1.0), (2_000, 1.0)]);
        let (second, _) = seal(0, &[tail(&[2_000, 3_000], &[20.0, 30.0]), tail(&[2_500], &[25.0])], first);
        assert_eq!(points(&second, 7), [(1_000, 1.0), (2_000, 20.0), (2_500, 25.0)], "the clock was set back");
        let (again, _) = seal(0, &[tail(&[2_000], &[20.0])], second.clone());
        assert_eq!(points(&again, 7), points(&second, 7), "writing twice is harmless");
    }

    #[test]
    fn what_stands_still_and_what_is_another_series_once_more_has_no_row() {
        let times: Vec<i64> = (0..600).map(|second| second * 1_000).collect();
        let varies: Vec<f64> = (0..600).map(|second| f64::from(second % 97)).collect();
        let mut block = Tail::new(times);
        block.add(1, &[7.0; 600]);
        (2..=4).for_each(|series| block.add(series, &varies));
        let (rows, _) = seal(0, &[block.to_bytes()], Vec::new());
        let there: Vec<i64> = rows.iter().map(|row| slot_and_series(row.place).1).collect();
        assert_eq!(there, [FRAMES, 2]);
        assert!(rows[0].data.len() < 24, "{} bytes", rows[0].data.len());
        assert_eq!((points(&rows, 1)[599], points(&rows, 4)), ((599_000, 7.0), points(&rows, 2)));
    }

    /// What is told at once: seconds, and what each of five series has in them, few values so that some are alike.
    fn told() -> impl Strategy<Value = Vec<(i64, [Option<u8>; 5])>> {
        let value = || prop_oneof![1 => Just(None), 8 => (0_u8..2).prop_map(Some)];
        let values = [value(), value(), value(), value(), value()];
        prop::collection::btree_map(0_i64..8, values, 1..6).prop_map(|seconds| seconds.into_iter().collect())
    }

    proptest! {
        #[test]
        fn whatever_is_told_one_after_the_other_is_kept_as_by_a_naive_store(all in prop::collection::vec(told(), 1..4)) {
            let mut naive: [BTreeMap<i64, f64>; 5] = Default::default();
            let mut rows: Vec<ChunkRow> = Vec::new();
            for told in all {
                let values = |series: usize| -> Vec<f64> {
                    told.iter().map(|(_, of)| of[series].map_or(f64::NAN, f64::from)).collect()
                };
                for (second, of) in &told {
                    for (series, value) in of.iter().enumerate() {
                        if let Some(value) = value {
                            naive[series].insert(second * 1_000, f64::from(*value));
                        }
                    }
                }
                // As the writer does, without series that have nothing.
                let there = (0..5).filter(|series| told.iter().any(|(_, of)| of[*series].is_some()));
                let mut tail = Tail::new(told.iter().map(|(second, _)| second * 1_000).collect());
                there.for_each(|series| tail.add(series as i64 + 1, &values(series)));
                let (written, damaged) = seal(0, &[tail.to_bytes()], rows.clone());
                prop_assert_eq!(damaged, 0);
                let places: HashSet<i64> = written.iter().map(|row| row.place).collect();
                rows.retain(|row| !places.contains(&row.place));
                rows.extend(written);
            }
            let rows = Rows::new(TIERS[0], 0, rows);
            for (series, expected) in (1..).zip(naive) {
                let there = match rows.content(series) {
                    Some(Ok(Content::Points(points))) => points.into_iter().map(|(at, point)| (at, point.sum)).collect(),
                    other => {
                        prop_assert!(other.is_none());
                        BTreeMap::new()
                    }
                };
                prop_assert_eq!(there, expected, "series {}", series);
            }
        }
    }
}
