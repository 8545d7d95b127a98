//! Counts in buckets as a sketch.
//!
//! A bucket tells how many values there were between two bounds, not where. They are put evenly over a part of the
//! bucket, the same part of every bucket, and it is chosen so that all values add up to the sum that the sender tells:
//! a sender whose values lie low in their buckets has them low here. So every value is in its bucket, and the mean is
//! right.

use miorai_model::sketch::Sketch;

/// Over how many places the values of a bucket are spread.
const PLACES: u64 = 8;

/// A bucket that is no wider than this share of its upper end is one place: a sketch tells no more apart.
const NARROW: f64 = 0.02;

/// How many values lie between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bucket {
    /// The lower bound.
    pub(super) low: f64,
    /// The upper bound, not below the lower one.
    pub(super) high: f64,
    /// How many.
    pub(super) count: u64,
}

impl Bucket {
    /// This bucket, no wider than all values are known to lie.
    pub(super) fn within(self, least: Option<f64>, most: Option<f64>) -> Self {
        let (low, high) =
            (least.map_or(self.low, |least| least.max(self.low)), most.map_or(self.high, |most| most.min(self.high)));
        if low <= high { Self { low, high, ..self } } else { self }
    }

    fn width(self) -> f64 {
        self.high - self.low
    }

    /// Over how many places its values are spread; at least one.
    fn places(self) -> u64 {
        if self.width() <= self.high.abs() * NARROW { 1 } else { self.count.clamp(1, PLACES) }
    }

    /// The value at a place, when values lie `depth` of their bucket up in the mean.
    fn value(self, place: u64, depth: f64) -> f64 {
        let places = self.places();
        if places == 1 {
            return self.low + self.width() * depth;
        }
        let share = (place as f64 + 0.5) / places as f64;
        let at = if depth <= 0.5 { share * 2.0 * depth } else { 1.0 - (1.0 - share) * 2.0 * (1.0 - depth) };
        self.low + self.width() * at
    }
}

/// Adds the values of all buckets, which add up to `sum` as far as their bounds allow.
pub(super) fn fill(sketch: &mut Sketch, buckets: &[Bucket], sum: Option<f64>) {
    let depth = sum.map_or(0.5, |sum| depth(buckets, sum));
    if let (Some(first), Some(last)) = (buckets.first(), buckets.last()) {
        sketch.make_room(first.value(0, depth), last.value(last.places() - 1, depth));
    }
    for bucket in buckets.iter().filter(|bucket| bucket.count > 0) {
        let places = bucket.places();
        // So many of the values lie before the place `place`: whole numbers that add up.
        let before = |place: u64| (u128::from(bucket.count) * u128::from(place) / u128::from(places)) as u64;
        for place in 0..places {
            sketch.add_many(bucket.value(place, depth), before(place + 1) - before(place));
        }
    }
}

/// How far up their buckets values lie in the mean, from 0 to 1, so that all add up to `sum`.
fn depth(buckets: &[Bucket], sum: f64) -> f64 {
    let (lowest, room) = buckets.iter().fold((0.0, 0.0), |(lowest, room), bucket| {
        let count = bucket.count as f64;
        (lowest + bucket.low * count, room + bucket.width() * count)
    });
    let depth = (sum - lowest) / room;
    if depth.is_finite() { depth.clamp(0.0, 1.0) } else { 0.5 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sketch(buckets: &[Bucket], sum: Option<f64>) -> Sketch {
        let mut sketch = Sketch::new();
        fill(&mut sketch, buckets, sum);
        sketch
    }

    #[test]
    fn a_bucket_is_cut_to_where_values_are_known_to_lie() {
        let bucket = Bucket { low: 1.0, high: 4.0, count: 1 };
        for (least, most, low, high) in [
            (None, None, 1.0, 4.0),
            (Some(2.0), Some(3.0), 2.0, 3.0),
            (Some(0.0), Some(9.0), 1.0, 4.0),
            // A minimum above the bucket is not true.
            (Some(5.0), None, 1.0, 4.0),
        ] {
            let cut = bucket.within(least, most);
            assert_eq!((cut.low, cut.high), (low, high), "{least:?} {most:?}");
        }
    }

    proptest! {
        #[test]
        fn every_quantile_lies_in_its_bucket_and_the_sum_is_right(
            counts in prop::collection::vec(0_u64..2_000, 1..12),
            depth in 0.0_f64..1.0,
        ) {
            let bound = |place: usize| 0.005 * 2_f64.powi(place as i32);
            let buckets: Vec<Bucket> = counts
                .iter()
                .enumerate()
                .map(|(place, count)| Bucket { low: bound(place), high: bound(place + 1), count: *count })
                .collect();
            let total: u64 = counts.iter().sum();
            prop_assume!(total > 0);
            let sum: f64 = buckets.iter().map(|b| (b.low + depth * (b.high - b.low)) * b.count as f64).sum();
            let sketch = sketch(&buckets, Some(sum));
            prop_assert_eq!(sketch.count(), total);
            // Whole numbers of values at eight places: a bucket of few values is not quite even.
            prop_assert!((sketch.sum() - sum).abs() <= sum * 0.1, "{} for {sum}", sketch.sum());
            for quantile in [0.0, 0.1, 0.5, 0.9, 0.99, 1.0] {
                let rank = (quantile * (total - 1) as f64) as u64;
                let mut before = 0;
                let bucket = buckets.iter().find(|bucket| { before += bucket.count; rank < before }).unwrap();
                let value = sketch.quantile(quantile).unwrap();
                prop_assert!(
                    (bucket.low * 0.985..=bucket.high * 1.015).contains(&value),
                    "the {quantile} quantile is {value}, outside of {bucket:?}"
                );
            }
        }
    }
}
