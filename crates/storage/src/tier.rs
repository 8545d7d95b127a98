//! How finely the past is kept, and for how long.
//!
//! | tier | a point is | a chunk holds | kept for |
//! |---|---|---|---|
//! | 0 | a second | 10 minutes, 600 points | 24 hours |
//! | 1 | 10 seconds | 2 hours, 720 points | 7 days |
//! | 2 | 5 minutes | a day, 288 points | 90 days |
//! | 3 | an hour | 10 days, 240 points | 2 years |
//!
//! Chunks begin at multiples of their length since the epoch. What a coarser tier does not have yet, because its chunk is
//! not complete, is answered from the finer one: nothing is deleted before the next tier has it.

use std::{ops::Range, time::Duration};

/// How many tiers there are.
pub const COUNT: usize = 4;

const DAY_MS: i64 = 86_400_000;

/// How finely a part of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its number: 0 is the finest.
    pub index: usize,
    /// Milliseconds from one point to the next.
    pub width_ms: i64,
    /// Milliseconds that a chunk spans.
    pub chunk_ms: i64,
}

/// All tiers, finest first.
pub const TIERS: [Tier; COUNT] = [
    Tier { index: 0, width_ms: 1_000, chunk_ms: 600_000 },
    Tier { index: 1, width_ms: 10_000, chunk_ms: 7_200_000 },
    Tier { index: 2, width_ms: 300_000, chunk_ms: DAY_MS },
    Tier { index: 3, width_ms: 3_600_000, chunk_ms: 10 * DAY_MS },
];

/// How long each tier is kept unless said otherwise.
pub const LIFETIMES: [Duration; COUNT] = [
    Duration::from_hours(24),
    Duration::from_hours(7 * 24),
    Duration::from_hours(90 * 24),
    // Two years of 365.25 days.
    Duration::from_hours(2 * 8_766),
];

impl Tier {
    /// Where the chunk begins that `at` is in, in milliseconds since the epoch.
    pub const fn chunk_of(self, at: i64) -> i64 {
        at.div_euclid(self.chunk_ms) * self.chunk_ms
    }

    /// The time that the point bears which `at` is in: the mean of the times of its seconds, as when seconds are
    /// averaged in an answer. In the finest tier, the time itself.
    pub const fn point_of(self, at: i64) -> i64 {
        if self.index == 0 { at } else { at.div_euclid(self.width_ms) * self.width_ms + (self.width_ms - 1_000) / 2 }
    }
}

/// What is stored of each tier: from its first chunk up to the end of its last, in milliseconds since the epoch. Empty
/// where there is nothing.
pub type Stored = [Range<i64>; COUNT];

/// A part of the past, and the tier that it is answered from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The tier.
    pub tier: Tier,
    /// Its milliseconds since the epoch.
    pub range: Range<i64>,
}

/// Where the past of `range` is read from when a point of the answer is `wanted_ms` wide: from the coarsest tier that is
/// no coarser than that; what it lacks at its end from finer tiers, and what it has no longer from coarser ones.
/// Stretches come in the order of time and do not overlap.
pub fn plan(range: Range<i64>, wanted_ms: i64, stored: &Stored) -> Vec<Stretch> {
    let best = TIERS.iter().rposition(|tier| tier.width_ms <= wanted_ms).unwrap_or(0);
    let mut stretches = Vec::new();
    // Before the best tier begins there are coarser ones, the coarsest first.
    let mut from = range.start;
    for place in (best..COUNT).rev() {
        let finer_begins = stored[best..place].iter().filter(|r| !r.is_empty()).map(|r| r.start).min();
        let end = finer_begins.map_or(stored[place].end, |begins| stored[place].end.min(begins));
        from = push(&mut stretches, TIERS[place], from.max(stored[place].start)..end.min(range.end)).unwrap_or(from);
    }
    // Where it is not complete yet there are finer ones.
    for place in (0..best).rev() {
        from = push(&mut stretches, TIERS[place], from.max(stored[place].start)..stored[place].end.min(range.end))
            .unwrap_or(from);
    }
    stretches
}

/// Adds a stretch unless it is empty; where it ends.
fn push(stretches: &mut Vec<Stretch>, tier: Tier, range: Range<i64>) -> Option<i64> {
    let end = range.end;
    (!range.is_empty()).then(|| {
        stretches.push(Stretch { tier, range });
        end
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(stretches: &[Stretch]) -> Vec<(usize, i64, i64)> {
        stretches.iter().map(|stretch| (stretch.tier.index, stretch.range.start, stretch.range.end)).collect()
    }

    #[test]
    fn the_coarsest_tier_that_is_fine_enough_answers_and_others_fill_in() {
        let stored = [700..1_000, 300..960, 100..900, 0..600];
        let whole = |wanted| shown(&plan(50..2_000, wanted, &stored));
        assert_eq!(whole(1_000), [(3, 50, 100), (2, 100, 300), (1, 300, 700), (0, 700, 1_000)]);
        assert_eq!(whole(10_000), [(3, 50, 100), (2, 100, 300), (1, 300, 960), (0, 960, 1_000)]);
        assert_eq!(whole(9_999_999), [(3, 50, 600), (2, 600, 900), (1, 900, 960), (0, 960, 1_000)]);
        assert_eq!(shown(&plan(710..720, 1, &stored)), [(0, 710, 720)]);
        assert_eq!(shown(&plan(710..720, 10_000, &[0..1_000, 0..0, 0..0, 0..0])), [(0, 710, 720)]);
    }

    #[test]
    fn points_stand_in_the_middle_of_their_seconds() {
        assert_eq!(TIERS[0].point_of(12_345), 12_345);
        assert_eq!(TIERS[1].point_of(19_000), 14_500);
        assert_eq!(TIERS[3].point_of(-1), -1_800_500);
    }

    proptest! {
        #[test]
        fn every_moment_that_is_stored_is_read_exactly_once(
            starts in prop::array::uniform4(0_i64..50), lengths in prop::array::uniform4(0_i64..50),
            from in 0_i64..100, length in 0_i64..100, wanted in prop_oneof![Just(1_i64), Just(10_000), Just(400_000), Just(9_000_000)],
        ) {
            let stored: Stored = std::array::from_fn(|i| starts[i]..starts[i] + lengths[i]);
            let stretches = plan(from..from + length, wanted, &stored);
            prop_assert!(stretches.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "{stretches:?}");
            for stretch in &stretches {
                let there = &stored[stretch.tier.index];
                prop_assert!(there.start <= stretch.range.start && stretch.range.end <= there.end);
            }
        }

        #[test]
        fn tiers_that_follow_one_another_as_upkeep_leaves_them_give_no_gap(
            begins in prop::array::uniform4(0_i64..50), back in prop::array::uniform4(0_i64..20),
            wanted in prop_oneof![Just(1_i64), Just(10_000), Just(400_000), Just(9_000_000)],
        ) {
            // A coarser tier begins no later and ends no later, and each reaches to where the finer one begins.
            let mut begins = begins;
            begins.sort_unstable_by(|a, b| b.cmp(a));
            let mut end = 100;
            let stored: Stored = std::array::from_fn(|i| {
                if i > 0 {
                    end = (end - back[i]).max(begins[i - 1]);
                }
                begins[i]..end
            });
            let stretches = plan(0..1_000, wanted, &stored);
            let mut reached = begins[3];
            for stretch in &stretches {
                prop_assert_eq!(stretch.range.start, reached, "{:?} of {:?}", &stretches, &stored);
                reached = stretch.range.end;
            }
            prop_assert_eq!(reached, 100);
        }
    }
}
