//! The series that a page knows: their newest values, and their past as columns ready to be drawn.
//!
//! Seconds are held for a quarter of an hour. A view that reaches further back, and what it is compared with, have rows of
//! their own ([`past`]) in as many points as can be seen, replaced when another view is asked for: nothing here grows
//! with the length of what is shown.

mod past;
mod rows;
#[cfg(test)]
mod tests;

use self::{past::Past, rows::Rows};
use crate::{
    pages,
    view::{Earlier, View},
};
use miorai_model::{
    Series, SeriesId, SeriesKey, Timestamp,
    digits::sort_short,
    history::HistoryAnswer,
    live::{FrameMessage, Hello},
};
use std::ops::Range;

/// Seconds kept at least; up to twice as many are held before the oldest are dropped.
const KEPT: usize = 1_000;
/// A series without a value in so many seconds has gone.
const RECENT: usize = 30;

/// Columns of values over lists of times. On the server it is filled for one page; in the browser it lives on.
#[derive(Debug, Default)]
pub struct SeriesStore {
    /// The run of the server that numbers of series belong to.
    started_at: Timestamp,
    /// The place of the series with a number of this run.
    slots: Vec<Option<usize>>,
    /// By place.
    series: Vec<Series>,
    /// Places in the order of the keys of their series: looked up by halves, which takes less code than a map.
    sorted: Vec<usize>,
    /// The last seconds.
    live: Rows,
    /// The part of time that charts show, where that reaches further back.
    past: Option<Past>,
    /// What it is compared with, moved to the same times.
    earlier: Option<(Earlier, Past)>,
    /// Whether the server has been asked for the past, and has answered or not.
    settled: bool,
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
            let place = match self.search(&series.key) {
                Ok(at) => self.sorted[at],
                Err(at) => {
                    self.sorted.insert(at, self.series.len());
                    self.series.push(series.clone());
                    self.series.len() - 1
                }
            };
            let index = series.id.index();
            if self.slots.len() <= index {
                self.slots.resize(index + 1, None);
            }
            self.slots[index] = Some(place);
        }
    }

    /// Adds the values of one topic and second. Frames come in the order of their numbers; one whose time is not
    /// later than the newest (the machine's clock was set back) replaces what came after its time.
    pub fn push(&mut self, frame: &FrameMessage) {
        let at = frame.at.as_millis();
        let slots = &self.slots;
        let place = |id: SeriesId| slots.get(id.index()).copied().flatten();
        let values = || frame.values.iter().filter_map(|(id, value)| Some((place(*id)?, *value)));
        self.live.begin(at);
        for (place, value) in values() {
            if let Some(newest) = self.live.newest_mut(place) {
                *newest = value;
            }
        }
        if let Some(past) = &mut self.past {
            past.extend(at, values());
        }
        self.drop_oldest();
    }

    /// Whether the past has come, or will not: until then the server's own drawings tell more.
    pub const fn is_settled(&self) -> bool {
        self.settled
    }

    /// There is no past to wait for.
    pub fn settle(&mut self) {
        self.settled = true;
    }

    /// Adds what the server remembers of a part of time.
    pub fn take(&mut self, past: &pages::Past, answer: &HistoryAnswer) {
        let view = past.view;
        self.settled |= past.earlier.is_none();
        match past.earlier {
            Some(earlier) => {
                let rows = self.rows_of(answer, &answer.values, earlier.millis());
                self.earlier = Some((earlier, Past::new(view, rows, Default::default())));
            }
            None if view.is_live() => self.merge(answer),
            None => {
                let [rows, low, high] =
                    [&answer.values, &answer.min, &answer.max].map(|values| self.rows_of(answer, values, 0));
                let mut past = Past::new(view, rows, [low, high]);
                let since = past.rows.times.last().map_or(0, |last| self.live.times.partition_point(|t| t <= last));
                for row in since..self.live.times.len() {
                    let values =
                        (0..self.series.len()).filter_map(|place| Some((place, *self.live.column(place).get(row)?)));
                    past.extend(self.live.times[row], values);
                }
                self.past = Some(past);
            }
        }
    }

    /// Adds seconds that the server remembers. Values that are already here stay.
    fn merge(&mut self, answer: &HistoryAnswer) {
        self.live.add_times(&answer.timestamps);
        let mut live = std::mem::take(&mut self.live);
        self.fill(&mut live, answer, &answer.values, 0);
        self.live = live;
        self.drop_oldest();
    }

    /// Columns of an answer as rows, each `later` milliseconds after its time.
    fn rows_of(&self, answer: &HistoryAnswer, values: &[Vec<Option<f64>>], later: i64) -> Rows {
        let times = answer.timestamps.iter().map(|time| time.as_millis() + later).collect();
        let mut rows = Rows { times, columns: Vec::new() };
        self.fill(&mut rows, answer, values, later);
        rows
    }

    /// Fills in columns of an answer, at its times moved on by `later` milliseconds.
    fn fill(&self, rows: &mut Rows, answer: &HistoryAnswer, columns: &[Vec<Option<f64>>], later: i64) {
        for (series, values) in answer.series.iter().zip(columns) {
            let key = SeriesKey { name: series.name.clone(), labels: series.labels.clone() };
            if let Some(place) = self.place(&key) {
                let times = answer.timestamps.iter().map(|time| time.as_millis() + later);
                rows.fill(place, times.zip(values).filter_map(|(time, value)| Some((time, (*value)?))));
            }
        }
    }

    /// Where a key stands in `sorted`, or where it would.
    fn search(&self, key: &SeriesKey) -> Result<usize, usize> {
        self.sorted.binary_search_by(|place| self.series[*place].key.cmp(key))
    }

    /// The place of a series.
    fn place(&self, key: &SeriesKey) -> Option<usize> {
        self.search(key).ok().map(|at| self.sorted[at])
    }

    /// When the run of the server began that numbers of series belong to.
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// What there is to draw of a view. Until its own past has come, that is what is known of its time already.
    pub fn rows(&self, view: View) -> Columns<'_> {
        let now = self.live.times.last().copied().unwrap_or_default();
        let within = |rows: &Rows| rows.between(view.bounds(now)).len();
        let rows = match &self.past {
            Some(past) if past.view == view => &past.rows,
            Some(past) if !view.is_live() && within(&past.rows) > within(&self.live) => &past.rows,
            _ => &self.live,
        };
        let bands = self.past.as_ref().filter(|past| std::ptr::eq(rows, &raw const past.rows)).map(|past| &past.bands);
        Columns { store: self, rows, bands }
    }

    /// What a view is compared with, at the times of the view; nothing before it has come.
    pub fn earlier(&self, view: View, earlier: Earlier) -> Option<Columns<'_>> {
        let (_, past) = self.earlier.as_ref().filter(|(of, past)| (*of, past.view) == (earlier, view))?;
        Some(Columns { store: self, rows: &past.rows, bands: None })
    }

    /// The newest value of a series, if the newest frame had one.
    pub fn latest(&self, key: &SeriesKey) -> Option<f64> {
        self.column(key)?.last().copied().filter(|value| !value.is_nan())
    }

    /// Whether a series had a value within the last half minute. One that lacks its value for a second is still there.
    pub fn is_recent(&self, key: &SeriesKey) -> bool {
        self.column(key).is_some_and(|values| values.iter().rev().take(RECENT).any(|value| value.is_finite()))
    }

    /// What a rate adds up to over the seconds that are known, each value standing for the time since the one before.
    pub fn counted(&self, key: &SeriesKey) -> Option<f64> {
        let column = self.column(key)?;
        let steps = self.times().windows(2).zip(column.iter().skip(1));
        let known = steps.filter(|(_, rate)| !rate.is_nan());
        known.map(|(pair, rate)| rate * (pair[1] - pair[0]) as f64 / 1_000.0).reduce(|a, b| a + b)
    }

    /// The times of the seconds that are held.
    pub fn times(&self) -> &[i64] {
        &self.live.times
    }

    /// The values of a series at [`Self::times`], NaN where there is none; empty when there was none at all.
    pub fn column(&self, key: &SeriesKey) -> Option<&[f64]> {
        self.place(key).map(|place| self.live.column(place))
    }

    /// Every series known.
    pub fn series(&self) -> impl Iterator<Item = &Series> {
        self.series.iter()
    }

    /// The values that the label `label` has among the series `name` that have a value now, in natural order.
    pub fn label_values(&self, name: &str, label: &str) -> Vec<String> {
        let mut values: Vec<String> = self
            .series
            .iter()
            .filter(|series| series.key.name == name && self.latest(&series.key).is_some())
            .filter_map(|series| series.key.labels.get(label).map(str::to_owned))
            .collect();
        // Numbers by their size: cpu 2 comes before cpu 10.
        let number = |value: &str| value.parse::<u32>().unwrap_or(u32::MAX);
        sort_short(&mut values, |a, b| number(a).cmp(&number(b)).then_with(|| a.cmp(b)));
        values.dedup();
        values
    }

    fn drop_oldest(&mut self) {
        if self.live.times.len() >= 2 * KEPT {
            self.live.drop_first(self.live.times.len() - KEPT);
            self.forget();
        }
    }

    /// Forgets series that no number leads to any more and that have no value in anything shown.
    fn forget(&mut self) {
        let numbered = |place| self.slots.contains(&Some(place));
        let drawn = |place| self.live.has(place) || self.past.as_ref().is_some_and(|past| past.rows.has(place));
        let keep: Vec<bool> = (0..self.series.len()).map(|place| numbered(place) || drawn(place)).collect();
        if !keep.contains(&false) {
            return;
        }
        let moved = |place: usize| keep[..place].iter().filter(|keep| **keep).count();
        self.sorted.retain(|place| keep[*place]);
        self.sorted.iter_mut().for_each(|place| *place = moved(*place));
        self.slots.iter_mut().flatten().for_each(|place| *place = moved(*place));
        let mut kept = keep.iter();
        self.series.retain(|_| kept.next().copied().unwrap_or_default());
        self.live.retain(&keep);
        // Means begin anew with the next row, and what is compared is asked for again.
        if let Some(past) = &mut self.past {
            past.retain(&keep);
            past.close();
        }
        if let Some((_, past)) = &mut self.earlier {
            past.retain(&keep);
        }
    }
}

/// Columns of one part of time.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    store: &'a SeriesStore,
    rows: &'a Rows,
    bands: Option<&'a [Rows; 2]>,
}

impl<'a> Columns<'a> {
    /// The times of the rows in milliseconds since the epoch, growing.
    pub fn times(self) -> &'a [i64] {
        &self.rows.times
    }

    /// The rows from one moment to another.
    pub fn between(self, bounds: (i64, i64)) -> Range<usize> {
        self.rows.between(bounds)
    }

    /// The values of a series at the times, NaN where there is none; empty when there was none at all.
    pub fn column(self, key: &SeriesKey) -> &'a [f64] {
        self.store.place(key).map_or(&[], |place| self.rows.column(place))
    }

    /// The least and the greatest of what the values of a series stand for, at the times; empty where that is one value.
    pub fn band(self, key: &SeriesKey) -> [&'a [f64]; 2] {
        let place = self.bands.zip(self.store.place(key));
        place.map_or([&[]; 2], |(bands, place)| [bands[0].column(place), bands[1].column(place)])
    }

    /// The greatest of what the value of a series in a row stands for; nothing where that is one value.
    pub fn highest(self, key: &SeriesKey, row: usize) -> Option<f64> {
        self.band(key)[1].get(row).copied().filter(|value| !value.is_nan())
    }

    /// The value of a series in a row.
    pub fn value(self, key: &SeriesKey, row: usize) -> Option<f64> {
        self.column(key).get(row).copied().filter(|value| !value.is_nan())
    }
}
