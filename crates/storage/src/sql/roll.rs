//! From chunks of one tier to those of the next, a few series at a time.

use super::{
    backend::{Batch, ChunkRow, Mark, StoreError},
    place::{FRAMES, place, places, slot_and_series},
    rows::Rows,
    seal::off_thread,
    writer::Writer,
};
use crate::{
    chunk::Content,
    tier::{COUNT, TIERS, Tier},
};
use std::{collections::BTreeMap, ops::Range};

/// Series rolled up in one step: some milliseconds of work.
const SERIES_AT_ONCE: usize = 64;

/// A chunk of a coarser tier that is being made.
#[derive(Clone, Debug)]
pub(super) struct Rolling {
    tier: Tier,
    /// Where the chunk begins.
    start: i64,
    /// The numbers of the series that are still to do, the greatest first: series that had gone before are passed over.
    numbers: Vec<i64>,
}

impl Rolling {
    /// Takes the numbers of the next step: from the first one up to, but without, the last one.
    fn next(&mut self) -> Range<i64> {
        let step = self.numbers.split_off(self.numbers.len().saturating_sub(SERIES_AT_ONCE));
        step.last().copied().unwrap_or(0)..step.first().map_or(0, |last| last + 1)
    }
}

impl Writer {
    /// Does one step; whether there was something to do.
    pub(super) async fn roll(&mut self) -> Result<bool, StoreError> {
        if self.rolling.is_none() {
            for tier in &TIERS[1..] {
                if let Some(start) = self.due(*tier).await? {
                    let mut numbers = self.history.known().numbers_since(start);
                    numbers.reverse();
                    self.rolling = Some(Rolling { tier: *tier, start, numbers });
                    break;
                }
            }
        }
        let Some(mut rolling) = self.rolling.clone() else { return Ok(false) };
        let chunks = self.rolled(rolling.tier, rolling.start, rolling.next()).await?;
        let end = rolling.start + rolling.tier.chunk_ms;
        let last = rolling.numbers.is_empty();
        let marks = if last { vec![(Mark::Rolled(rolling.tier.index), end)] } else { Vec::new() };
        let rows = chunks.len();
        self.history.backend.write(&Batch { chunks, marks, ..Batch::default() }).await?;
        let Rolling { tier, start, .. } = rolling;
        self.rolling = (!last).then_some(rolling);
        let mut known = self.history.change_known();
        let stored = &mut known.stored[tier.index];
        let begins = rows > 0 && (stored.is_empty() || start < stored.start);
        if begins {
            stored.start = start;
        }
        if last {
            stored.end = end;
        }
        if begins {
            known.first[tier.index] = start;
        }
        Ok(true)
    }

    /// Where the next chunk of `tier` begins that can be made as a whole.
    async fn due(&self, tier: Tier) -> Result<Option<i64>, StoreError> {
        let finer = TIERS[tier.index - 1];
        let (from, complete) = {
            let known = self.history.known();
            let begin = known.stored[finer.index].start;
            let complete = if finer.index == 0 { self.sealed_until(&known) } else { known.rolled(finer.index) };
            (known.rolled(tier.index).max(begin), complete)
        };
        if tier.chunk_of(from) + tier.chunk_ms > complete {
            return Ok(None);
        }
        // Nothing may have been stored for a long time: that is passed over.
        let slots = from.div_euclid(finer.chunk_ms)..i64::MAX;
        let first = self.history.backend.bounds(places(finer, slots)).await?;
        let start = first.map(|(first, _)| tier.chunk_of(slot_and_series(first).0 * finer.chunk_ms));
        Ok(start.filter(|start| start + tier.chunk_ms <= complete))
    }

    /// The chunks of a few series.
    async fn rolled(&self, tier: Tier, start: i64, series: Range<i64>) -> Result<Vec<ChunkRow>, StoreError> {
        let (finer, backend) = (TIERS[tier.index - 1], &self.history.backend);
        let slot = start.div_euclid(tier.chunk_ms);
        // What was rolled up before stays where the finer tier has nothing any more.
        let there = backend.chunks_at(place(tier, slot, series.start)..place(tier, slot, series.end)).await?;
        let first = start.div_euclid(finer.chunk_ms);
        let mut fine = Vec::new();
        for slot in first..first + tier.chunk_ms / finer.chunk_ms {
            fine.push(self.fine(finer, slot, &series).await?);
        }
        off_thread(backend.name(), move || coarse(tier, slot, &series, &there, &fine)).await
    }

    /// The rows that tell of these series in a slot.
    async fn fine(&self, tier: Tier, slot: i64, series: &Range<i64>) -> Result<Rows, StoreError> {
        let at = |range: Range<i64>| {
            self.history.backend.chunks_at(place(tier, slot, range.start)..place(tier, slot, range.end))
        };
        let mut rows = at(series.clone()).await?;
        if series.start > FRAMES && tier.index == 0 {
            rows.extend(at(FRAMES..FRAMES + 1).await?);
        }
        // Damaged rows are told where they are read for an answer; here they are gaps.
        let mut rows = Rows::new(tier, slot, rows);
        for other in rows.wanting(series) {
            rows.add(at(other..other + 1).await?);
        }
        Ok(rows)
    }

    /// Up to where the finest tier is complete.
    pub(super) fn sealed_until(&self, known: &super::known::Known) -> i64 {
        let open = self.open.first().map(|slot| slot * TIERS[0].chunk_ms);
        open.unwrap_or(known.rolled(0)).min(known.rolled(0))
    }
}

/// The chunks of `tier` that are made of chunks of the finer one, over those that are there.
fn coarse(tier: Tier, slot: i64, range: &Range<i64>, there: &[ChunkRow], fine: &[Rows]) -> Vec<ChunkRow> {
    let start = slot * tier.chunk_ms;
    let mut of_series: BTreeMap<i64, Content> = BTreeMap::new();
    for rows in fine {
        for series in rows.numbers(range.clone()) {
            let Some(Ok(content)) = rows.content(series) else { continue };
            match of_series.get_mut(&series) {
                Some(all) => all.append(content),
                None => {
                    of_series.insert(series, content);
                }
            }
        }
    }
    let row = |(series, content): (i64, Content)| {
        let key = place(tier, slot, series);
        let rolled = content.rolled(tier);
        let before = there.iter().find(|row| row.place == key).and_then(|row| row.content(start).ok());
        let content = match before {
            Some(mut before) => {
                before.overlay(rolled);
                before
            }
            None => rolled,
        };
        ChunkRow::new(key, start, &content)
    };
    of_series.into_iter().filter(|(_, content)| !content.is_empty()).map(row).collect()
}

/// When frames come of a time that has been rolled up already, because the clock was set back, it is rolled up again.
pub(super) fn again_from(rolled: [i64; COUNT], sealed: i64) -> impl Iterator<Item = (usize, i64)> {
    TIERS[1..].iter().filter_map(move |tier| {
        let start = tier.chunk_of(sealed);
        (start < rolled[tier.index]).then_some((tier.index, start))
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        History as _, StoreOptions,
        sql::{
            backend::{Batch, SeriesRow},
            open_file,
        },
    };
    use miorai_model::{Frame, Kind, Series, SeriesId, SeriesKey, Timestamp, Topics, Unit};
    use std::sync::Arc;

    #[tokio::test]
    async fn series_that_have_gone_long_before_are_passed_over() {
        const BEGIN: i64 = 20_000 * 86_400;
        let folder = tempfile::tempdir().unwrap();
        let store = open_file(&folder.path().join("store.db"), StoreOptions::default()).await.unwrap();
        let (unit, kind) = (Unit::Count, Kind::Gauge);
        let gone = |id: i64| {
            let key = SeriesKey::new("gone", [("number", id.to_string().as_str())]);
            SeriesRow { id, key, unit, kind, seen: (BEGIN - 30 * 86_400) * 1_000 }
        };
        let series = (1..=5_000).map(gone).collect();
        store.history.backend.write(&Batch { series, ..Batch::default() }).await.unwrap();
        store.writer.stop().await;

        let mut store = open_file(&folder.path().join("store.db"), StoreOptions::default()).await.unwrap();
        let (id, key, topics) = (SeriesId(0), SeriesKey::new("there", []), Topics::NONE);
        let list = Arc::new(vec![Series { id, key, unit, kind, topics }]);
        for (seq, second) in (1..).zip(BEGIN..=BEGIN + 7_200) {
            let (totals, sketches, processes) = Default::default();
            let (at, values) = (Timestamp::from_millis(second * 1_000), [1.0].into());
            store.history.record(&Frame { seq, at, values, totals, sketches, processes }, &list);
            if second % 600 == 0 {
                store.writer.write_frames().await.unwrap();
            }
        }
        while let Some(slot) = store.writer.open.first().copied().filter(|slot| *slot < (BEGIN + 7_200) / 600) {
            store.writer.seal(slot).await.unwrap();
        }
        assert!(store.writer.roll().await.unwrap(), "two hours are complete");
        assert!(!store.writer.roll().await.unwrap(), "one step is enough for the one series that is there");
        assert_eq!(store.history.known().rolled(1), (BEGIN + 7_200) * 1_000);
        store.writer.stop().await;
    }
}
