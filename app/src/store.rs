//! The series that a page knows: their newest values, and their recent past as columns ready to be drawn.

use miorai_model::{
    Series, SeriesId, SeriesKey, Timestamp,
    digits::sort_short,
    history::HistoryAnswer,
    live::{FrameMessage, Hello},
};
use std::collections::HashMap;

/// Seconds kept at least; up to twice as many are held before the oldest are dropped.
const KEPT: usize = 1_000;

/// Columns of values over one list of times. On the server it is filled for one page; in the browser it lives on.
#[derive(Debug, Default)]
pub struct SeriesStore {
    /// The run of the server that numbers of series belong to.
    started_at: Timestamp,
    /// Where the series with a number of this run stands in `columns`.
    slots: Vec<Option<usize>>,
    by_key: HashMap<SeriesKey, usize>,
    columns: Vec<Column>,
    /// The times of the values, growing.
    times: Vec<i64>,
}

#[derive(Debug)]
struct Column {
    series: Series,
    /// As long as `times`; NaN where there is no value.
    values: Vec<f64>,
}

impl SeriesStore {
    /// Takes up the series that a `hello` announces. Their numbers may differ from those of an earlier run; what is
    /// already known of a series stays with its name.
    pub fn hello(&mut self, hello: &Hello) {
        if self.started_at != hello.started_at {
            self.started_at = hello.started_at;
            self.slots.clear();
        }
        self.announce(&hello.series);
    }

    /// Takes up new series.
    pub fn announce(&mut self, series: &[Series]) {
        for series in series {
            let slot = *self.by_key.entry(series.key.clone()).or_insert_with(|| {
                self.columns.push(Column { series: series.clone(), values: vec![f64::NAN; self.times.len()] });
                self.columns.len() - 1
            });
            let index = series.id.index();
            if self.slots.len() <= index {
                self.slots.resize(index + 1, None);
            }
            self.slots[index] = Some(slot);
        }
    }

    /// Adds the values of one topic and second. Frames come in the order of their numbers; one whose time is not
    /// later than the newest (the machine's clock was set back) replaces what came after its time.
    pub fn push(&mut self, frame: &FrameMessage) {
        let at = frame.at.as_millis();
        let keep = self.times.partition_point(|time| *time < at);
        let known = self.times.get(keep) == Some(&at);
        let length = if known { keep + 1 } else { keep };
        self.times.truncate(length);
        if !known {
            self.times.push(at);
        }
        for column in &mut self.columns {
            column.values.truncate(length);
            column.values.resize(self.times.len(), f64::NAN);
        }
        for (id, value) in &frame.values {
            if let Some(column) = self.column_mut(*id)
                && let Some(newest) = column.values.last_mut()
            {
                *newest = *value;
            }
        }
        self.drop_oldest();
    }

    /// Adds what the server remembers. Values that are already here stay.
    pub fn merge(&mut self, answer: &HistoryAnswer) {
        let times = merged(&self.times, &answer.timestamps);
        let place = |time: i64| times.binary_search(&time).unwrap_or_else(|nearest| nearest);
        let old: Vec<usize> = self.times.iter().map(|time| place(*time)).collect();
        for column in &mut self.columns {
            let mut values = vec![f64::NAN; times.len()];
            for (value, place) in column.values.iter().zip(&old) {
                values[*place] = *value;
            }
            column.values = values;
        }
        for (series, values) in answer.series.iter().zip(&answer.values) {
            let key = SeriesKey { name: series.name.clone(), labels: series.labels.clone() };
            let Some(slot) = self.by_key.get(&key) else { continue };
            let column = &mut self.columns[*slot].values;
            for (time, value) in answer.timestamps.iter().zip(values) {
                let cell = &mut column[place(time.as_millis())];
                if let (true, Some(value)) = (cell.is_nan(), value) {
                    *cell = *value;
                }
            }
        }
        self.times = times;
        self.drop_oldest();
    }

    /// When the run of the server began that numbers of series belong to.
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// The newest value of a series, if the newest frame had one.
    pub fn latest(&self, key: &SeriesKey) -> Option<f64> {
        self.column(key)?.last().copied().filter(|value| !value.is_nan())
    }

    /// The value of a series at the index of [`Self::times`].
    pub fn value_at(&self, key: &SeriesKey, index: usize) -> Option<f64> {
        self.column(key)?.get(index).copied().filter(|value| !value.is_nan())
    }

    /// What a rate adds up to over the times that are known, each value standing for the time since the one before.
    pub fn counted(&self, key: &SeriesKey) -> Option<f64> {
        let column = self.column(key)?;
        let steps = self.times.windows(2).zip(column.iter().skip(1));
        let known = steps.filter(|(_, rate)| !rate.is_nan());
        known.map(|(pair, rate)| rate * (pair[1] - pair[0]) as f64 / 1_000.0).reduce(|a, b| a + b)
    }

    /// The times of all columns.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// The values of a series at [`Self::times`], NaN where there is none.
    pub fn column(&self, key: &SeriesKey) -> Option<&[f64]> {
        self.by_key.get(key).map(|slot| self.columns[*slot].values.as_slice())
    }

    /// Every series known.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.columns.iter().map(|column| &column.series)
    }

    /// The values that the label `label` has among the series `name` that have a value now, in natural order.
    pub fn label_values(&self, name: &str, label: &str) -> Vec<String> {
        let mut values: Vec<String> = self
            .columns
            .iter()
            .filter(|column| column.series.key.name == name)
            .filter(|column| column.values.last().is_some_and(|value| !value.is_nan()))
            .filter_map(|column| column.series.key.labels.get(label).map(str::to_owned))
            .collect();
        // Numbers by their size: cpu 2 comes before cpu 10.
        let number = |value: &str| value.parse::<u32>().unwrap_or(u32::MAX);
        sort_short(&mut values, |a, b| number(a).cmp(&number(b)).then_with(|| a.cmp(b)));
        values.dedup();
        values
    }

    fn column_mut(&mut self, id: SeriesId) -> Option<&mut Column> {
        let slot = (*self.slots.get(id.index())?)?;
        self.columns.get_mut(slot)
    }

    fn drop_oldest(&mut self) {
        if self.times.len() < 2 * KEPT {
            return;
        }
        let surplus = self.times.len() - KEPT;
        self.times.drain(..surplus);
        for column in &mut self.columns {
            column.values.drain(..surplus);
        }
    }
}

/// Both lists of growing times as one.
fn merged(ours: &[i64], theirs: &[Timestamp]) -> Vec<i64> {
    let mut times = Vec::with_capacity(ours.len() + theirs.len());
    let (mut ours, mut theirs) = (ours.iter().copied().peekable(), theirs.iter().map(|t| t.as_millis()).peekable());
    loop {
        let next = match (ours.peek(), theirs.peek()) {
            (Some(a), Some(b)) if b < a => theirs.next(),
            (Some(_), _) => ours.next(),
            (None, _) => theirs.next(),
        };
        match next {
            Some(time) if times.last() == Some(&time) => {}
            Some(time) => times.push(time),
            None => return times,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{Kind, Topic, Topics, Unit, history::HistorySeries, live::PROTOCOL};

    fn key(name: &'static str) -> SeriesKey {
        SeriesKey::new(name, [])
    }

    fn hello(started_at: i64, names: &[&'static str]) -> Hello {
        let series = names
            .iter()
            .enumerate()
            .map(|(id, name)| Series {
                id: SeriesId(id as u32),
                key: key(name),
                unit: Unit::Count,
                kind: Kind::Gauge,
                topics: Topics::NONE,
            })
            .collect();
        let started_at = Timestamp::from_millis(started_at);
        Hello { protocol: PROTOCOL, interval_ms: 1_000, topics: Topics::NONE, series, seq: 0, started_at }
    }

    fn frame(at: i64, values: &[(u32, f64)]) -> FrameMessage {
        let values = values.iter().map(|(id, value)| (SeriesId(*id), *value)).collect();
        FrameMessage { topic: Topic::All, seq: at as u64, at: Timestamp::from_millis(at), values }
    }

    fn answer(name: &'static str, points: &[(i64, f64)]) -> HistoryAnswer {
        HistoryAnswer {
            series: vec![HistorySeries {
                name: name.into(),
                labels: miorai_model::Labels::default(),
                unit: Unit::Count,
            }],
            timestamps: points.iter().map(|(at, _)| Timestamp::from_millis(*at)).collect(),
            values: vec![points.iter().map(|(_, value)| Some(*value)).collect()],
        }
    }

    fn shown(store: &SeriesStore, name: &'static str) -> Vec<(i64, Option<f64>)> {
        let column = store.column(&key(name)).unwrap_or_default();
        store.times().iter().zip(column).map(|(at, value)| (*at, Some(*value).filter(|v| !v.is_nan()))).collect()
    }

    #[test]
    fn frames_of_several_topics_share_a_second() {
        let mut store = SeriesStore::default();
        store.hello(&hello(1, &["a", "b"]));
        store.push(&frame(1_000, &[(0, 1.0)]));
        store.push(&frame(1_000, &[(1, 2.0)]));
        store.push(&frame(2_000, &[(0, 3.0)]));
        assert_eq!(shown(&store, "a"), [(1_000, Some(1.0)), (2_000, Some(3.0))]);
        assert_eq!(shown(&store, "b"), [(1_000, Some(2.0)), (2_000, None)]);
        assert_eq!((store.latest(&key("a")), store.latest(&key("b"))), (Some(3.0), None));
    }

    #[test]
    fn history_fills_what_is_missing_and_changes_nothing_else() {
        let mut store = SeriesStore::default();
        store.hello(&hello(1, &["a"]));
        store.push(&frame(3_000, &[(0, 3.0)]));
        store.merge(&answer("a", &[(1_000, 1.0), (2_000, 2.0), (3_000, 99.0)]));
        assert_eq!(shown(&store, "a"), [(1_000, Some(1.0)), (2_000, Some(2.0)), (3_000, Some(3.0))]);
    }

    #[test]
    fn a_new_run_numbers_series_anew_and_their_past_stays() {
        let mut store = SeriesStore::default();
        store.hello(&hello(1, &["a", "b"]));
        store.push(&frame(1_000, &[(0, 1.0), (1, 10.0)]));
        store.hello(&hello(2, &["b", "a"]));
        store.push(&frame(5_000, &[(0, 11.0), (1, 2.0)]));
        assert_eq!(shown(&store, "a"), [(1_000, Some(1.0)), (5_000, Some(2.0))]);
        assert_eq!(shown(&store, "b"), [(1_000, Some(10.0)), (5_000, Some(11.0))]);
    }

    #[test]
    fn a_clock_set_back_keeps_times_growing() {
        let mut store = SeriesStore::default();
        store.hello(&hello(1, &["a"]));
        for at in [10_000, 11_000, 12_000] {
            store.push(&frame(at, &[(0, at as f64)]));
        }
        store.push(&frame(10_500, &[(0, 1.0)]));
        assert_eq!(shown(&store, "a"), [(10_000, Some(10_000.0)), (10_500, Some(1.0))]);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let mut store = SeriesStore::default();
        store.hello(&hello(1, &["a"]));
        for second in 0..5_000 {
            store.push(&frame(second * 1_000, &[(0, second as f64)]));
        }
        assert!(store.times().len() < 2 * KEPT && store.times().len() >= KEPT);
        assert_eq!(store.latest(&key("a")), Some(4_999.0));
    }

    #[test]
    fn label_values_are_in_natural_order() {
        let mut store = SeriesStore::default();
        let mut hello = hello(1, &[]);
        for (id, cpu) in ["10", "2", "0"].into_iter().enumerate() {
            hello.series.push(Series {
                id: SeriesId(id as u32),
                key: SeriesKey::new("busy", [("cpu", cpu)]),
                unit: Unit::Ratio,
                kind: Kind::Gauge,
                topics: Topics::NONE,
            });
        }
        store.hello(&hello);
        store.push(&frame(1, &[(0, 0.1), (1, 0.2), (2, 0.3)]));
        assert_eq!(store.label_values("busy", "cpu"), ["0", "2", "10"]);
    }
}
