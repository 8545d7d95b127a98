//! Columns of values over one list of times.

use miorai_model::Timestamp;
use std::ops::Range;

/// Rows by time, columns by series. A column is as long as `times`, with NaN where there is no value, or empty.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The times of the rows in milliseconds since the epoch, growing.
    pub(super) times: Vec<i64>,
    /// Column by the place of its series. Places beyond have no values.
    pub(super) columns: Vec<Vec<f64>>,
}

impl Rows {
    /// The values of a series; empty when it has none.
    pub(super) fn column(&self, place: usize) -> &[f64] {
        self.columns.get(place).map_or(&[], Vec::as_slice)
    }

    /// Whether a series has a value in any row.
    pub(super) fn has(&self, place: usize) -> bool {
        self.column(place).iter().any(|value| !value.is_nan())
    }

    /// The rows from one moment to another.
    pub(super) fn between(&self, (from, to): (i64, i64)) -> Range<usize> {
        self.times.partition_point(|time| *time < from)..self.times.partition_point(|time| *time <= to)
    }

    /// Begins the row of a time, unless it is there. Rows of later times go: the clock was set back.
    pub(super) fn begin(&mut self, at: i64) {
        let before = self.times.partition_point(|time| *time < at);
        let known = self.times.get(before) == Some(&at);
        let length = before + usize::from(known);
        self.times.truncate(length);
        if !known {
            self.times.push(at);
        }
        for column in self.columns.iter_mut().filter(|column| !column.is_empty()) {
            column.truncate(length);
            column.resize(self.times.len(), f64::NAN);
        }
    }

    /// The newest value of a series, to be changed; nothing while there is no row.
    pub(super) fn newest_mut(&mut self, place: usize) -> Option<&mut f64> {
        let column = self.column_mut(place);
        column.last_mut()
    }

    /// The column of a series in its full length.
    fn column_mut(&mut self, place: usize) -> &mut Vec<f64> {
        if self.columns.len() <= place {
            self.columns.resize_with(place + 1, Vec::new);
        }
        let column = &mut self.columns[place];
        column.resize(self.times.len(), f64::NAN);
        column
    }

    /// Drops the first rows.
    pub(super) fn drop_first(&mut self, rows: usize) {
        self.times.drain(..rows);
        for column in self.columns.iter_mut().filter(|column| !column.is_empty()) {
            column.drain(..rows);
        }
    }

    /// Keeps the columns whose place is to be kept; those behind them move up.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        let mut keep = keep.iter();
        self.columns.retain(|_| keep.next().copied().unwrap_or_default());
    }

    /// Adds rows for more times. Rows that are here stay as they are.
    pub(super) fn add_times(&mut self, times: &[Timestamp]) {
        let all = merged(&self.times, times);
        let places: Vec<usize> = self.times.iter().map(|time| all.partition_point(|other| other < time)).collect();
        for column in self.columns.iter_mut().filter(|column| !column.is_empty()) {
            let mut values = vec![f64::NAN; all.len()];
            for (value, place) in column.iter().zip(&places) {
                values[*place] = *value;
            }
            *column = values;
        }
        self.times = all;
    }

    /// Puts values where there are none, at times that have a row.
    pub(super) fn fill(&mut self, place: usize, values: impl Iterator<Item = (i64, f64)>) {
        self.column_mut(place);
        let (times, column) = (&self.times, &mut self.columns[place]);
        for (time, value) in values {
            if let Ok(row) = times.binary_search(&time)
                && column[row].is_nan()
            {
                column[row] = value;
            }
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
