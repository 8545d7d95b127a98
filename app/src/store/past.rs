//! A part of the past in as many rows as can be seen, and what has come in since.

use super::rows::Rows;
use crate::view::View;
use miorai_charts::decimate::usual_step;

/// Rows held at most; beyond, those that are no longer shown go.
const MOST_ROWS: usize = 2_000;

/// What is known of a view that reaches further back than the seconds that are held.
#[derive(Debug)]
pub(super) struct Past {
    /// The part of time.
    pub(super) view: View,
    pub(super) rows: Rows,
    /// The least and the greatest values that the rows stand for, in rows of the same times.
    pub(super) bands: [Rows; 2],
    /// The time from one row to the next.
    step_ms: i64,
    /// When the newest row began, if it is one of frames.
    began: Option<i64>,
    /// How many values of each series the newest row is the mean of.
    counts: Vec<u32>,
}

impl Past {
    /// The past of a view as the server has answered.
    pub(super) fn new(view: View, rows: Rows, bands: [Rows; 2]) -> Self {
        let step_ms = usual_step(&rows.times).unwrap_or_default().max(1_000);
        Self { view, rows, bands, step_ms, began: None, counts: Vec::new() }
    }

    /// Means and bands.
    fn all(&mut self) -> impl Iterator<Item = &mut Rows> {
        std::iter::once(&mut self.rows).chain(&mut self.bands)
    }

    /// Keeps the series whose place is to be kept.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        self.all().for_each(|rows| rows.retain(keep));
    }

    /// Adds the values of one moment, by the places of their series: the newest row is the mean of what has come in
    /// since it began, and stands at the newest moment, so that lines reach the edge of what is live.
    pub(super) fn extend(&mut self, at: i64, values: impl Iterator<Item = (usize, f64)>) {
        let (from, to) = self.view.bounds(at);
        if at > to || self.rows.times.last().is_some_and(|newest| at < *newest) {
            return;
        }
        let begun = self.began.is_some_and(|began| at - began < self.step_ms);
        if begun {
            self.all().filter_map(|rows| rows.times.last_mut()).for_each(|newest| *newest = at);
        } else {
            self.all().for_each(|rows| rows.begin(at));
            self.began = Some(at);
            self.counts.clear();
        }
        for (place, value) in values.filter(|(_, value)| !value.is_nan()) {
            if self.counts.len() <= place {
                self.counts.resize(place + 1, 0);
            }
            self.counts[place] += 1;
            let count = f64::from(self.counts[place]);
            let first = count < 2.0;
            if let Some(mean) = self.rows.newest_mut(place) {
                *mean = if first { value } else { *mean + (value - *mean) / count };
            }
            for (rows, further) in self.bands.iter_mut().zip([f64::min, f64::max]) {
                if let Some(end) = rows.newest_mut(place) {
                    *end = if first { value } else { further(*end, value) };
                }
            }
        }
        if self.rows.times.len() > MOST_ROWS {
            let gone = self.rows.times.partition_point(|time| *time < from).saturating_sub(1);
            self.all().for_each(|rows| rows.drop_first(gone));
        }
    }

    /// Begins a new row with the next value.
    pub(super) fn close(&mut self) {
        self.began = None;
        self.counts.clear();
    }
}
