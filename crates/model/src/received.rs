//! What is told of other programs that send metrics: who they are, what became of their points, and their series.

use crate::{
    series::{Kind, Labels, SeriesKey, Unit},
    sketch::QUANTILE_LABEL,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Seconds that the recent values of a series reach back.
pub const RECENT_SECONDS: u32 = 300;

/// What is asked of what was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedQuery {
    /// A text that the name or the labels of a series have, as [`labels_in_words`] tells them; every series has the
    /// empty one. Small and capital letters are the same.
    pub filter: String,
    /// At most this many series.
    pub limit: usize,
}

/// Everything that other programs have sent, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedReport {
    /// Points of all senders that were taken since the start.
    pub points: u64,
    /// Points of all senders that were not, by reason; also of those who are listed no longer, or found no place.
    pub refused: Vec<RefusedPoints>,
    /// At most this many senders at once.
    pub senders_limit: usize,
    /// At most this many series of one sender.
    pub series_of_sender_limit: usize,
    /// At most this many series of all senders.
    pub series_limit: usize,
    /// Who sends, by name.
    pub senders: Vec<SenderReport>,
    /// Their series, by name and labels; durations of requests are routes of the API and not among them.
    pub series: Vec<ReceivedSeries>,
    /// Series that there are besides and the filter would find.
    pub series_left_out: usize,
}

/// Points that were not taken, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedPoints {
    /// The reason in a word.
    pub reason: String,
    /// The reason in words for people, and what to do.
    pub why: String,
    /// How many.
    pub points: u64,
}

/// A program that sends: one process of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SenderReport {
    /// `service.name`
    pub service: String,
    /// What tells the process from others of the service, where it says so: `service.instance.id` or `host.name`.
    pub instance: Option<String>,
    /// The language that it is written in, where it says so.
    pub language: Option<String>,
    /// The software development kit with its version, where it says so.
    pub sdk: Option<String>,
    /// Seconds since it has sent something.
    pub heard_seconds_ago: f64,
    /// Its series.
    pub series: usize,
    /// Points that were taken.
    pub points: u64,
    /// The same a second, over the last one to two minutes.
    pub points_per_second: f64,
    /// Points that were not taken, by reason.
    pub refused: Vec<RefusedPoints>,
}

/// A series of other programs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedSeries {
    /// The name of the metric.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Cow<'static, str>,
    /// Its labels.
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::BTreeMap<String, String>))]
    pub labels: Labels,
    /// The unit of its values.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub unit: Unit,
    /// How it behaves: `gauge`, `counter` or `distribution`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: Kind,
    /// The newest value; of a counter, per second; of a distribution, what 95 of 100 values do not exceed.
    pub value: Option<f64>,
    /// Means of the last five minutes, oldest first; nothing where there was no value.
    pub recent: Vec<Option<f64>>,
}

impl ReceivedSeries {
    /// What it is called by.
    pub fn key(&self) -> SeriesKey {
        SeriesKey { name: self.name.clone(), labels: self.labels.clone() }
    }
}

/// The series whose values tell of `key`: itself, and its quantiles where it is a distribution.
pub fn lines(key: &SeriesKey) -> Vec<SeriesKey> {
    let quantile = |quantile: &str| {
        let labels = key.labels.iter().map(|(name, value)| (Cow::Owned(name.to_owned()), value.to_owned()));
        let labels = labels.chain([(Cow::Borrowed(QUANTILE_LABEL), quantile.to_owned())]).collect();
        SeriesKey { name: key.name.clone(), labels }
    };
    if key.labels.get(QUANTILE_LABEL).is_some() {
        return vec![key.clone()];
    }
    std::iter::once(key.clone()).chain(QUANTILES.map(quantile)).collect()
}

/// Labels as people read them and filter by: `queue=mail, service.name=shop`.
pub fn labels_in_words(labels: &Labels) -> String {
    labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// The quantiles that a distribution has series of.
pub const QUANTILES: [&str; 3] = ["0.5", "0.95", "0.99"];
