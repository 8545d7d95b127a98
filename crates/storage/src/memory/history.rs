//! The last minutes of frames.

use crate::{
    history::{History, HistoryError, check},
    reduction::{buckets, mean, mean_time},
};
use async_trait::async_trait;
use miorai_model::{
    Frame, Series, SeriesId, SeriesKey, Timestamp, Unit,
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

    /// The frames after number `seq` that are still there, oldest first: for clients that come back. They bear
    /// neither totals nor processes.
    pub fn frames_since(&self, seq: u64) -> Vec<Frame> {
        let kept = self.read();
        let begin = kept.rows.partition_point(|row| row.seq <= seq);
        let totals: Arc<[f64]> = Arc::default();
        let processes = Arc::default();
        let frame = |row: &Row| Frame {
            seq: row.seq,
            at: row.at,
            values: Arc::clone(&row.values),
            totals: Arc::clone(&totals),
            processes: Arc::clone(&processes),
        };
        kept.rows.range(begin..).map(frame).collect()
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

#[async_trait]
impl History for MemoryHistory {
    fn record(&self, frame: &Frame, series: &[Series]) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.rows.back().is_some_and(|last| last.seq >= frame.seq) {
            return;
        }
        let known = kept.places.len();
        for one in series.get(known..).unwrap_or_default() {
            kept.places.insert(one.key.clone(), (one.id, one.unit));
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

    fn series(count: u32) -> Vec<Series> {
        let one = |id: u32| Series {
            id: SeriesId(id),
            key: SeriesKey::new("system.cpu.utilization", [("cpu", id.to_string().as_str()), ("state", "user")]),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        };
        (0..count).map(one).collect()
    }

    fn frame(seq: u64, count: u32) -> Frame {
        Frame {
            seq,
            at: Timestamp::from_millis(seq as i64 * 1_000),
            values: (0..count).map(f64::from).collect(),
            totals: Arc::default(),
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

    #[test]
    fn frames_are_handed_out_from_the_one_after_the_number_given() {
        let history = MemoryHistory::new(3);
        for seq in 1..=5 {
            history.record(&frame(seq, 1), &series(1));
        }
        for (since, expected) in [(0, vec![3, 4, 5]), (3, vec![4, 5]), (5, vec![]), (99, vec![])] {
            let numbers: Vec<u64> = history.frames_since(since).iter().map(|frame| frame.seq).collect();
            assert_eq!(numbers, expected, "since {since}");
        }
    }
}
