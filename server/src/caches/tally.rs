//! Running totals over programs that come and go, and what the last minute was like.

use miorai_cache::SpaceStatistics;
use miorai_model::names;
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

/// The series of running totals.
pub(super) const NAMES: [&str; 12] = [
    names::CACHE_HITS,
    names::CACHE_MISSES,
    names::CACHE_SETS,
    names::CACHE_DELETES,
    names::CACHE_EVICTIONS,
    names::CACHE_ERRORS,
    names::CACHE_CORRUPTED,
    names::CACHE_WAITS,
    names::CACHE_STALE_HITS,
    names::CACHE_NEGATIVE_HITS,
    names::CACHE_NEAR_HITS,
    names::CACHE_COMPUTATIONS,
];

/// Running totals, in the order of [`NAMES`].
pub(super) type Totals = [u64; NAMES.len()];

/// How far back "just now" reaches.
const LATELY: Duration = Duration::from_mins(1);
/// The most programs whose totals are remembered.
const REMEMBERED: usize = 1_000;

/// The totals of one program's use of a space.
pub(super) fn totals(of: &SpaceStatistics) -> Totals {
    [
        of.hits,
        of.misses,
        of.sets,
        of.deletes,
        of.evictions,
        of.errors,
        of.corrupted,
        of.waits,
        of.stale_hits,
        of.negative_hits,
        of.near_hits,
        of.computations,
    ]
}

/// Lookups, writes and deletions among totals.
pub(super) fn operations(totals: &Totals) -> u64 {
    totals[..4].iter().sum()
}

/// What all programs that use a space have done, as a total that only grows: a program that has ended takes nothing
/// away, and one that has begun anew counts from zero.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// What each program said last.
    last: HashMap<String, Totals>,
    total: Totals,
    /// The total at the times of the last minute, oldest first.
    lately: VecDeque<(Duration, Totals)>,
}

impl Tally {
    /// Takes what each program that uses the space says now.
    pub(super) fn take(&mut self, now: Duration, said: HashMap<String, Totals>) {
        for (program, totals) in &said {
            let before = self.last.get(program).copied().unwrap_or_default();
            for ((sum, now), before) in self.total.iter_mut().zip(totals).zip(before) {
                // Less than before: it has begun anew.
                *sum += if *now >= before { now - before } else { *now };
            }
        }
        // Who cannot be heard for a while, because the server is gone, is not new when it is back.
        if self.last.len() > REMEMBERED {
            self.last.clear();
        }
        self.last.extend(said);
        self.lately.push_back((now, self.total));
        // One that is older than a minute stays, so that the minute is whole.
        while self.lately.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= LATELY) {
            self.lately.pop_front();
        }
    }

    /// What all have done since the first of them was heard of.
    pub(super) fn total(&self) -> Totals {
        self.total
    }

    /// Share of lookups of the last minute that found an entry; none when there were no lookups.
    pub(super) fn hit_ratio(&self) -> Option<f64> {
        let ((_, before), (_, now)) = (self.lately.front()?, self.lately.back()?);
        let (hits, misses) = (now[0] - before[0], now[1] - before[1]);
        (hits + misses > 0).then(|| hits as f64 / (hits + misses) as f64)
    }

    /// Operations per second between the last two times; none before the second.
    pub(super) fn operations_per_second(&self) -> Option<f64> {
        let mut newest = self.lately.iter().rev();
        let ((at, now), (before_at, before)) = (newest.next()?, newest.next()?);
        let seconds = at.saturating_sub(*before_at).as_secs_f64();
        (seconds > 0.0).then(|| (operations(now) - operations(before)) as f64 / seconds)
    }

    /// Whether anything was done in the last minute.
    pub(super) fn is_in_use(&self) -> bool {
        let ends = self.lately.front().zip(self.lately.back());
        ends.is_some_and(|((_, before), (_, now))| operations(now) > operations(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(programs: &[(&str, u64, u64)]) -> HashMap<String, Totals> {
        let totals = |hits, misses| {
            let mut totals = Totals::default();
            (totals[0], totals[1]) = (hits, misses);
            totals
        };
        programs.iter().map(|(program, hits, misses)| ((*program).to_owned(), totals(*hits, *misses))).collect()
    }

    #[test]
    fn programs_that_end_or_begin_anew_take_nothing_away() {
        let mut tally = Tally::default();
        for (second, programs, hits) in [
            (0, &[("a", 10, 0), ("b", 5, 0)][..], 15),
            (1, &[("a", 12, 0), ("b", 5, 0)], 17),
            (2, &[("a", 12, 0)], 17),
            (3, &[("a", 3, 0)], 20),
            (4, &[("a", 3, 0), ("c", 7, 0)], 27),
            (5, &[], 27),
            (6, &[("a", 4, 0), ("c", 7, 0)], 28),
        ] {
            tally.take(Duration::from_secs(second), said(programs));
            assert_eq!(tally.total()[0], hits, "second {second}");
        }
    }

    #[test]
    fn the_hit_ratio_is_that_of_the_last_minute() {
        let mut tally = Tally::default();
        assert_eq!((tally.hit_ratio(), tally.operations_per_second()), (None, None));
        tally.take(Duration::from_secs(0), said(&[("a", 0, 100)]));
        tally.take(Duration::from_secs(10), said(&[("a", 30, 110)]));
        assert_eq!((tally.hit_ratio(), tally.operations_per_second()), (Some(0.75), Some(4.0)));
        tally.take(Duration::from_secs(75), said(&[("a", 30, 110)]));
        assert_eq!((tally.hit_ratio(), tally.is_in_use()), (None, false));
    }
}
