//! Requests that other programs have answered, on their way to the board of the API.
//!
//! What a sender tells once a minute has come during a minute. It is handed on over the next one, some requests with each
//! frame, so that the board's intervals of ten seconds have what there was of them: no minute of requests becomes a burst.

use super::Received;
use crate::performance::Told;
use miorai_model::{
    Sketch,
    performance::{Counts, RouteInterval},
};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Answers of one class to requests of one route.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Answered {
    /// The program that has answered.
    pub(super) service: Arc<str>,
    pub(super) method: String,
    pub(super) route: String,
    /// The class of the status, from 1 to 5.
    pub(super) class: u8,
}

/// What is not handed on yet of one kind of answers.
#[derive(Debug, Default)]
struct Waiting {
    durations: Sketch,
    /// How many of them should wait, if there were parts of requests.
    rest: f64,
    /// When none of them is to wait any longer.
    until: Duration,
}

/// All that is not handed on yet. What has been is forgotten: there is no more of it than has come within the longest
/// interval of a sender.
#[derive(Debug, Default)]
pub(super) struct Requests {
    waiting: HashMap<Arc<Answered>, Waiting>,
    /// When some were handed on last.
    handed: Duration,
}

impl Requests {
    /// Adds requests that have come within `over`.
    pub(super) fn add(&mut self, of: &Arc<Answered>, durations: &Sketch, over: Duration, now: Duration) {
        if durations.is_empty() {
            return;
        }
        let waiting = self.waiting.entry(Arc::clone(of)).or_default();
        waiting.durations.merge(durations);
        waiting.rest += durations.count() as f64;
        waiting.until = waiting.until.max(now + over);
    }

    /// Those whose turn it is.
    fn hand_on(&mut self, now: Duration) -> Vec<Told> {
        let passed = now.saturating_sub(self.handed);
        self.handed = now;
        let mut told = Vec::new();
        self.waiting.retain(|of, waiting| {
            let durations = waiting.take(now, passed);
            if !durations.is_empty() {
                told.push(of.told(durations));
            }
            !waiting.durations.is_empty()
        });
        told
    }
}

impl Waiting {
    fn take(&mut self, now: Duration, passed: Duration) -> Sketch {
        let left = self.until.saturating_sub(now);
        if left.is_zero() {
            return std::mem::take(&mut self.durations);
        }
        self.rest -= self.rest * (passed.as_secs_f64() / (passed + left).as_secs_f64());
        let stays = self.rest.round() as u64;
        self.durations.take(self.durations.count().saturating_sub(stays))
    }
}

impl Answered {
    fn told(&self, durations: Sketch) -> Told {
        let mut counts = Counts::default();
        if let Some(class) = counts.classes.get_mut(usize::from(self.class).wrapping_sub(1)) {
            *class = durations.count();
        }
        counts.durations = durations;
        let (method, route) = (self.method.clone(), self.route.clone());
        Told { service: Arc::clone(&self.service), route: RouteInterval { method, route, in_flight: 0, counts } }
    }
}

impl Received {
    /// The requests that other programs have told of and that are now to be counted: once a second, for
    /// [`Board::take_told`](crate::performance::Board::take_told). Each request is handed on once.
    pub fn requests(&self) -> Vec<Told> {
        let now = self.0.clock.monotonic();
        self.0.book_at_once().requests.hand_on(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn answered(class: u8) -> Arc<Answered> {
        let (method, route) = ("GET".to_owned(), "/".to_owned());
        Arc::new(Answered { service: "shop".into(), method, route, class })
    }

    fn durations(count: u64) -> Sketch {
        let mut sketch = Sketch::new();
        (1..=count).for_each(|place| sketch.add(place as f64 / 100.0));
        sketch
    }

    #[test]
    fn requests_come_evenly_over_the_interval_of_their_sender() {
        let mut requests = Requests { handed: SECOND * 100, ..Requests::default() };
        requests.add(&answered(2), &durations(20), SECOND * 60, SECOND * 100);
        let mut came = Vec::new();
        for second in 101..=160 {
            let told = requests.hand_on(SECOND * second);
            came.push(told.iter().map(|told| told.route.counts.classes[1]).sum::<u64>());
        }
        for ten in came.chunks(20) {
            let ten: u64 = ten.iter().sum();
            assert!((6..=8).contains(&ten), "{came:?}");
        }
        assert_eq!((came.iter().sum::<u64>(), requests.waiting.len()), (20, 0));
    }

    proptest! {
        #[test]
        fn every_request_is_handed_on_once(
            told in prop::collection::vec((0_u64..60, 0_u64..90, 1_u8..6, 0_u64..5), 1..40),
        ) {
            let (mut requests, mut all, mut came) = (Requests::default(), Sketch::new(), Sketch::new());
            let (mut sent, mut classes) = ([0; 5], [0; 5]);
            let mut now = SECOND;
            let mut take = |handed: Vec<Told>| {
                for told in handed {
                    let counts = told.route.counts;
                    classes.iter_mut().zip(counts.classes).for_each(|(sum, more)| *sum += more);
                    came.merge(&counts.durations);
                }
            };
            for (count, over, class, passes) in told {
                let durations = durations(count);
                requests.add(&answered(class), &durations, SECOND * over as u32, now);
                all.merge(&durations);
                sent[usize::from(class) - 1] += count;
                for _ in 0..passes {
                    now += SECOND;
                    take(requests.hand_on(now));
                }
            }
            take(requests.hand_on(now + SECOND * 120));
            prop_assert!(requests.waiting.is_empty());
            prop_assert_eq!(sent, classes);
            prop_assert_eq!((all.count(), all.min(), all.max()), (came.count(), came.min(), came.max()));
            prop_assert!((all.sum() - came.sum()).abs() <= all.sum() * 1e-9);
        }
    }
}
