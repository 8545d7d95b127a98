//! The last minutes of frames.

use crate::{
    history::{History, HistoryError, check},
    reduction::{buckets, mean, mean_time},
};
use async_trait::async_trait;
use miorai_model::{
    Frame, Series, SeriesId, SeriesKey, Timestamp, Unit,
    frame::renewed,
    history::{HistoryAnswer, HistoryQuery, HistorySeries},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

/// The last frames of one run of the server.
///
/// It keeps the values as the frames bear them, without a copy: a second costs eight bytes a series and a few dozen
/// besides, so that 300 series over fifteen minutes take 2.2 MB. Running totals and tables of processes are not kept.
#[derive(Debug)]
pub struct MemoryHistory {
    /// At most this many frames.
    limit: usize,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Oldest first; `seq` grows, times may go back once where the clock was set.
    rows: VecDeque<Row>,
    /// Where a series stands in a row.
    places: HashMap<SeriesKey, (SeriesId, Unit)>,
    /// The list of series that the places are of.
    known: Arc<Vec<Series>>,
    /// Bytes of all rows' values.
    value_bytes: usize,
}

#[derive(Clone, Debug)]
struct Row {
    seq: u64,
    at: Timestamp,
    values: Arc<[f64]>,
}

impl Row {
    fn value_bytes(&self) -> usize {
        // The two counts of an `Arc` stand before its values.
        size_of_val::<[f64]>(&self.values) + 2 * size_of::<usize>()
    }

    fn value(&self, id: SeriesId) -> Option<f64> {
        self.values.get(id.index()).copied().filter(|value| !value.is_nan())
    }
}

impl Default for MemoryHistory {
    /// Fifteen minutes of seconds.
    fn default() -> Self {
        Self::new(900)
    }
}

impl MemoryHistory {
    /// Room for the last `limit` frames, at least one.
    pub fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), kept: RwLock::default() }
    }

    /// How many frames are there.
    pub fn frame_count(&self) -> usize {
        self.read().rows.len()
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// The rows whose times grow up to the newest, newest first: what bears a later time than a newer row is left out.
    fn right_rows(&self) -> impl Iterator<Item = &Row> {
        let mut next: Option<Timestamp> = None;
        self.rows.iter().rev().filter(move |row| {
            let right = next.is_none_or(|next| row.at < next);
            if right {
                next = Some(row.at);
            }
            right
        })
    }
}

impl Kept {
    /// Takes over another list of series.
    fn know(&mut self, series: &Arc<Vec<Series>>) {
        let before = std::mem::replace(&mut self.known, Arc::clone(series));
        for one in renewed(&before, series) {
            // Whose place it was is gone, unless it has come back at another place.
            if let Some(gone) = before.get(one.id.index())
                && self.places.get(&gone.key).is_some_and(|(id, _)| *id == gone.id)
            {
                self.places.remove(&gone.key);
            }
            self.places.insert(one.key.clone(), (one.id, one.unit));
        }
    }
}

#[async_trait]
impl History for MemoryHistory {
    fn record(&self, frame: &Frame, series: &Arc<Vec<Series>>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.rows.back().is_some_and(|last| last.seq >= frame.seq) {
            return;
        }
        if !Arc::ptr_eq(&kept.known, series) {
            kept.know(series);
        }
        while kept.rows.len() >= self.limit {
            let gone = kept.rows.pop_front().map_or(0, |row| row.value_bytes());
            kept.value_bytes -= gone;
        }
        let row = Row { seq: frame.seq, at: frame.at, values: Arc::clone(&frame.values) };
        kept.value_bytes += row.value_bytes();
        kept.rows.push_back(row);
    }

    async fn query(&self, query: &HistoryQuery) -> Result<HistoryAnswer, HistoryError> {
        check(query)?;
        // Rows are shared, so that the lock is held for the choice alone and not for the arithmetic.
        let (columns, rows) = {
            let kept = self.read();
            let place = |key: &SeriesKey| {
                let (id, unit) = kept.places.get(key).ok_or_else(|| HistoryError::UnknownSeries(key.clone()))?;
                let described = HistorySeries { name: key.name.clone(), labels: key.labels.clone(), unit: *unit };
                Ok((*id, described))
            };
            let columns = query.series.iter().map(place).collect::<Result<Vec<_>, HistoryError>>()?;
            let wanted = kept.right_rows().filter(|row| (query.from..=query.to).contains(&row.at));
            let mut rows: Vec<Row> = wanted.cloned().collect();
            rows.reverse();
            (columns, rows)
        };
        let times: Vec<Timestamp> = rows.iter().map(|row| row.at).collect();
        let runs = buckets(&times, query.points);
        let column =
            |id: SeriesId| runs.iter().map(|run| mean(rows[run.clone()].iter().map(|row| row.value(id)))).collect();
        Ok(HistoryAnswer {
            timestamps: runs.iter().filter_map(|run| mean_time(&times[run.clone()])).collect(),
            values: columns.iter().map(|(id, _)| column(*id)).collect(),
            series: columns.into_iter().map(|(_, described)| described).collect(),
        })
    }

    fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        let kept = self.read();
        let last = kept.rows.back()?.at;
        Some((kept.right_rows().last()?.at, last))
    }

    fn memory_bytes(&self) -> usize {
        // A label's value takes its own allocation; sixteen bytes is the smallest there is.
        const PLACE: usize = size_of::<(SeriesKey, (SeriesId, Unit))>() + 64;
        let kept = self.read();
        kept.value_bytes + kept.rows.capacity() * size_of::<Row>() + kept.places.capacity() * PLACE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{Kind, Topics};

    fn series(count: u32) -> Arc<Vec<Series>> {
        let one = |id: u32| Series {
            id: SeriesId(id),
            key: SeriesKey::new("system.cpu.utilization", [("cpu", id.to_string().as_str()), ("state", "user")]),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        };
        Arc::new((0..count).map(one).collect())
    }

    fn frame(seq: u64, count: u32) -> Frame {
        Frame {
            seq,
            at: Timestamp::from_millis(seq as i64 * 1_000),
            values: (0..count).map(f64::from).collect(),
            totals: Arc::default(),
            sketches: Arc::default(),
            processes: Arc::default(),
        }
    }

    #[test]
    fn fifteen_minutes_of_three_hundred_series_take_no_more_than_2_5_megabytes_however_long_it_runs() {
        let history = MemoryHistory::default();
        let series = series(300);
        for seq in 1..=2_000 {
            history.record(&frame(seq, 300), &series);
        }
        assert_eq!(history.frame_count(), 900);
        assert!((2_160_000..=2_500_000).contains(&history.memory_bytes()), "{} bytes", history.memory_bytes());
    }

    #[tokio::test]
    async fn a_place_that_was_given_to_another_series_answers_for_that_one_alone() {
        let history = MemoryHistory::new(3);
        let named =
            |place: u32, name| Series { id: SeriesId(place), key: SeriesKey::new(name, []), ..series(1)[0].clone() };
        let lists =
            [vec![named(0, "stays"), named(1, "goes")], vec![named(0, "stays"), named(1, "comes"), named(2, "goes")]];
        for (seq, list) in (1..).zip(lists) {
            history.record(&frame(seq, list.len() as u32), &list.into());
        }
        let ask = async |name| {
            let (from, to) = (Timestamp::from_millis(2_000), Timestamp::from_millis(2_000));
            let query = HistoryQuery { series: vec![SeriesKey::new(name, [])], from, to, points: 10 };
            history.query(&query).await.map(|answer| answer.values)
        };
        assert_eq!(ask("comes").await, Ok(vec![vec![Some(1.0)]]));
        assert_eq!(ask("goes").await, Ok(vec![vec![Some(2.0)]]), "it has come back at another place");
    }
}
