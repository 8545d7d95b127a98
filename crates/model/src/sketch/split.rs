//! A part of a sketch's values, when they are to be told in several steps.

use super::{Sketch, bins::Bins, middle};

/// Where values stand that are told apart: below zero, at zero, above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Below(i32),
    Zero,
    Above(i32),
}

impl Place {
    /// The value by which they are told.
    fn value(self) -> f64 {
        match self {
            Self::Below(bin) => -middle(bin),
            Self::Zero => 0.0,
            Self::Above(bin) => middle(bin),
        }
    }
}

impl Sketch {
    /// Takes `count` of the values out, or all when there are no more: evenly from the smallest to the largest, so that
    /// what is taken and what stays have the quantiles that all had. Merged again they are what was there before: no
    /// value is lost or told twice.
    #[must_use]
    pub fn take(&mut self, count: u64) -> Self {
        if count >= self.count() {
            return std::mem::take(self);
        }
        if count == 0 {
            return Self::new();
        }
        let (mut taken, mut left) = (Side::default(), Side::default());
        let (all, mut passed) = (u128::from(self.count()), 0_u128);
        // So many of the first values are taken: rounded, so that a single one is the one in the middle.
        let before = |passed: u128| ((passed * u128::from(count) + all / 2) / all) as u64;
        for (place, there) in self.places() {
            let from = before(passed);
            passed += u128::from(there);
            let more = before(passed).saturating_sub(from).min(there);
            taken.add(place, more);
            left.add(place, there - more);
        }
        let share = taken.about / (taken.about + left.about);
        let sum = self.sum * if share.is_finite() { share } else { 0.5 };
        let taken = taken.of(self, sum);
        *self = left.of(self, self.sum - sum);
        taken
    }

    /// The places that have values, the lowest first, with their counts.
    fn places(&self) -> Vec<(Place, u64)> {
        let below = self.below.used().rev().map(|(bin, count)| (Place::Below(bin), count));
        let above = self.above.used().map(|(bin, count)| (Place::Above(bin), count));
        below.chain((self.zeros > 0).then_some((Place::Zero, self.zeros))).chain(above).collect()
    }
}

/// One of the two that a sketch becomes.
#[derive(Default)]
struct Side {
    above: Bins,
    below: Bins,
    zeros: u64,
    /// What its values add up to, as far as their places tell.
    about: f64,
    ends: Option<(Place, Place)>,
}

impl Side {
    fn add(&mut self, place: Place, count: u64) {
        if count == 0 {
            return;
        }
        match place {
            Place::Below(bin) => self.below.add(bin, count),
            Place::Zero => self.zeros += count,
            Place::Above(bin) => self.above.add(bin, count),
        }
        self.about += place.value() * count as f64;
        self.ends = Some((self.ends.map_or(place, |(first, _)| first), place));
    }

    /// The sketch of this side of `whole`. Who has values where the smallest is has the smallest.
    fn of(self, whole: &Sketch, sum: f64) -> Sketch {
        let Self { above, below, zeros, ends, .. } = self;
        let places = whole.places();
        let (lowest, highest) = (places.first().map(|(place, _)| *place), places.last().map(|(place, _)| *place));
        let Some((first, last)) = ends else { return Sketch::new() };
        let within = |place: Place| place.value().clamp(whole.min, whole.max);
        let min = if Some(first) == lowest { whole.min } else { within(first) };
        let max = if Some(last) == highest { whole.max } else { within(last) };
        Sketch { above, below, zeros, min, max, sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::new();
        for value in values {
            sketch.add(*value);
        }
        sketch
    }

    #[test]
    fn a_single_value_is_one_of_the_middle() {
        let mut sketch = of(&[1.0, 10.0, 100.0]);
        let one = sketch.take(1);
        assert_eq!((one.count(), sketch.count()), (1, 2));
        assert!((one.quantile(0.5).unwrap() - 10.0).abs() < 0.1, "{one:?}");
        assert_eq!((sketch.min(), sketch.max()), (Some(1.0), Some(100.0)));
    }

    proptest! {
        #[test]
        fn parts_together_are_the_whole(
            values in prop::collection::vec(prop_oneof![Just(0.0), -1e3_f64..1e3, 1e-6_f64..1e4], 1..300),
            steps in prop::collection::vec(0_u64..40, 0..30),
        ) {
            let whole = of(&values);
            let (mut rest, mut together) = (whole.clone(), Sketch::new());
            for step in steps {
                let before = rest.count();
                let part = rest.take(step);
                prop_assert_eq!(part.count(), step.min(before));
                prop_assert_eq!(part.count() + rest.count(), before);
                together.merge(&part);
            }
            together.merge(&rest);
            prop_assert_eq!((together.count(), together.min(), together.max()), (whole.count(), whole.min(), whole.max()));
            let scale: f64 = values.iter().map(|value| value.abs()).sum();
            prop_assert!((together.sum() - whole.sum()).abs() <= scale * 1e-9, "{} for {}", together.sum(), whole.sum());
            for q in [0.0, 0.25, 0.5, 0.95, 1.0] {
                prop_assert_eq!(together.quantile(q), whole.quantile(q));
            }
        }

        #[test]
        fn a_part_has_the_quantiles_of_the_whole(
            values in prop::collection::vec(1e-3_f64..10.0, 50..400), share in 0.2_f64..0.8,
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let mut rest = of(&values);
            let part = rest.take((values.len() as f64 * share) as u64);
            for side in [&part, &rest] {
                let told = side.quantile(0.5).unwrap();
                let rank = sorted.partition_point(|value| *value < told);
                let away = (rank as f64 / sorted.len() as f64 - 0.5).abs();
                let near = sorted.iter().any(|value| (value - told).abs() <= value * 0.021);
                prop_assert!(away <= 0.15 && near, "{told} is at {rank} of {}", sorted.len());
            }
        }
    }
}
