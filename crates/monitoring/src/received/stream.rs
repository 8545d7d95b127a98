//! What is remembered of one sender's series from one point to the next.

use super::{
    attributes::Attributes,
    cumulative::{Histogram, Since, Total},
    explicit::Explicit,
    exponential::Exponential,
    refusal::Refusal,
    requests::Answered,
};
use std::{sync::Arc, time::Duration};

/// A total counts in full at its first point when its sender started no longer than this before all of its series were
/// known: what it shows has come since then. Totals of senders that are older begin where they are.
const FRESH: u64 = Duration::from_mins(2).as_nanos() as u64;

/// What came in a longer time than this is not shown as slowly as that.
const LONGEST: Duration = Duration::from_mins(2);

/// Senders that tell more often than this are not spread: each frame shows what has come.
const OFTEN: Duration = Duration::from_millis(1_500);

/// How long the first value of a gauge holds: the time between two points of the usual software development kits, and
/// some air.
const FIRST_HOLD: Duration = Duration::from_secs(75);

/// A gauge holds at least this long, and this much longer than its sender's points were apart: one that is late once does
/// not tear a hole.
const AIR: Duration = Duration::from_secs(3);

/// What every point tells besides its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub(super) attributes: Attributes<'a>,
    pub(super) times: Times,
    pub(super) flags: u32,
}

/// When the value of a point began to count and when it was taken, in nanoseconds since the epoch by the sender's clock.
/// Zero where it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) start: u64,
    pub(super) taken: u64,
}

/// One series of one sender.
#[derive(Debug)]
pub(super) struct Stream {
    /// Where it is shown.
    pub(super) output: usize,
    /// Where its number of values is shown besides: of routes.
    pub(super) counted: Option<usize>,
    /// The requests that its values are the durations of: of routes.
    pub(super) answered: Option<Arc<Answered>>,
    /// What the sender's values are multiplied by.
    pub(super) factor: f64,
    /// Since when the value of its last point counts, by the sender's clock.
    start: u64,
    /// When its last point was taken, by the sender's clock.
    taken: u64,
    /// When that came in, by ours.
    pub(super) heard: Duration,
    pub(super) last: Last,
}

/// What the last point has told that matters for the next.
#[derive(Debug)]
pub(super) enum Last {
    /// A value that stands for itself.
    Value,
    /// A sum that goes up and down, of which only changes are told.
    Sum(f64),
    /// A running total.
    Total(Total),
    /// A histogram with bounds.
    Explicit(Box<Histogram<Explicit>>),
    /// A histogram whose buckets grow.
    Exponential(Box<Histogram<Exponential>>),
}

/// A point that is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct News {
    /// Since when its value counts, if it is cumulative.
    pub(super) since: Since,
    /// In what time that has come.
    pub(super) over: Duration,
    /// How long it holds.
    pub(super) hold: Duration,
}

impl Stream {
    pub(super) fn new(output: usize, factor: f64, last: Last) -> Self {
        Self { output, counted: None, answered: None, factor, start: 0, taken: 0, heard: Duration::ZERO, last }
    }

    /// Takes the times of the next point. `known` is since when all series of the sender are known, by the time of day.
    /// Nothing when it is the last point once more: senders repeat what they are not sure has come in.
    pub(super) fn next(&mut self, times: Times, known: u64, now: Duration) -> Result<Option<News>, Refusal> {
        let Times { start, taken } = times;
        if taken < self.taken {
            return Err(Refusal::OutOfOrder);
        }
        let is_first = self.taken == 0;
        if taken == self.taken && !is_first {
            self.heard = now;
            return Ok(None);
        }
        // Who does not know since when it counts tells the time of its first point, and tells it again with each that
        // follows (OpenTelemetry's data model, "Cumulative streams: handling unknown start time").
        let is_told = start != 0 && start < taken;
        let is_new =
            if is_first { start.saturating_add(FRESH) >= known } else { start != self.start && start >= self.taken };
        let has_started = is_told && is_new;
        let since = match (has_started, is_first) {
            (true, _) => Since::Start,
            (false, true) => Since::Unknown,
            (false, false) => Since::Before,
        };
        let before = self.taken.max(start);
        let over = Duration::from_nanos(if before == 0 { 0 } else { taken.saturating_sub(before) }).min(LONGEST);
        let hold = if is_first { FIRST_HOLD } else { over * 5 / 4 + AIR };
        (self.start, self.taken, self.heard) = (start, taken, now);
        Ok(Some(News { since, over: if over < OFTEN { Duration::ZERO } else { over }, hold }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const NOW: u64 = 1_700_000_000 * SECOND;

    fn times(start: u64, taken: u64) -> Times {
        Times { start, taken }
    }

    fn stream() -> Stream {
        Stream::new(0, 1.0, Last::Value)
    }

    #[test]
    fn a_first_point_counts_in_full_when_its_sender_is_as_young_as_our_knowledge_of_it() {
        for (start, known, since) in [
            (NOW - 10 * SECOND, NOW, Since::Start),
            (NOW - 119 * SECOND, NOW, Since::Start),
            (NOW - 121 * SECOND, NOW, Since::Unknown),
            // A series that comes late, of a sender that has been known since it started.
            (NOW - 900 * SECOND, NOW - 890 * SECOND, Since::Start),
            (0, NOW, Since::Unknown),
            // Who does not know since when it counts says that it is since now.
            (NOW, NOW, Since::Unknown),
            (NOW + SECOND, NOW, Since::Unknown),
        ] {
            let news = stream().next(times(start, NOW), known, Duration::ZERO).unwrap().unwrap();
            assert_eq!(
                news.since,
                since,
                "{} s before, known {} s",
                NOW.abs_diff(start) / SECOND,
                (NOW - known) / SECOND
            );
        }
    }

    #[test]
    fn a_beginning_that_is_told_again_is_not_another_one() {
        let mut stream = stream();
        let mut next = |start, taken| stream.next(times(start, taken), NOW, Duration::ZERO).unwrap().unwrap();
        assert_eq!(next(NOW, NOW).since, Since::Unknown);
        let news = next(NOW, NOW + 10 * SECOND);
        assert_eq!((news.since, news.over), (Since::Before, Duration::from_secs(10)));
        assert_eq!(next(NOW + 10 * SECOND, NOW + 20 * SECOND).since, Since::Start, "it has started anew at once");
        assert_eq!(next(NOW + 10 * SECOND, NOW + 30 * SECOND).since, Since::Before);
    }

    #[test]
    fn points_that_come_again_are_left_out_and_those_that_come_late_are_refused() {
        let mut stream = stream();
        let mut next = |start, taken| stream.next(times(start, taken), NOW, Duration::ZERO);
        assert!(next(1, NOW).unwrap().is_some());
        assert_eq!(next(1, NOW), Ok(None));
        assert_eq!(next(1, NOW - 1), Err(Refusal::OutOfOrder));
        let news = next(1, NOW + 10 * SECOND).unwrap().unwrap();
        assert_eq!((news.since, news.over), (Since::Before, Duration::from_secs(10)));
        let started_anew = next(NOW + 14 * SECOND, NOW + 20 * SECOND).unwrap().unwrap();
        assert_eq!((started_anew.since, started_anew.over), (Since::Start, Duration::from_secs(6)));
        let often = next(1, NOW + 21 * SECOND).unwrap().unwrap();
        assert_eq!((often.over, often.hold), (Duration::ZERO, Duration::from_millis(4_250)));
    }
}
