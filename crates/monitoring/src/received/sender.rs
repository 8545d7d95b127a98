//! One that sends: a process, told from others by the attributes of its resource.

use super::{Outcome, identity::ByIdentity, labels, refusal::Refused, stream::Stream};
use miorai_model::Timestamp;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use std::time::Duration;

/// How many points came a second is told over one to two of these.
const RATED: Duration = Duration::from_mins(1);

/// What a sender tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) service: String,
    pub(super) instance: Option<String>,
    pub(super) language: Option<String>,
    /// Its software development kit with the version.
    pub(super) sdk: Option<String>,
}

impl About {
    /// The sender with these attributes.
    pub(super) fn new(service: &str, instance: Option<&str>, attributes: &[KeyValue]) -> Self {
        let told = |name: &str| labels::find(attributes, name);
        let version = told("telemetry.sdk.version");
        let sdk = told("telemetry.sdk.name").map(|name| match version {
            Some(version) => format!("{name} {version}"),
            None => name,
        });
        Self {
            service: service.to_owned(),
            instance: instance.map(str::to_owned),
            language: told("telemetry.sdk.language"),
            sdk,
        }
    }
}

/// How many points there were at a time.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: Duration,
    points: u64,
}

/// One that sends.
#[derive(Debug)]
pub(super) struct Sender {
    /// Since when all of its series are known.
    pub(super) known: Timestamp,
    pub(super) streams: ByIdentity<Stream>,
    pub(super) about: About,
    /// When it has sent something last.
    pub(super) heard: Duration,
    /// Points that were taken.
    pub(super) points: u64,
    /// Points that were not.
    pub(super) refused: Refused,
    /// The older mark and the newer one.
    marks: [Mark; 2],
}

impl Sender {
    /// One that is met for the first time.
    pub(super) fn new(known: Timestamp, heard: Duration) -> Self {
        let (streams, about, refused) = Default::default();
        let marks = [Mark { at: heard, points: 0 }; 2];
        Self { known, streams, about, heard, points: 0, refused, marks }
    }

    /// Writes down what became of some of its points.
    pub(super) fn settle(&mut self, about: About, outcome: &Outcome, heard: Duration) {
        self.about = about;
        self.heard = heard;
        self.points += outcome.taken;
        self.refused.merge(&outcome.refused);
        if heard.saturating_sub(self.marks[1].at) >= RATED {
            self.marks = [self.marks[1], Mark { at: heard, points: self.points }];
        }
    }

    /// Points taken a second, over the last minute or two. The first points of a sender came at once.
    pub(super) fn points_per_second(&self, now: Duration) -> f64 {
        let Mark { at, points } = self.marks[0];
        let passed = now.saturating_sub(at).max(Duration::from_secs(1));
        (self.points - points) as f64 / passed.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_rate_is_that_of_the_last_minute_or_two() {
        let mut sender = Sender::new(Timestamp::default(), SECOND);
        let outcome = |taken| Outcome { taken, ..Outcome::default() };
        for minute in 0..10_u32 {
            sender.settle(About::default(), &outcome(600), SECOND * (60 * minute + 1));
        }
        let rate = sender.points_per_second(SECOND * (60 * 9 + 1));
        assert!((rate - 10.0).abs() < 0.1, "{rate}");
        // It has stopped, and that shows.
        assert!(sender.points_per_second(SECOND * 60 * 20) < 1.0);
    }
}
