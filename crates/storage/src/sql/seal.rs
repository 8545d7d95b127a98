//! From blocks of frames to chunks of the finest tier.

use super::{
    backend::{ChunkRow, StoreError},
    place::{FRAMES, place},
};
use crate::{
    chunk::{self, Content, Damaged, tail::Tail},
    point::Point,
    tier::TIERS,
};
use std::collections::{BTreeMap, HashMap};

/// The chunks of one slot: what `blocks` have, in the order in which they were written, over the chunks that are there
/// already. Blocks and chunks that cannot be read are left out; how many.
pub(super) fn seal(slot: i64, blocks: &[Vec<u8>], there: Vec<ChunkRow>) -> (Vec<ChunkRow>, usize) {
    let start = slot * TIERS[0].chunk_ms;
    let (tails, mut damaged) = readable(blocks.iter().map(|block| Tail::from_bytes(block)));
    let mut chunks: HashMap<i64, ChunkRow> = there.into_iter().map(|row| (row.place, row)).collect();
    let mut rows = Vec::new();
    for (series, later) in contents(&tails) {
        let key = place(TIERS[0], slot, series);
        let content = match chunks.remove(&key).map(|row| row.content(start)) {
            None => later,
            Some(Ok(mut content)) => {
                content.overlay(later);
                content
            }
            Some(Err(_)) => {
                damaged += 1;
                later
            }
        };
        rows.push(ChunkRow::new(key, start, &content));
    }
    rows.sort_unstable_by_key(|row| row.place);
    (rows, damaged)
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
        for (series, values) in &tail.values {
            columns.entry(*series).or_insert_with(|| vec![None; tails.len()])[block] = Some(values);
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

impl ChunkRow {
    /// The row of what a series had.
    pub(super) fn new(place: i64, start: i64, content: &Content) -> Self {
        Self { place, points: content.len() as i64, data: chunk::encode(start, content) }
    }

    /// What the series had.
    pub(crate) fn content(&self, start: i64) -> Result<Content, Damaged> {
        chunk::decode(start, self.points.max(0) as usize, &self.data)
    }
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

    fn tail(times: &[i64], values: &[f64]) -> Vec<u8> {
        Tail { times: times.to_vec(), values: vec![(7, values.to_vec())], sketches: Vec::new() }.to_bytes()
    }

    fn points(rows: &[ChunkRow], series: i64) -> Vec<(i64, f64)> {
        let row = rows.iter().find(|row| row.place == place(TIERS[0], 0, series)).unwrap();
        match row.content(0).unwrap() {
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
}
