//! What has come with a point whose value counts from the start of its sender.

use super::{buckets::Bucket, refusal::Refusal, stream::Times};

/// Since when a cumulative point's value is new to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// Nobody knows: the sender counted long before we heard of it. The value is where we begin.
    Unknown,
    /// Since the sender started: all of it.
    Start,
    /// Since the point before.
    Before,
}

/// The last value of a running total.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Total(f64);

impl Total {
    /// What has come with this value; nothing when that is not known. A value below the one before has started anew.
    pub(super) fn increase(&mut self, value: f64, since: Since) -> Option<f64> {
        let before = std::mem::replace(&mut self.0, value);
        match since {
            Since::Before if value >= before => Some(value - before),
            Since::Before | Since::Start => Some(value),
            Since::Unknown => None,
        }
    }
}

/// A kind of histogram: what a point of it tells, and what is remembered of the last one.
pub(super) trait Buckets: Default {
    /// The points of that kind.
    type Point;

    /// What every kind tells.
    fn told(point: &Self::Point) -> Told;

    /// Whether the buckets of a point make sense.
    fn check(point: &Self::Point) -> Result<(), Refusal>;

    /// Adds the buckets of a delta point, which has been checked.
    fn of(point: &Self::Point, buckets: &mut Vec<Bucket>);

    /// Adds the buckets of what has come with a cumulative point, which has been checked; none when that is not known.
    fn increase(&mut self, point: &Self::Point, since: Since, buckets: &mut Vec<Bucket>);
}

/// What a point of a histogram tells, of whatever kind it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) times: Times,
    pub(super) flags: u32,
    pub(super) count: u64,
    pub(super) sum: Option<f64>,
}

/// The last point of a cumulative histogram.
#[derive(Debug, Default)]
pub(super) struct Histogram<B> {
    buckets: B,
    sum: Total,
    count: u64,
}

impl<B: Buckets> Histogram<B> {
    /// Adds the buckets of what has come with a point, which has been checked, and gives their sum.
    pub(super) fn increase(
        &mut self,
        point: &B::Point,
        told: &Told,
        since: Since,
        buckets: &mut Vec<Bucket>,
    ) -> Option<f64> {
        // Fewer values than before: it has started anew, and everything in it has.
        let since = if since == Since::Before && told.count < self.count { Since::Start } else { since };
        self.count = told.count;
        let sum = told.sum.and_then(|sum| self.sum.increase(sum, since));
        self.buckets.increase(point, since, buckets);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_total_begins_where_it_is_first_seen_unless_its_sender_has_just_started() {
        let mut total = Total::default();
        assert_eq!(total.increase(100.0, Since::Unknown), None);
        assert_eq!(total.increase(130.0, Since::Before), Some(30.0));
        assert_eq!(total.increase(5.0, Since::Before), Some(5.0), "it has started anew");
        assert_eq!(total.increase(8.0, Since::Start), Some(8.0), "it says that it has");
    }

    proptest! {
        #[test]
        fn what_has_come_adds_up_whatever_resets_there_are(
            steps in prop::collection::vec((0_u32..1_000, prop::bool::weighted(0.1)), 1..100),
        ) {
            let (mut total, mut shown, mut sum, mut sent) = (Total::default(), 0.0, 0.0, 0.0);
            total.increase(0.0, Since::Unknown);
            for (amount, restarts) in steps {
                let amount = f64::from(amount);
                shown = if restarts { amount } else { shown + amount };
                let since = if restarts { Since::Start } else { Since::Before };
                sum += total.increase(shown, since).unwrap();
                sent += amount;
            }
            prop_assert!((sum - sent).abs() < f64::EPSILON, "{} instead of {}", sum, sent);
        }
    }
}
