//! What a chart looks like, and what it shows.

use miorai_model::{Kind, Unit};

/// How a chart is drawn. It holds no values, so that one description serves every second.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSpec {
    /// Tells it from others of the page: letters, digits and hyphens.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The unit of its values.
    pub unit: Unit,
    /// Whether its values are rates per second.
    pub kind: Kind,
    /// Its lines, in the order of the columns of a view.
    pub lines: Vec<Line>,
    /// The extent of its vertical axis.
    pub y: YScale,
    /// Whether its lines lie one upon the other.
    pub stacking: Stacking,
    /// Dashed lines at limits.
    pub thresholds: Vec<Threshold>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name in the legend.
    pub label: String,
    /// The number of its colour, 0 to 7.
    pub colour: u8,
    /// Whether the area below is filled.
    pub fill: Fill,
}

/// Whether the area below a line is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// A bare line.
    None,
    /// The area down to zero, or to the line below when they are stacked.
    Below,
}

/// How several lines lie in one chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stacking {
    /// Each by itself.
    Apart,
    /// Each upon the sum of those before it.
    Stacked,
}

/// The extent of the vertical axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum YScale {
    /// From zero (or the lowest value, when that is below) to a round number above the highest value shown.
    Auto,
    /// Always the same.
    Fixed {
        /// The lower end.
        min: f64,
        /// The upper end.
        max: f64,
    },
}

/// A limit to be seen in the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// Where it lies.
    pub value: f64,
    /// What it is, in a few words.
    pub label: String,
}

/// What a chart shows: columns of values over one list of times.
#[derive(Clone, Copy, Debug)]
pub struct ChartView<'a> {
    /// Milliseconds since the epoch, growing.
    pub times: &'a [i64],
    /// A column for each line, as long as `times`; NaN where there is no value. An empty column is not drawn.
    pub columns: &'a [&'a [f64]],
    /// The least and the greatest of what each point of a line stands for, in the order of the lines: a band around each,
    /// unless lines are stacked. Columns like those of the lines; empty where a point stands for one value.
    pub bands: &'a [[&'a [f64]; 2]],
    /// What it is compared with, moved to the same times: dashed lines behind the others. Where lines are stacked, their
    /// sum is one.
    pub earlier: Option<&'a ChartView<'a>>,
}

impl<'a> ChartView<'a> {
    /// Lines alone.
    pub const fn new(times: &'a [i64], columns: &'a [&'a [f64]]) -> Self {
        Self { times, columns, bands: &[], earlier: None }
    }
}

/// First and last moment shown, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    /// The first.
    pub from_ms: i64,
    /// The last.
    pub to_ms: i64,
}

impl TimeRange {
    /// Its length in milliseconds, at least one.
    pub fn length_ms(self) -> i64 {
        self.to_ms.saturating_sub(self.from_ms).max(1)
    }

    /// Where `times` lie in it: from the last one at or before its beginning to the first one at or after its end, so
    /// that lines reach both edges.
    pub(crate) fn places(self, times: &[i64]) -> std::ops::Range<usize> {
        let first = times.partition_point(|time| *time < self.from_ms).saturating_sub(1);
        let end = times.partition_point(|time| *time <= self.to_ms);
        first..(end + 1).min(times.len())
    }
}
