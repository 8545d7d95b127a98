//! The last minutes of frames.

use super::ring::{Ring, Row};
use crate::{
    gather::{Buckets, Column},
    history::{History, HistoryError, check},
    point::Point,
    wanted::Wanted,
};
use async_trait::async_trait;
use miorai_model::{
    Frame, Kind, Series, SeriesId, Timestamp,
    history::{HistoryAnswer, HistoryQuery},
};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The last frames of one run of the server.
///
/// It keeps the values as the frames bear them, without a copy: a second costs eight bytes a series and a few dozen
/// besides, so that 300 series over fifteen minutes take 2.2 MB. Running totals and tables of processes are not kept.
#[derive(Debug)]
pub struct MemoryHistory {
    kept: RwLock<Ring>,
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
        Self { kept: RwLock::new(Ring::new(limit, limit)) }
    }

    /// How many frames are there.
    pub fn frame_count(&self) -> usize {
        self.read().len()
    }

    /// Room for the last `limit` frames, and for `most` as long as they have not been written down.
    pub(crate) fn holding(limit: usize, most: usize) -> Self {
        Self { kept: RwLock::new(Ring::new(limit, most)) }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Ring> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Ring> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows from one moment to another, both included, oldest first. Rows are shared, so that the lock is held for the
    /// choice alone and not for the arithmetic.
    pub(crate) fn rows(&self, from: Timestamp, to: Timestamp) -> Vec<Row> {
        let ring = self.read();
        let mut rows: Vec<Row> = ring.right_rows().filter(|row| (from..=to).contains(&row.at)).cloned().collect();
        rows.reverse();
        rows
    }
}

/// Adds the values of a series in `rows`, which come in the order of their times.
pub(crate) fn add_rows(column: &mut Column, buckets: &Buckets, rows: &[Row], kind: Kind, id: SeriesId) {
    match kind {
        Kind::Distribution => {
            column.add_sketches(buckets, rows.iter().filter_map(|row| Some((row.at, &**row.sketch(id)?))));
        }
        Kind::Gauge | Kind::Counter => {
            column.add_points(buckets, rows.iter().filter_map(|row| Some((row.at, Point::of(row.value(id)?)))));
        }
    }
}

#[async_trait]
impl History for MemoryHistory {
    fn record(&self, frame: &Frame, series: &Arc<Vec<Series>>) {
        self.write().push(frame, series);
    }

    async fn query(&self, query: &HistoryQuery) -> Result<HistoryAnswer, HistoryError> {
        check(query)?;
        let columns: Vec<Wanted<SeriesId>> = {
            let ring = self.read();
            let wanted = |key| ring.wanted(key).ok_or_else(|| HistoryError::UnknownSeries(key.clone()));
            query.series.iter().map(wanted).collect::<Result<_, _>>()?
        };
        let rows = self.rows(query.from, query.to);
        let buckets = Buckets::new(rows.iter().map(|row| row.at).collect(), query.points);
        let mut answer = HistoryAnswer { timestamps: buckets.timestamps(), ..HistoryAnswer::default() };
        for Wanted { described, of, quantile } in columns {
            let mut column = Column::new(of.kind, &buckets);
            add_rows(&mut column, &buckets, &rows, of.kind, of.id);
            column.answer(&mut answer, described, quantile, query.extremes);
        }
        Ok(answer)
    }

    fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        let ring = self.read();
        let last = ring.newest()?.at;
        Some((ring.right_rows().last()?.at, last))
    }

    fn memory_bytes(&self) -> usize {
        self.read().memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{SeriesKey, Topics, Unit};

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
            let query = HistoryQuery { series: vec![SeriesKey::new(name, [])], from, to, points: 10, extremes: false };
            history.query(&query).await.map(|answer| answer.values)
        };
        assert_eq!(ask("comes").await, Ok(vec![vec![Some(1.0)]]));
        assert_eq!(ask("goes").await, Ok(vec![vec![Some(2.0)]]), "it has come back at another place");
    }
}
