//! Who writes: the one task that changes the store.

use super::{
    SqlHistory, SqlJournal, StoreOptions,
    backend::{Batch, Mark, SeriesRow, StoreError, TailRow},
    known::{Known, StoredSeries},
    place::{MOST_SERIES, places, slot},
    roll::{Rolling, again_from},
    seal::{off_thread, seal},
};
use crate::{
    chunk::tail::Tail,
    memory::ring::Row,
    tier::{COUNT, TIERS},
    wanted::{About, base},
};
use miorai_model::{Kind, Series, SeriesId, SeriesKey};
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// The time from one turn to the next.
const TURN: Duration = Duration::from_secs(1);
/// Frames in one block.
const FRAMES_A_BLOCK: usize = 60;
/// A series is written down as seen once in this time.
const SEEN_EVERY_MS: i64 = 86_400_000;
/// Frames further apart than this are not regular.
const REGULAR_MS: i64 = 60_000;

/// Writes frames and events down, and keeps the store in order. There is one for a store.
pub struct Writer {
    pub(super) history: Arc<SqlHistory>,
    pub(super) journal: Arc<SqlJournal>,
    pub(super) options: StoreOptions,
    /// Frames up to this one have been written.
    taken: u64,
    /// Slots of the finest tier that have blocks.
    pub(super) open: BTreeSet<i64>,
    pub(super) rolling: Option<Rolling>,
    /// How many frames have come regularly.
    pub(super) steady: u32,
    /// Bytes of the store at the last look.
    pub(super) bytes: u64,
    /// How many turns there were.
    pub(super) turn: u64,
    flushed: Option<Instant>,
    loaded: bool,
    columns: Columns,
}

/// Which series of a list are stored, and under which number.
#[derive(Default)]
struct Columns {
    of: Option<Arc<Vec<Series>>>,
    numbers: Vec<(SeriesId, i64, Kind)>,
}

impl Writer {
    pub(super) fn new(history: Arc<SqlHistory>, journal: Arc<SqlJournal>, options: StoreOptions) -> Self {
        Self {
            history,
            journal,
            options,
            taken: 0,
            open: BTreeSet::new(),
            rolling: None,
            steady: 0,
            bytes: 0,
            turn: 0,
            flushed: None,
            loaded: false,
            columns: Columns::default(),
        }
    }

    /// Writes until `stop` is cancelled, and then what is left.
    pub async fn run(mut self, stop: CancellationToken) {
        let journal = Arc::clone(&self.journal);
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(TURN) => self.turn().await,
                () = journal.wake.notified() => self.write_events().await,
            }
        }
        self.stop().await;
    }

    /// Does what is due now. For those who keep time by themselves; [`Writer::run`] does it once a second.
    pub async fn turn(&mut self) {
        self.turn += 1;
        let due = self.flushed.is_none_or(|flushed| flushed.elapsed() >= self.options.flush_every);
        let outcome = self.work(due).await;
        self.tell(outcome);
    }

    /// Writes everything that is there, whatever the time.
    pub async fn flush(&mut self) {
        let outcome = self.work(true).await;
        self.tell(outcome);
    }

    /// Writes everything that is there and does all of the upkeep that is due, however long it takes. For those who fill a
    /// store faster than time passes.
    pub async fn settle(&mut self) {
        let outcome = self.settled().await;
        self.tell(outcome);
    }

    async fn settled(&mut self) -> Result<(), StoreError> {
        self.work(true).await?;
        while self.roll().await? {}
        while self.drop_old().await? {}
        Ok(())
    }

    /// Writes what is left and lets others use the store.
    pub async fn stop(mut self) {
        self.flush().await;
        self.history.backend.release().await;
    }

    async fn write_events(&mut self) {
        let outcome = match self.prepare().await {
            Ok(()) => self.journal.flush().await,
            Err(error) => Err(error),
        };
        self.tell(outcome);
    }

    async fn work(&mut self, due: bool) -> Result<(), StoreError> {
        self.prepare().await?;
        self.journal.flush().await?;
        if due {
            self.flushed = Some(Instant::now());
            self.write_frames().await?;
        }
        let current = self.history.known().newest.and_then(|newest| slot(TIERS[0], newest));
        while let Some(slot) = self.open.iter().copied().find(|slot| Some(*slot) != current) {
            self.seal(slot).await?;
        }
        self.upkeep().await
    }

    /// Makes sure of the store. What a run before has left in blocks becomes chunks.
    pub(super) async fn prepare(&mut self) -> Result<(), StoreError> {
        let backend = Arc::clone(&self.history.backend);
        if !backend.prepare().await? && self.loaded {
            return Ok(());
        }
        self.loaded = false;
        let known = Known::load(&*backend).await?;
        *self.history.change_known() = known;
        self.columns = Columns::default();
        self.rolling = None;
        self.open = backend.tail_slots().await?.into_iter().collect();
        while let Some(slot) = self.open.first().copied() {
            self.seal(slot).await?;
        }
        self.journal.load().await?;
        self.loaded = true;
        Ok(())
    }

    /// Tells how it went.
    fn tell(&self, outcome: Result<(), StoreError>) {
        let memory = self.history.memory.read();
        let waiting = memory.rows_after(self.taken).count() as u64;
        let newest = memory.newest().map_or(0, |row| row.at.as_millis());
        let lag = if waiting == 0 { 0 } else { newest - self.history.known().newest.unwrap_or(newest) };
        self.history.status.set_queue(waiting, memory.lost(), lag.max(0) as u64);
        drop(memory);
        let failure = outcome.err();
        let text = failure.as_ref().map(ToString::to_string);
        if self.history.status.set_failure(failure) {
            if let Some(error) = text {
                tracing::warn!(error, "frames and events are held in memory until they can be written");
            } else {
                tracing::info!("frames and events are written to the database again");
            }
        }
    }

    /// Writes blocks of the frames that are not written yet.
    pub(super) async fn write_frames(&mut self) -> Result<(), StoreError> {
        loop {
            let rows: Vec<Row> = {
                let memory = self.history.memory.read();
                memory.rows_after(self.taken).take(FRAMES_A_BLOCK).cloned().collect()
            };
            let Some(first) = rows.first() else { return Ok(()) };
            let slot = slot(TIERS[0], first.at.as_millis());
            let same = |row: &&Row| {
                slot == self::slot(TIERS[0], row.at.as_millis()) && Arc::ptr_eq(&row.series, &first.series)
            };
            let rows: Vec<Row> = rows.iter().take_while(same).cloned().collect();
            // Before the epoch there is no past.
            if let Some(slot) = slot {
                self.write_block(slot, &rows).await?;
            }
            self.taken = rows.last().map_or(self.taken, |row| row.seq);
            self.history.memory.write().written(self.taken);
        }
    }

    /// Writes frames of one slot and one list of series.
    async fn write_block(&mut self, slot: i64, rows: &[Row]) -> Result<(), StoreError> {
        let begun = Instant::now();
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let series = self.look_up(&first.series, last.at.as_millis());
        let (tail, samples) = block(rows, &self.columns.numbers);
        let newest = last.at.as_millis();
        let batch = Batch {
            series,
            tails: vec![TailRow { slot, data: tail.to_bytes() }],
            marks: vec![(Mark::Newest, newest)],
            ..Batch::default()
        };
        let written = self.history.backend.write(&batch).await;
        if written.is_err() {
            // The numbers of series that were not written are not taken.
            self.columns = Columns::default();
        }
        written?;
        let mut known = self.history.change_known();
        batch.series.iter().for_each(|row| known.add(row));
        let before = known.newest.replace(newest);
        drop(known);
        self.open.insert(slot);
        for (row, before) in rows.iter().zip(before.into_iter().chain(rows.iter().map(|row| row.at.as_millis()))) {
            let apart = row.at.as_millis() - before;
            self.steady = if (1..=REGULAR_MS).contains(&apart) { self.steady.saturating_add(1) } else { 0 };
        }
        self.history.status.wrote(samples, begun.elapsed());
        Ok(())
    }

    /// Looks up where the series of a list are stored; those that are new to the store, or were not seen for long.
    fn look_up(&mut self, list: &Arc<Vec<Series>>, now: i64) -> Vec<SeriesRow> {
        let known = self.history.known();
        let same = self.columns.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, list));
        let mut news = Vec::new();
        let mut next = known.next_series;
        let distributions: HashSet<&SeriesKey> =
            list.iter().filter(|one| one.kind == Kind::Distribution).map(|one| &one.key).collect();
        let mut numbers = Vec::with_capacity(list.len());
        if same && numbers_are_seen(&known, list, now) {
            return news;
        }
        for one in list.iter() {
            // The quantiles of a distribution are taken from its sketches.
            if base(&one.key).is_some_and(|(base, _)| distributions.contains(&base)) {
                continue;
            }
            let there = known.series.get(&one.key);
            let id = there.map_or(next, |there| there.about.id);
            if id >= MOST_SERIES {
                continue;
            }
            next = next.max(id + 1);
            numbers.push((one.id, id, one.kind));
            let about = About { id, unit: one.unit, kind: one.kind };
            if there.is_none_or(|there| there.about != about || now - there.seen >= SEEN_EVERY_MS) {
                // A clock that was set back does not make a series older.
                let seen = there.map_or(now, |there| there.seen.max(now));
                news.push(SeriesRow { id, key: one.key.clone(), unit: one.unit, kind: one.kind, seen });
            }
        }
        drop(known);
        self.columns = Columns { of: Some(Arc::clone(list)), numbers };
        news
    }

    /// Makes chunks of the blocks of a slot.
    pub(super) async fn seal(&mut self, slot: i64) -> Result<(), StoreError> {
        let backend = Arc::clone(&self.history.backend);
        let tier = TIERS[0];
        let blocks = backend.tails(slot).await?;
        let there = backend.chunks_at(places(tier, slot..slot + 1)).await?;
        let (chunks, damaged) = off_thread(backend.name(), move || seal(slot, &blocks, there)).await?;
        let first = chunks.first().and_then(|row| row.content(slot * tier.chunk_ms).ok()?.times().first().copied());
        (0..damaged).for_each(|_| self.history.status.count_damaged());
        let start = slot * tier.chunk_ms;
        let rolled: [i64; COUNT] = std::array::from_fn(|tier| self.history.known().rolled(tier));
        let again: Vec<(usize, i64)> = again_from(rolled, start).collect();
        let marks = again.iter().map(|(tier, from)| (Mark::Rolled(*tier), *from)).collect();
        backend.write(&Batch { chunks, sealed: vec![slot], marks, ..Batch::default() }).await?;
        self.open.remove(&slot);
        if !again.is_empty() {
            self.rolling = None;
        }
        let mut known = self.history.change_known();
        for (tier, from) in &again {
            known.stored[*tier].end = *from;
        }
        let (end, empty) = (start + tier.chunk_ms, known.stored[0].is_empty());
        let first = first.unwrap_or(start);
        known.first[0] = if empty { first } else { known.first[0].min(first) };
        let stored = &mut known.stored[0];
        *stored = if empty { start..end } else { stored.start.min(start)..stored.end.max(end) };
        Ok(())
    }
}

/// Whether all series of the list have been seen lately. They are looked through once in a while, not each time.
fn numbers_are_seen(known: &Known, list: &[Series], now: i64) -> bool {
    let seen = |one: &Series| known.series.get(&one.key).map(|StoredSeries { seen, .. }| *seen);
    list.first().and_then(seen).is_some_and(|seen| now - seen < SEEN_EVERY_MS)
}

/// The block of these rows, and how many values it has.
fn block(rows: &[Row], numbers: &[(SeriesId, i64, Kind)]) -> (Tail, u64) {
    let mut tail = Tail::new(rows.iter().map(|row| row.at.as_millis()).collect());
    let mut samples = 0;
    for (id, number, kind) in numbers {
        if *kind == Kind::Distribution {
            for (place, row) in rows.iter().enumerate() {
                if let Some(sketch) = row.sketch(*id) {
                    tail.sketches.push((*number, place, (**sketch).clone()));
                    samples += 1;
                }
            }
            continue;
        }
        let values: Vec<f64> = rows.iter().map(|row| row.value(*id).unwrap_or(f64::INFINITY)).collect();
        let there = values.iter().filter(|value| value.is_finite()).count() as u64;
        if there > 0 {
            samples += there;
            tail.add(*number, &values);
        }
    }
    (tail, samples)
}
