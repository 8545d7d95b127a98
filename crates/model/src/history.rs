//! What may be asked of the past, and the answer.

use crate::{
    series::{Labels, SeriesKey, Unit},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A question about the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuery {
    /// The series wanted, in the order of the answer's columns.
    pub series: Vec<SeriesKey>,
    /// The first moment wanted.
    pub from: Timestamp,
    /// The last moment wanted.
    pub to: Timestamp,
    /// At most this many points; neighbouring seconds are averaged to get there.
    pub points: usize,
    /// Whether the least and the greatest of the values that a point stands for are wanted with their mean.
    pub extremes: bool,
}

/// Values of several series at the same times, as columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HistoryAnswer {
    /// What the columns hold.
    pub series: Vec<HistorySeries>,
    /// The times of the points, in milliseconds since the epoch, growing.
    pub timestamps: Vec<Timestamp>,
    /// A column for each series: a value for each time, nothing where there was none.
    pub values: Vec<Vec<Option<f64>>>,
    /// The least of the values that each point stands for, as columns like those of `values`; without columns when extremes
    /// were not asked for. A column is empty when each point stands for one value, and for quantiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub min: Vec<Vec<Option<f64>>>,
    /// The greatest ones, in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub max: Vec<Vec<Option<f64>>>,
}

impl HistoryAnswer {
    /// Every value that it tells.
    pub fn numbers_mut(&mut self) -> impl Iterator<Item = &mut f64> {
        let columns = self.values.iter_mut().chain(&mut self.min).chain(&mut self.max);
        columns.flatten().flatten()
    }
}

/// One column of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistorySeries {
    /// The name of the series.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Cow<'static, str>,
    /// Its labels.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub labels: Labels,
    /// The unit of its values; of a counter's values, per second.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub unit: Unit,
}
