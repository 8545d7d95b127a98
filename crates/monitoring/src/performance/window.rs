//! What was counted in the last hour, ten seconds at a time.
//!
//! Counts are kept packed, also those of the interval under way: ten thousand subjects with a sketch each would otherwise
//! take tens of megabytes. When the intervals take more than they may, the oldest go, and the window reaches less far
//! back; how far it does is told.

use super::packed::{pack, put, take, unpack};
use miorai_model::performance::Counts;
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// The ring of intervals.
#[derive(Debug)]
pub(super) struct Window {
    interval: Duration,
    reach: Duration,
    most_bytes: usize,
    /// When counting began, on the clock that never jumps.
    born: Duration,
    /// When the interval under way began.
    began: Duration,
    /// What is counted in it, packed, at the place of its subject.
    current: Vec<Box<[u8]>>,
    past: VecDeque<Arc<Interval>>,
    /// Bytes of all rows in `past`.
    bytes: usize,
}

/// An interval that is over.
#[derive(Debug)]
struct Interval {
    began: Duration,
    ended: Duration,
    /// Of each subject that was asked: its number and its counts.
    rows: Box<[u8]>,
}

impl Window {
    /// An empty window that begins at `now`.
    pub(super) fn new(now: Duration, interval: Duration, reach: Duration, most_bytes: usize) -> Self {
        Self {
            interval,
            reach,
            most_bytes,
            born: now,
            began: now,
            current: Vec::new(),
            past: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Adds what was counted of a subject.
    pub(super) fn add(&mut self, subject: usize, counts: &Counts) {
        if self.current.len() <= subject {
            self.current.resize_with(subject + 1, Box::default);
        }
        let place = &mut self.current[subject];
        let mut sum = unpack(&mut &place[..]).unwrap_or_default();
        sum.merge(counts);
        let mut bytes = Vec::new();
        pack(&mut bytes, &sum);
        *place = bytes.into();
    }

    /// Ends the interval under way when its time is over; whether it has.
    pub(super) fn roll(&mut self, now: Duration) -> bool {
        if now.saturating_sub(self.began) < self.interval {
            return false;
        }
        // A number takes at most five bytes.
        let room = self.current.iter().filter(|counts| !counts.is_empty()).map(|counts| counts.len() + 5).sum();
        let mut rows = Vec::with_capacity(room);
        for (subject, counts) in self.current.iter_mut().enumerate().filter(|(_, counts)| !counts.is_empty()) {
            put(&mut rows, subject as u64);
            rows.extend(&*std::mem::take(counts));
        }
        self.bytes += rows.len();
        self.past.push_back(Arc::new(Interval { began: self.began, ended: now, rows: rows.into() }));
        self.began = now;
        let oldest = now.saturating_sub(self.reach);
        while let Some(first) = self.past.front()
            && (first.ended <= oldest || self.bytes > self.most_bytes)
        {
            self.bytes -= first.rows.len();
            self.past.pop_front();
        }
        true
    }

    /// The beginning of the first interval that has a part in the time after `since`.
    pub(super) fn beginning(&self, since: Duration) -> Duration {
        self.past.iter().find(|interval| interval.ended > since).map_or(self.began, |interval| interval.began)
    }

    /// Whether the time after `since` is all there was since counting began.
    pub(super) fn is_whole(&self, since: Duration) -> bool {
        self.beginning(since) == self.born
    }

    /// What there is of the time after `since`, to be added up by [`Parts::sums`] while others go on counting.
    pub(super) fn parts(&self, since: Duration) -> Parts {
        let intervals = self.past.iter().filter(|interval| interval.ended > since).cloned().collect();
        Parts { intervals, current: self.current.clone() }
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self, now: Duration) {
        *self = Self::new(now, self.interval, self.reach, self.most_bytes);
    }
}

/// Intervals as they were when they were asked for.
#[derive(Debug)]
pub(super) struct Parts {
    intervals: Vec<Arc<Interval>>,
    current: Vec<Box<[u8]>>,
}

impl Parts {
    /// The counts of each subject, at its place.
    pub(super) fn sums(&self) -> Vec<Counts> {
        let mut sums: Vec<Counts> = Vec::new();
        let mut add = |subject: usize, counts: &Counts| {
            if sums.len() <= subject {
                sums.resize_with(subject + 1, Counts::default);
            }
            sums[subject].merge(counts);
        };
        for interval in &self.intervals {
            let mut rows = &interval.rows[..];
            while let Some((subject, counts)) = take(&mut rows).zip(unpack(&mut rows)) {
                add(subject as usize, &counts);
            }
        }
        for (subject, mut packed) in self.current.iter().map(|packed| &packed[..]).enumerate() {
            if let Some(counts) = unpack(&mut packed) {
                add(subject, &counts);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn counts(durations: &[f64]) -> Counts {
        let mut counts = Counts { classes: [0, durations.len() as u64, 0, 0, 0], ..Counts::default() };
        for seconds in durations {
            counts.durations.add(*seconds);
        }
        counts
    }

    fn window(most_bytes: usize) -> Window {
        Window::new(Duration::ZERO, SECOND * 10, SECOND * 60, most_bytes)
    }

    /// Adds a request a second of the first subject, from one second to another.
    fn ask(window: &mut Window, from: u32, to: u32) {
        for second in from..to {
            window.roll(SECOND * second);
            window.add(0, &counts(&[f64::from(second)]));
        }
    }

    #[test]
    fn a_window_has_the_whole_intervals_that_it_touches() {
        let mut window = window(1 << 20);
        ask(&mut window, 0, 35);
        for (since, beginning, requests) in [(0, 0, 35), (9, 0, 35), (10, 10, 25), (25, 20, 15), (34, 30, 5)] {
            let since = SECOND * since;
            assert_eq!(window.beginning(since), SECOND * beginning, "{since:?}");
            assert_eq!(window.parts(since).sums()[0].requests(), requests, "{since:?}");
        }
    }

    #[test]
    fn what_is_older_than_the_reach_goes() {
        let mut window = window(1 << 20);
        ask(&mut window, 0, 100);
        assert_eq!(window.beginning(Duration::ZERO), SECOND * 30);
        assert_eq!(window.parts(Duration::ZERO).sums()[0].durations.min(), Some(30.0));
    }

    #[test]
    fn what_takes_too_much_room_goes_oldest_first() {
        let mut window = window(120);
        ask(&mut window, 0, 55);
        let beginning = window.beginning(Duration::ZERO);
        assert!(window.bytes <= 120 && beginning > Duration::ZERO, "{beginning:?}");
        assert_eq!(window.parts(Duration::ZERO).sums()[0].durations.min(), Some(beginning.as_secs_f64()));
    }

    proptest! {
        #[test]
        fn quantiles_over_a_window_are_those_of_all_its_values(
            values in prop::collection::vec((0_usize..3, 1e-4_f64..10.0), 1..200), q in 0.0_f64..=1.0,
        ) {
            let mut window = window(1 << 20);
            for (second, (subject, value)) in (0_u32..).zip(&values) {
                window.roll(SECOND / 4 * second);
                window.add(*subject, &counts(&[*value]));
            }
            for (subject, sum) in window.parts(Duration::ZERO).sums().iter().enumerate() {
                let mut own: Vec<f64> = values.iter().filter(|(of, _)| *of == subject).map(|(_, value)| *value).collect();
                own.sort_by(f64::total_cmp);
                prop_assert_eq!(sum.requests(), own.len() as u64);
                let Some(told) = sum.durations.quantile(q) else { continue };
                let exact = own[(q * (own.len() - 1) as f64) as usize];
                prop_assert!((told - exact).abs() <= exact * 0.010_000_1);
            }
        }
    }
}
