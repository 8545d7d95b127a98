//! Histograms whose buckets grow by a factor: bucket `i` of scale `s` holds what lies above `b^i` and up to `b^(i+1)`,
//! where `b` is 2 to the power of 2 to the power of `-s`
//! (<https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram>).

use super::{
    buckets::Bucket,
    cumulative::{Buckets, Since, Told},
    limits::{BUCKETS, LARGEST, MOST},
    refusal::Refusal,
    stream::Times,
};
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, exponential_histogram_data_point::Buckets as Side,
};
use std::collections::BTreeMap;

/// The scales there are: beyond them neighbouring bounds are the same number, or none at all.
const SCALES: std::ops::RangeInclusive<i32> = -10..=20;

/// How many values each bucket has, by its number, of one scale.
type Counts = BTreeMap<i64, u64>;

/// What a point of an exponential histogram tells, and so what the last one of a cumulative one has told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Exponential {
    scale: i32,
    zeros: u64,
    above: Counts,
    below: Counts,
}

impl Exponential {
    fn read(point: &ExponentialHistogramDataPoint) -> Self {
        Self {
            scale: point.scale,
            zeros: point.zero_count,
            above: counts(point.positive.as_ref()),
            below: counts(point.negative.as_ref()),
        }
    }

    /// The same in the wider buckets of a smaller scale: so a sender widens them when its values spread.
    fn at_scale(&self, scale: i32) -> Self {
        let shift = (self.scale - scale).clamp(0, 63);
        let widened = |counts: &Counts| {
            counts.iter().fold(Counts::new(), |mut wide, (place, count)| {
                *wide.entry(place >> shift).or_default() += count;
                wide
            })
        };
        Self { scale, zeros: self.zeros, above: widened(&self.above), below: widened(&self.below) }
    }

    /// What there is in this one and was not in `before`; nothing when something has become less.
    fn since(&self, before: &Self) -> Option<Self> {
        let less = |now: &Counts, before: &Counts| -> Option<Counts> {
            let is_there = |place| now.contains_key(place);
            if !before.iter().all(|(place, count)| *count == 0 || is_there(place)) {
                return None;
            }
            let came = |(place, count): (&i64, &u64)| {
                count.checked_sub(before.get(place).copied().unwrap_or_default()).map(|came| (*place, came))
            };
            now.iter().map(came).collect()
        };
        Some(Self {
            scale: self.scale,
            zeros: self.zeros.checked_sub(before.zeros)?,
            above: less(&self.above, &before.above)?,
            below: less(&self.below, &before.below)?,
        })
    }

    fn add_buckets(&self, point: &ExponentialHistogramDataPoint, buckets: &mut Vec<Bucket>) {
        let nearly_zero = point.zero_threshold;
        let [min, max] = [point.min, point.max].map(|end| end.filter(|end| end.abs() <= LARGEST));
        let lowest = if self.below.is_empty() { 0.0 } else { -nearly_zero };
        let zeros = Bucket { low: lowest, high: nearly_zero, count: self.zeros };
        let ends = |place: &i64| (bound(*place, self.scale), bound(*place + 1, self.scale));
        let above = self.above.iter().map(|(place, count)| {
            let (low, high) = ends(place);
            Bucket { low, high, count: *count }
        });
        let below = self.below.iter().map(|(place, count)| {
            let (low, high) = ends(place);
            Bucket { low: -high, high: -low, count: *count }
        });
        let there = |bucket: &Bucket| bucket.count > 0;
        buckets.extend(below.chain([zeros]).chain(above).filter(there).map(|bucket| bucket.within(min, max)));
    }
}

impl Buckets for Exponential {
    type Point = ExponentialHistogramDataPoint;

    fn told(point: &ExponentialHistogramDataPoint) -> Told {
        let times = Times { start: point.start_time_unix_nano, taken: point.time_unix_nano };
        Told { times, flags: point.flags, count: point.count, sum: point.sum }
    }

    fn check(point: &ExponentialHistogramDataPoint) -> Result<(), Refusal> {
        let sides = [&point.positive, &point.negative].into_iter().flatten();
        let few =
            |side: &Side| side.bucket_counts.len() <= BUCKETS && side.bucket_counts.iter().all(|count| *count <= MOST);
        if !sides.clone().all(few) || point.zero_count > MOST || !SCALES.contains(&point.scale) {
            return Err(Refusal::Buckets);
        }
        let outermost = sides.map(|side| bound(i64::from(side.offset) + side.bucket_counts.len() as i64, point.scale));
        let sound = |end: f64| (0.0..=LARGEST).contains(&end);
        if outermost.chain([point.zero_threshold]).all(sound) { Ok(()) } else { Err(Refusal::NotFinite) }
    }

    fn of(point: &ExponentialHistogramDataPoint, buckets: &mut Vec<Bucket>) {
        Self::read(point).add_buckets(point, buckets);
    }

    fn increase(&mut self, point: &ExponentialHistogramDataPoint, since: Since, buckets: &mut Vec<Bucket>) {
        let now = Self::read(point);
        // Of two scales the smaller one can tell both.
        let came = match since {
            Since::Unknown => None,
            Since::Before if now.scale <= self.scale => {
                now.since(&self.at_scale(now.scale)).or_else(|| Some(now.clone()))
            }
            Since::Before | Since::Start => Some(now.clone()),
        };
        *self = now;
        if let Some(came) = came {
            came.add_buckets(point, buckets);
        }
    }
}

/// The lower end of the bucket `place`.
fn bound(place: i64, scale: i32) -> f64 {
    (place as f64 * f64::from(-scale).exp2()).exp2()
}

fn counts(buckets: Option<&Side>) -> Counts {
    let Some(buckets) = buckets else { return Counts::new() };
    let places = i64::from(buckets.offset)..;
    places.zip(buckets.bucket_counts.iter().copied()).filter(|(_, count)| *count > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::received::buckets::fill;
    use miorai_model::sketch::Sketch;
    use proptest::prelude::*;

    fn of(point: &ExponentialHistogramDataPoint) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        Exponential::of(point, &mut buckets);
        buckets
    }

    fn increase(state: &mut Exponential, point: &ExponentialHistogramDataPoint, since: Since) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        state.increase(point, since, &mut buckets);
        buckets
    }

    /// A point as a software development kit makes it of values, by the formula of the specification.
    fn point(scale: i32, values: &[f64]) -> ExponentialHistogramDataPoint {
        let place = |value: f64| (value.ln() / std::f64::consts::LN_2 * f64::from(scale).exp2()).ceil() as i32 - 1;
        let mut counts = BTreeMap::<i32, u64>::new();
        for value in values {
            *counts.entry(place(*value)).or_default() += 1;
        }
        let (first, last) = match (counts.keys().next(), counts.keys().next_back()) {
            (Some(first), Some(last)) => (*first, *last),
            _ => (0, -1),
        };
        let bucket_counts = (first..=last).map(|place| counts.get(&place).copied().unwrap_or_default()).collect();
        ExponentialHistogramDataPoint {
            count: values.len() as u64,
            sum: Some(values.iter().sum()),
            scale,
            positive: Some(Side { offset: first, bucket_counts }),
            ..ExponentialHistogramDataPoint::default()
        }
    }

    fn total(buckets: &[Bucket]) -> u64 {
        buckets.iter().map(|bucket| bucket.count).sum()
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let with = |change: fn(&mut ExponentialHistogramDataPoint)| {
            let mut point = point(5, &[1.5, 3.0]);
            change(&mut point);
            Exponential::check(&point)
        };
        assert_eq!(with(|_| {}), Ok(()));
        assert_eq!(with(|point| point.scale = 21), Err(Refusal::Buckets));
        assert_eq!(with(|point| point.scale = i32::MIN), Err(Refusal::Buckets));
        assert_eq!(with(|point| point.zero_threshold = f64::NAN), Err(Refusal::NotFinite));
        assert_eq!(with(|point| point.positive.as_mut().unwrap().offset = i32::MAX), Err(Refusal::NotFinite));
        let many = |point: &mut ExponentialHistogramDataPoint| {
            point.negative = Some(Side { offset: i32::MIN, bucket_counts: vec![1; BUCKETS + 1] });
        };
        assert_eq!(with(many), Err(Refusal::Buckets));
    }

    #[test]
    fn zeros_and_what_is_below_zero_are_told() {
        let mut one = point(0, &[1.5]);
        one.zero_count = 2;
        one.zero_threshold = 0.001;
        one.negative = Some(Side { offset: 1, bucket_counts: vec![3] });
        let told: Vec<_> = of(&one).iter().map(|b| (b.low, b.high, b.count)).collect();
        assert_eq!(told, [(-4.0, -2.0, 3), (-0.001, 0.001, 2), (1.0, 2.0, 1)]);
    }

    proptest! {
        #[test]
        fn what_has_come_is_found_also_when_the_sender_widens_its_buckets(
            first in prop::collection::vec(0.001_f64..100.0, 1..60),
            second in prop::collection::vec(0.001_f64..10_000.0, 1..60),
            narrow in 0_i32..8,
            wider in 0_i32..5,
        ) {
            let mut state = Exponential::default();
            increase(&mut state, &point(narrow, &first), Since::Start);
            let all: Vec<f64> = first.iter().chain(&second).copied().collect();
            let buckets = increase(&mut state, &point(narrow - wider, &all), Since::Before);
            prop_assert_eq!(total(&buckets), second.len() as u64);
        }

        #[test]
        fn quantiles_are_as_exact_as_the_senders_buckets(mut values in prop::collection::vec(0.001_f64..10.0, 10..300)) {
            let mut sketch = Sketch::new();
            let point = point(6, &values);
            fill(&mut sketch, &of(&point), point.sum);
            values.sort_by(f64::total_cmp);
            for q in [0.5, 0.95, 0.99] {
                let exact = values[(q * (values.len() - 1) as f64) as usize];
                let told = sketch.quantile(q).unwrap();
                // Buckets of 1.1 %, and a sketch of 1 %.
                prop_assert!((told - exact).abs() <= exact * 0.025, "{told} for {exact}");
            }
        }

        #[test]
        fn any_point_is_refused_or_told_without_a_panic(
            scale in -12_i32..24,
            offset in any::<i32>(),
            counts in prop::collection::vec(any::<u64>(), 0..50),
            zero_count in any::<u64>(),
            min in any::<f64>(),
        ) {
            let mut point = point(scale, &[]);
            point.zero_count = zero_count;
            point.min = Some(min);
            point.positive = Some(Side { offset, bucket_counts: counts });
            if Exponential::check(&point).is_ok() {
                let mut sketch = Sketch::new();
                fill(&mut sketch, &of(&point), None);
            }
        }
    }
}
