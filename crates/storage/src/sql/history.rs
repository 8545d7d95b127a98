//! Questions about the past, answered from memory and from chunks together.

use super::{
    Status,
    backend::{Backend, ChunkRow},
    known::Known,
    place::{FRAMES, slot, slot_and_series},
    status::StatusReport,
};
use crate::{
    chunk::{
        Content, Damaged,
        frames::{Frames, Shared},
    },
    gather::{Buckets, Column},
    history::{History, HistoryError, check},
    memory::{MemoryHistory, history::add_rows, ring::Row},
    tier::{Stretch, TIERS, plan},
    wanted::Wanted,
};
use async_trait::async_trait;
use miorai_model::{
    Frame, Kind, Series, SeriesId, SeriesKey, Timestamp,
    history::{HistoryAnswer, HistoryQuery, HistorySeries},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// The past: the last frames in memory, and what came before in a database.
///
/// When the database cannot be read, what is in memory is still answered, as far as the question reaches into it.
pub struct SqlHistory {
    pub(super) memory: MemoryHistory,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) known: RwLock<Known>,
    pub(super) status: Status,
}

/// One column of an answer, from memory, from the store, or from both.
struct Source {
    described: HistorySeries,
    kind: Kind,
    quantile: Option<f64>,
    in_memory: Option<SeriesId>,
    stored: Option<i64>,
}

/// A part of the past that is read from one tier.
struct Part {
    stretch: Stretch,
    /// By their slots, frames whose row tells of series that have none.
    frames: Vec<(i64, Frames)>,
}

impl SqlHistory {
    /// How the store does.
    pub fn status(&self) -> StatusReport {
        self.status.report()
    }

    /// What the store is and where, for people. Without secrets.
    pub fn store(&self) -> &str {
        self.backend.name()
    }

    pub(super) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change_known(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the column that `key` asks for comes from.
    fn source(&self, key: &SeriesKey) -> Result<Source, HistoryError> {
        let in_memory = self.memory.read().wanted(key);
        let stored = Wanted::find(key, |key| self.known().series.get(key).map(|series| series.about));
        let unknown = || HistoryError::UnknownSeries(key.clone());
        // What is measured now says what a series is; what is stored of another kind does not belong to it.
        let (described, kind, quantile) = match (&in_memory, &stored) {
            (Some(wanted), _) => (wanted.described.clone(), wanted.of.kind, wanted.quantile),
            (None, Some(wanted)) => (wanted.described.clone(), wanted.of.kind, wanted.quantile),
            (None, None) => return Err(unknown()),
        };
        let stored = stored.map(|wanted| wanted.of.id);
        Ok(Source { described, kind, quantile, in_memory: in_memory.map(|wanted| wanted.of.id), stored })
    }

    /// What the store has of one series, in the order of time: means alone, unless extremes are wanted.
    async fn read(&self, series: i64, past: &[Part], extremes: bool) -> Result<Vec<Content>, HistoryError> {
        let mut contents = Vec::new();
        for part in past {
            let mut of_slot = self.told(series, part, extremes).await?;
            let shared = part.frames.iter().filter_map(|(slot, frames)| Some((*slot, frames, frames.of(series)?)));
            // A row of its own tells more than an entry that was read a moment before.
            let shared: Vec<_> = shared.filter(|(slot, ..)| !of_slot.contains_key(slot)).collect();
            let mut others: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
            for (slot, frames, shared) in shared {
                match shared {
                    Shared::Still(value) => drop(of_slot.insert(slot, frames.still(value))),
                    Shared::As(other) => others.entry(other).or_default().push(slot),
                }
            }
            for (other, slots) in others {
                let there = self.told(other, part, extremes).await?;
                of_slot.extend(there.into_iter().filter(|(slot, _)| slots.contains(slot)));
            }
            contents.extend(of_slot.into_values().map(|content| content.within(&part.stretch.range)));
        }
        Ok(contents)
    }

    /// What the rows of a series tell in a part of the past, by their slots.
    async fn told(&self, series: i64, part: &Part, extremes: bool) -> Result<BTreeMap<i64, Content>, HistoryError> {
        let tier = part.stretch.tier;
        let rows = self.rows(series, &part.stretch).await?.into_iter().filter_map(|row| {
            let slot = slot_and_series(row.place).0;
            let start = slot * tier.chunk_ms;
            let content = if extremes { row.content(start) } else { row.means(start) };
            Some((slot, self.or_left_out(row.place, content)?))
        });
        Ok(rows.collect())
    }

    async fn rows(&self, series: i64, Stretch { tier, range }: &Stretch) -> Result<Vec<ChunkRow>, HistoryError> {
        let slots = slot(*tier, range.start).zip(slot(*tier, range.end - 1));
        let Some((first, last)) = slots else { return Ok(Vec::new()) };
        let rows = self.backend.chunks_of(*tier, first..last + 1, series).await;
        rows.map_err(|error| HistoryError::Unavailable(error.to_string()))
    }

    /// What a row tells. One that cannot be read is left out, counted and told.
    fn or_left_out<T>(&self, place: i64, read: Result<T, Damaged>) -> Option<T> {
        if let Err(damaged) = &read {
            self.status.count_damaged();
            tracing::warn!(%damaged, place, "a row is left out of an answer");
        }
        read.ok()
    }

    /// Where the part of the past comes from that is before memory, and the times of its points.
    async fn past(&self, query: &HistoryQuery, rows: &[Row]) -> Result<(Vec<Part>, Vec<Timestamp>), HistoryError> {
        let (oldest, newest) = {
            let memory = self.memory.read();
            let millis = |row: &Row| row.at.as_millis();
            (memory.right_rows().last().map(millis), memory.newest().map(millis))
        };
        let (mut stored, newest) = {
            let known = self.known();
            (known.stored.clone(), newest.or(known.newest))
        };
        let (from, to) = (query.from.as_millis(), query.to.as_millis());
        // What bears a later time than the newest frame was made before the clock was set back.
        let mut end = to.min(newest.unwrap_or(i64::MAX - 1)).saturating_add(1);
        if let Some(oldest) = oldest {
            end = end.min(oldest);
            // A point that reaches into memory would tell of seconds that are told from there.
            for tier in &TIERS[1..] {
                stored[tier.index].end = stored[tier.index].end.min(oldest.div_euclid(tier.width_ms) * tier.width_ms);
            }
        }
        let stretches = plan(from..end, to.saturating_sub(from) / query.points as i64, &stored);
        let (mut past, mut times) = (Vec::with_capacity(stretches.len()), Vec::new());
        for stretch in stretches {
            let mut frames = Vec::new();
            for row in self.rows(FRAMES, &stretch).await? {
                let slot = slot_and_series(row.place).0;
                let Some(there) = self.or_left_out(row.place, row.frames(slot * stretch.tier.chunk_ms)) else {
                    continue;
                };
                let within = there.times.iter().filter(|time| stretch.range.contains(time));
                times.extend(within.map(|time| Timestamp::from_millis(*time)));
                if !there.shared.is_empty() {
                    frames.push((slot, there));
                }
            }
            past.push(Part { stretch, frames });
        }
        times.extend(rows.iter().map(|row| row.at));
        // Where tiers meet, a point of the coarser one may stand for seconds that the finer one has too.
        times.sort_unstable();
        times.dedup();
        Ok((past, times))
    }
}

#[async_trait]
impl History for SqlHistory {
    fn record(&self, frame: &Frame, series: &Arc<Vec<Series>>) {
        self.memory.write().push(frame, series);
    }

    async fn query(&self, query: &HistoryQuery) -> Result<HistoryAnswer, HistoryError> {
        check(query)?;
        let sources = query.series.iter().map(|key| self.source(key)).collect::<Result<Vec<_>, _>>()?;
        let rows = self.memory.rows(query.from, query.to);
        let (past, times) = match self.past(query, &rows).await {
            Ok(past) => past,
            // Something is better than nothing; the health tells what is the matter.
            Err(_) if !rows.is_empty() => (Vec::new(), rows.iter().map(|row| row.at).collect()),
            Err(error) => return Err(error),
        };
        let buckets = Buckets::new(times, query.points);
        let mut answer = HistoryAnswer { timestamps: buckets.timestamps(), ..HistoryAnswer::default() };
        for source in sources {
            let mut column = Column::new(source.kind, &buckets);
            if let Some(series) = source.stored.filter(|_| !past.is_empty()) {
                column.add(&buckets, self.read(series, &past, query.extremes).await?);
            }
            if let Some(id) = source.in_memory {
                add_rows(&mut column, &buckets, &rows, source.kind, id);
            }
            column.answer(&mut answer, source.described, source.quantile, query.extremes);
        }
        Ok(answer)
    }

    fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        let memory = self.memory.extent();
        let known = self.known();
        let last = memory.map(|(_, last)| last).or(known.newest.map(Timestamp::from_millis))?;
        let stored = known.begin().map(Timestamp::from_millis).filter(|begin| *begin <= last);
        let first = [stored, memory.map(|(first, _)| first)].into_iter().flatten().min()?;
        Some((first, last))
    }

    fn memory_bytes(&self) -> usize {
        self.memory.memory_bytes()
    }
}
