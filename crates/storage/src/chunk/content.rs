//! What a series had at growing times.

use crate::{point::Point, tier::Tier};
use miorai_model::{Kind, Sketch};
use std::ops::Range;

/// What a series had, at growing times in milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Values, or several brought together.
    Points(Vec<(i64, Point)>),
    /// Many values at each time.
    Sketches(Vec<(i64, Sketch)>),
}

impl Content {
    /// Nothing, of a series of this kind.
    pub const fn new(kind: Kind) -> Self {
        match kind {
            Kind::Distribution => Self::Sketches(Vec::new()),
            Kind::Gauge | Kind::Counter => Self::Points(Vec::new()),
        }
    }

    /// At how many times it had something.
    pub const fn len(&self) -> usize {
        match self {
            Self::Points(points) => points.len(),
            Self::Sketches(sketches) => sketches.len(),
        }
    }

    /// Whether it had nothing.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The times at which it had something.
    pub fn times(&self) -> Vec<i64> {
        match self {
            Self::Points(points) => points.iter().map(|(time, _)| *time).collect(),
            Self::Sketches(sketches) => sketches.iter().map(|(time, _)| *time).collect(),
        }
    }

    /// What of it lies in this stretch of time.
    #[must_use]
    pub fn within(mut self, range: &Range<i64>) -> Self {
        match &mut self {
            Self::Points(points) => within(points, range),
            Self::Sketches(sketches) => within(sketches, range),
        }
        self
    }

    /// Puts what was told `later` over this: at a time that both have, the later one is right. Another kind of content
    /// takes the place of this one as a whole.
    pub fn overlay(&mut self, later: Self) {
        match (self, later) {
            (Self::Points(old), Self::Points(new)) => overlay(old, new),
            (Self::Sketches(old), Self::Sketches(new)) => overlay(old, new),
            (old, new) => *old = new,
        }
    }

    /// Adds what comes after it in time.
    pub fn append(&mut self, next: Self) {
        match (self, next) {
            (Self::Points(all), Self::Points(next)) => all.extend(next),
            (Self::Sketches(all), Self::Sketches(next)) => all.extend(next),
            (all, next) => *all = next,
        }
    }

    /// The same, as coarse as `tier` has it.
    #[must_use]
    pub fn rolled(&self, tier: Tier) -> Self {
        match self {
            Self::Points(points) => Self::Points(rolled(points, tier, Point::merge)),
            Self::Sketches(sketches) => Self::Sketches(rolled(sketches, tier, Sketch::merge)),
        }
    }
}

/// Leaves what lies in the range, of times that grow.
fn within<T>(all: &mut Vec<(i64, T)>, range: &Range<i64>) {
    all.truncate(all.partition_point(|(time, _)| *time < range.end));
    all.drain(..all.partition_point(|(time, _)| *time < range.start));
}

fn overlay<T>(old: &mut Vec<(i64, T)>, new: Vec<(i64, T)>) {
    // Most often there is nothing old, or the new comes after it.
    if old.last().is_none_or(|(last, _)| new.first().is_some_and(|(first, _)| last < first)) {
        old.extend(new);
        return;
    }
    let told = |at: &i64| new.binary_search_by_key(at, |(time, _)| *time).is_ok();
    old.retain(|(time, _)| !told(time));
    old.extend(new);
    old.sort_by_key(|(time, _)| *time);
}

fn rolled<T: Clone>(fine: &[(i64, T)], tier: Tier, merge: fn(&mut T, &T)) -> Vec<(i64, T)> {
    let mut coarse: Vec<(i64, T)> = Vec::new();
    for (time, one) in fine {
        let at = tier.point_of(*time);
        match coarse.last_mut() {
            Some((last, all)) if *last == at => merge(all, one),
            _ => coarse.push((at, one.clone())),
        }
    }
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tier::TIERS;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn content(values: &[(i64, f64)]) -> Content {
        Content::Points(values.iter().map(|(time, value)| (*time, Point::of(*value))).collect())
    }

    fn values() -> impl Strategy<Value = Vec<(i64, f64)>> {
        prop::collection::btree_map(0_i64..100, 0.0..1e6_f64, 0..60).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_was_told_later_is_right(old in values(), new in values()) {
            let mut naive: BTreeMap<i64, f64> = old.iter().copied().collect();
            naive.extend(new.iter().copied());
            let mut real = content(&old);
            real.overlay(content(&new));
            let naive: Vec<(i64, f64)> = naive.into_iter().collect();
            prop_assert_eq!(real, content(&naive));
        }

        #[test]
        fn rolling_up_in_steps_is_rolling_up_at_once(values in prop::collection::btree_map(-4_000_i64..4_000, 0.0..1e6_f64, 0..200)) {
            let fine: Vec<(i64, f64)> = values.into_iter().map(|(second, value)| (second * 1_000, value)).collect();
            let in_steps = content(&fine).rolled(TIERS[1]).rolled(TIERS[2]).rolled(TIERS[3]);
            let mut naive: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
            for (time, value) in &fine {
                naive.entry(time.div_euclid(3_600_000)).or_default().push(*value);
            }
            let Content::Points(in_steps) = in_steps else { unreachable!("points stay points") };
            prop_assert_eq!(in_steps.len(), naive.len());
            for ((time, point), (hour, values)) in in_steps.iter().zip(&naive) {
                prop_assert_eq!(*time, hour * 3_600_000 + 1_799_500);
                prop_assert_eq!(point.count as usize, values.len());
                let least = values.iter().copied().fold(f64::INFINITY, f64::min);
                prop_assert_eq!(point.min.to_bits(), least.to_bits());
                let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                prop_assert_eq!(point.max.to_bits(), greatest.to_bits());
                prop_assert!((point.sum - values.iter().sum::<f64>()).abs() <= 1e-9 * point.sum.abs() + 1e-9);
            }
        }
    }
}
