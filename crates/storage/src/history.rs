//! What a store of frames can do.

use async_trait::async_trait;
use miorai_model::{
    Frame, Series, SeriesKey, Timestamp,
    history::{HistoryAnswer, HistoryQuery},
};
use std::sync::Arc;

/// The most series that one question may name.
pub const MAX_SERIES: usize = 1_000;

/// The most points that one question may ask for.
pub const MAX_POINTS: usize = 10_000;

/// The most values that one answer may have: series times points. More would be some dozens of megabytes in memory.
pub const MAX_VALUES: usize = 1_000_000;

/// A store of frames.
///
/// Times in answers always grow. When the machine's clock was set back, the frames that came before and bear later
/// times are left out of answers: of two frames that claim the same time, the one made later is right.
#[async_trait]
pub trait History: Send + Sync {
    /// Takes a frame; `series` are those known when it was made, and the same list as before unless something about it
    /// has changed: there are more, or [others in the places of some](miorai_model::frame::renewed). A frame that is not newer than the last one taken
    /// (by `seq`) changes nothing, so that giving one twice is harmless. It must not wait for anything.
    fn record(&self, frame: &Frame, series: &Arc<Vec<Series>>);

    /// Answers a question. Between the values there is nothing that was not measured: where no frame was made, there
    /// is no point; where a series had no value, there is none. See [`crate::reduction`] for what happens when there
    /// are more frames than points wanted.
    async fn query(&self, query: &HistoryQuery) -> Result<HistoryAnswer, HistoryError>;

    /// The times of the first and the last frame that answers can come from.
    fn extent(&self) -> Option<(Timestamp, Timestamp)>;

    /// About how much memory it holds.
    fn memory_bytes(&self) -> usize;
}

/// Why a question about the past could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// A series is not known. It may come to be known when it first has a value.
    #[error("the series {0} is not known")]
    UnknownSeries(SeriesKey),
    /// No series was named.
    #[error("no series is named: name at least one")]
    NoSeries,
    /// Too many series were named.
    #[error("{asked} series are named, at most {MAX_SERIES} are answered at once")]
    TooManySeries {
        /// How many.
        asked: usize,
    },
    /// The number of points is zero or too large.
    #[error("{asked} points are asked for, 1 to {MAX_POINTS} are possible")]
    Points {
        /// How many.
        asked: usize,
    },
    /// So many points of so many series are more than is answered at once.
    #[error(
        "{points} points of {series} series are {} values, at most {MAX_VALUES} are answered at once: ask for at most {} \
         points, or for fewer series",
        points * series, MAX_VALUES / series.max(&1)
    )]
    TooMuch {
        /// How many series are named.
        series: usize,
        /// How many points are asked for.
        points: usize,
    },
    /// The range ends before it begins.
    #[error("the range ends ({}) before it begins ({})", to.as_millis(), from.as_millis())]
    Reversed {
        /// Its beginning.
        from: Timestamp,
        /// Its end.
        to: Timestamp,
    },
    /// The store cannot be read now.
    #[error("the history cannot be read: {0}")]
    Unavailable(String),
}

/// Refuses what no store answers. Each store asks this first.
pub fn check(query: &HistoryQuery) -> Result<(), HistoryError> {
    match query {
        q if q.series.is_empty() => Err(HistoryError::NoSeries),
        q if q.series.len() > MAX_SERIES => Err(HistoryError::TooManySeries { asked: q.series.len() }),
        q if q.points == 0 || q.points > MAX_POINTS => Err(HistoryError::Points { asked: q.points }),
        q if q.series.len() * q.points > MAX_VALUES => {
            Err(HistoryError::TooMuch { series: q.series.len(), points: q.points })
        }
        q if q.from > q.to => Err(HistoryError::Reversed { from: q.from, to: q.to }),
        _ => Ok(()),
    }
}
