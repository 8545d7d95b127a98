//! How much is taken from those who send, and for how long it is remembered.

use std::time::Duration;

/// The bounds of what is received. What is over them is refused and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most this many senders at once: processes that call themselves by different resources.
    pub senders: usize,
    /// At most this many series of one sender.
    pub series_of_sender: usize,
    /// At most this many series of all senders.
    pub series: usize,
    /// A series that nothing has come for in so long is forgotten, and a sender that has none left with it.
    pub forget_after: Duration,
    /// A point whose time is further back is refused.
    pub oldest: Duration,
    /// A point whose time is further ahead is refused: clocks of machines differ, but not by that much.
    pub ahead: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            senders: 500,
            series_of_sender: 2_000,
            series: 8_000,
            forget_after: Duration::from_mins(5),
            oldest: Duration::from_mins(5),
            ahead: Duration::from_mins(1),
        }
    }
}

/// The longest name of a metric, in bytes: what OpenTelemetry allows an instrument.
pub(super) const NAME: usize = 255;

/// At most this many attributes of a point become labels.
pub(super) const ATTRIBUTES: usize = 32;

/// The longest name of a label, in characters.
pub(super) const LABEL_NAME: usize = 64;

/// The longest value of a label, in characters. What is longer is cut, and ends in `…`.
pub(super) const LABEL_VALUE: usize = 128;

/// At most this many buckets of a histogram: several times what software development kits send.
pub(super) const BUCKETS: usize = 1_024;

/// At most this many quantiles of a summary.
pub(super) const QUANTILES: usize = 32;

/// Larger amounts than this, in either direction, are a mistake: sums of them would not be finite.
pub(super) const LARGEST: f64 = 1e100;

/// More values than this do not come in one point, nor in one of its buckets.
pub(super) const MOST: u64 = 1 << 40;
