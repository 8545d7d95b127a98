//! Why a point is not taken, and how many were not for which reason.

use std::fmt;

/// Why a point is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    /// Its metric has no name, or one that is longer than OpenTelemetry allows.
    Name,
    /// There is no value in it that is known here.
    NoValue,
    /// A value is not a number, or infinite.
    NotFinite,
    /// What only grows came with a negative amount.
    Negative,
    /// Its time has not come yet.
    Future,
    /// Its time is long ago.
    Past,
    /// A later point of the series has come before it.
    OutOfOrder,
    /// It is not said whether the amount has come since the start or since the last point.
    Temporality,
    /// It has more attributes than become labels.
    Attributes,
    /// It is larger than any that makes sense.
    Size,
    /// Its buckets do not fit their bounds, or are too many.
    Buckets,
    /// A series of this name and these labels measures in another way.
    Kind,
    /// Too many senders.
    Senders,
    /// Too many series of this sender.
    SeriesOfSender,
    /// Too many series of all senders.
    Series,
}

impl Refusal {
    /// Every reason, in the order of their numbers.
    pub const EVERY: [Self; 15] = [
        Self::Name,
        Self::NoValue,
        Self::NotFinite,
        Self::Negative,
        Self::Future,
        Self::Past,
        Self::OutOfOrder,
        Self::Temporality,
        Self::Attributes,
        Self::Size,
        Self::Buckets,
        Self::Kind,
        Self::Senders,
        Self::SeriesOfSender,
        Self::Series,
    ];

    /// The value of the label `reason`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NoValue => "no_value",
            Self::NotFinite => "not_finite",
            Self::Negative => "negative",
            Self::Future => "future",
            Self::Past => "past",
            Self::OutOfOrder => "out_of_order",
            Self::Temporality => "temporality",
            Self::Attributes => "attributes",
            Self::Size => "size",
            Self::Buckets => "buckets",
            Self::Kind => "kind",
            Self::Senders => "senders",
            Self::SeriesOfSender => "series_of_sender",
            Self::Series => "series",
        }
    }

    /// For who has sent it: what is wrong, and what to do where something can be done.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "the name of the metric is empty or longer than 255 bytes",
            Self::NoValue => "there is no value in it",
            Self::NotFinite => "a value is not a number or infinite",
            Self::Negative => "the amount of a monotonic sum is negative",
            Self::Future => "its time has not come yet: compare the clocks",
            Self::Past => "its time is too long ago",
            Self::OutOfOrder => "a later point of the series has come before it",
            Self::Temporality => "its aggregation temporality is neither delta nor cumulative",
            Self::Attributes => "it has more than 32 attributes",
            Self::Size => "it has more than 128 KiB",
            Self::Buckets => "its buckets do not fit their bounds, are more than 1024, or count beyond belief",
            Self::Kind => "the same series is sent as another kind of metric",
            Self::Senders => "there are too many senders: see received.max_senders",
            Self::SeriesOfSender => "this sender has too many series: see received.max_series_per_sender",
            Self::Series => "there are too many series: see received.max_series",
        }
    }
}

/// How many points were refused, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused([u64; Refusal::EVERY.len()]);

impl Refused {
    /// Counts some.
    pub fn add(&mut self, reason: Refusal, points: u64) {
        self.0[reason as usize] += points;
    }

    /// Counts those of `other` too.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// How many for this reason.
    pub const fn of(&self, reason: Refusal) -> u64 {
        self.0[reason as usize]
    }

    /// How many for any reason.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// `3 points were refused: 2 because its time is too long ago; 1 because …`; empty when there are none.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        if total == 0 {
            return Ok(());
        }
        write!(f, "{total} {} refused", if total == 1 { "point was" } else { "points were" })?;
        let mut separator = ": ";
        for reason in Refusal::EVERY.into_iter().filter(|reason| self.of(*reason) > 0) {
            write!(f, "{separator}{} because {}", self.of(reason), reason.words())?;
            separator = "; ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_its_place_as_its_number_and_a_name_of_its_own() {
        for (place, reason) in Refusal::EVERY.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
            let named = Refusal::EVERY.iter().filter(|other| other.name() == reason.name()).count();
            assert_eq!(named, 1, "{}", reason.name());
        }
    }

    #[test]
    fn who_has_sent_them_is_told_how_many_and_why() {
        let mut refused = Refused::default();
        assert_eq!(refused.to_string(), "");
        refused.add(Refusal::Past, 2);
        assert_eq!(refused.to_string(), "2 points were refused: 2 because its time is too long ago");
        refused.add(Refusal::Negative, 1);
        assert!(refused.to_string().starts_with("3 points were refused: 1 because the amount"), "{refused}");
    }
}
