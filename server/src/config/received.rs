//! The section `[received]`: what other programs send of themselves.

use miorai_monitoring::received::Limits;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is taken from programs that send metrics to `/v1/metrics`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Received {
    /// Whether programs on other machines may send. Nobody has to sign in yet.
    pub from_other_machines: bool,
    /// The largest body, packed or unpacked.
    pub max_body_bytes: usize,
    /// At most this many programs at once.
    pub max_senders: usize,
    /// At most this many series of one program.
    pub max_series_per_sender: usize,
    /// At most this many series of all programs. A histogram takes four places of `sampling.max_series`, others one.
    pub max_series: usize,
    /// How long a series is shown that nothing comes for any more.
    #[serde(with = "humantime_serde")]
    pub forget_after: Duration,
}

impl Default for Received {
    fn default() -> Self {
        let of = Limits::default();
        Self {
            from_other_machines: false,
            max_body_bytes: 8 * 1_024 * 1_024,
            max_senders: of.senders,
            max_series_per_sender: of.series_of_sender,
            max_series: of.series,
            forget_after: of.forget_after,
        }
    }
}

impl Received {
    /// As the monitoring takes them.
    pub fn limits(&self) -> Limits {
        Limits {
            senders: self.max_senders,
            series_of_sender: self.max_series_per_sender,
            series: self.max_series,
            forget_after: self.forget_after,
            ..Limits::default()
        }
    }
}
