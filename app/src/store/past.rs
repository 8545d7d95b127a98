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
    /// The time from one row to the next.
    step_ms: i64,
    /// When the newest row began, if it is one of frames.
    began: Option<i64>,
    /// How many values of each series the newest row is the mean of.
    counts: Vec<u32>,
}

impl Past {
    /// The past of a view as the server has answered.
    pub(super) fn new(view: View, rows: Rows) -> Self {
        let step_ms = usual_step(&rows.times).unwrap_or_default().max(1_000);
        Self { view, rows, step_ms, began: None, counts: Vec::new() }
    }

    /// Adds the values of one moment, by the places of their series: the newest row is the mean of what has come in
    /// since it began, and stands at the newest moment, so that lines reach the edge of what is live.
    pub(super) fn extend(&mut self, at: i64, values: impl Iterator<Item = (usize, f64)>) {
        let (from, to) = self.view.bounds(at);
        if at > to || self.rows.times.last().is_some_and(|newest| at < *newest) {
            return;
        }
        let begun = self.began.is_some_and(|began| at - began < self.step_ms);
        if let Some(newest) = self.rows.times.last_mut().filter(|_| begun) {
            *newest = at;
        } else {
            self.rows.begin(at);
            self.began = Some(at);
            self.counts.clear();
        }
        for (place, value) in values.filter(|(_, value)| !value.is_nan()) {
            if self.counts.len() <= place {
                self.counts.resize(place + 1, 0);
            }
            self.counts[place] += 1;
            let count = f64::from(self.counts[place]);
            if let Some(mean) = self.rows.newest_mut(place) {
                *mean = if count > 1.0 { *mean + (value - *mean) / count } else { value };
            }
        }
        if self.rows.times.len() > MOST_ROWS {
            let gone = self.rows.times.partition_point(|time| *time < from).saturating_sub(1);
            self.rows.drop_first(gone);
        }
    }

    /// Begins a new row with the next value.
    pub(super) fn close(&mut self) {
        self.began = None;
        self.counts.clear();
    }
}
