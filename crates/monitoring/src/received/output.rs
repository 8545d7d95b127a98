//! The series that are shown: what comes from senders is put together here until the next frame takes it.

use super::refusal::Refusal;
use crate::{catalog::Catalog, collector::Readings, distribution::Distribution};
use miorai_model::{Kind, SeriesId, SeriesKey, Topics, Unit, sketch::Sketch};
use slab::Slab;
use std::{collections::HashMap, sync::Arc, time::Duration};

/// What is shown of a series in the next frame.
#[derive(Debug)]
pub(super) enum Held {
    /// The last value, as long as it holds.
    Gauge {
        /// The value.
        value: f64,
        /// Until when it holds.
        until: Duration,
    },
    /// A running total.
    Counter(Running),
    /// The values that have come since the last frame.
    Distribution(Sketch),
}

impl Held {
    /// A gauge without a value.
    pub(super) const NO_VALUE: Self = Self::Gauge { value: f64::NAN, until: Duration::ZERO };

    fn measures_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// A running total that grows evenly: what a sender tells once in ten seconds has come during ten seconds, and is
/// shown over the next ten. So its rate is one that there was, and none of it is lost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running {
    /// All that has come.
    total: f64,
    /// What of it is not shown yet.
    rest: f64,
    /// When all of it is to be shown.
    until: Duration,
    /// Whether a frame has had it.
    is_shown: bool,
}

impl Running {
    /// Begins where its sender is; when others have begun it, the sender adds to it from now on.
    pub(super) fn begin(&mut self, total: f64) {
        if !self.is_shown {
            self.total += total;
        }
    }

    /// Adds what has come within `over`.
    pub(super) fn add(&mut self, amount: f64, over: Duration, now: Duration) {
        self.total += amount;
        self.rest += amount;
        self.until = now + over;
    }

    /// The total to show now, `passed` after the last time.
    fn show(&mut self, now: Duration, passed: Duration) -> f64 {
        // A rate needs two totals: the first is the one before anything has come.
        if !std::mem::replace(&mut self.is_shown, true) {
            return self.total - self.rest;
        }
        let left = self.until.saturating_sub(now);
        let share = if left.is_zero() { 1.0 } else { passed.as_secs_f64() / (passed + left).as_secs_f64() };
        self.rest -= self.rest * share;
        self.total - self.rest
    }
}

/// A series that is shown.
#[derive(Debug)]
struct Output {
    key: SeriesKey,
    unit: Unit,
    topics: Topics,
    /// How many streams end here.
    users: usize,
    held: Held,
    number: Number,
}

/// What the catalogue knows it by.
#[derive(Debug)]
enum Number {
    /// No frame has had it yet, or the catalogue was full.
    None,
    One(SeriesId),
    Several(Distribution),
}

/// All series that are shown.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    all: Slab<Output>,
    by_key: HashMap<SeriesKey, usize>,
}

impl Outputs {
    /// The series `key`, for one more stream that ends in it.
    pub(super) fn open(&mut self, key: SeriesKey, unit: Unit, topics: Topics, held: Held) -> Result<usize, Refusal> {
        if let Some(place) = self.by_key.get(&key).copied() {
            let output = &mut self.all[place];
            if output.unit != unit || !output.held.measures_like(&held) {
                return Err(Refusal::Kind);
            }
            output.users += 1;
            return Ok(place);
        }
        let output = Output { key: key.clone(), unit, topics, users: 1, held, number: Number::None };
        let place = self.all.insert(output);
        self.by_key.insert(key, place);
        Ok(place)
    }

    /// Takes a stream away; the series goes with the last one.
    pub(super) fn close(&mut self, place: usize, catalog: &Catalog) {
        let output = &mut self.all[place];
        output.users -= 1;
        if output.users > 0 {
            return;
        }
        let gone = self.all.remove(place);
        self.by_key.remove(&gone.key);
        match gone.number {
            Number::None => {}
            Number::One(id) => catalog.release(id),
            Number::Several(distribution) => distribution.release(catalog),
        }
    }

    /// What is shown next of a series.
    pub(super) fn held(&mut self, place: usize) -> &mut Held {
        &mut self.all[place].held
    }

    /// Puts all of them into a frame, `passed` after the one before.
    pub(super) fn push(&mut self, readings: &mut Readings, passed: Duration) {
        for (_, output) in &mut self.all {
            output.push(readings, passed);
        }
    }
}

impl Output {
    fn push(&mut self, readings: &mut Readings, passed: Duration) {
        let now = readings.monotonic();
        if matches!(self.number, Number::None) {
            self.register(readings.catalog());
        }
        match (&mut self.held, &self.number) {
            (Held::Gauge { value, until }, Number::One(id)) => {
                if now <= *until {
                    readings.push(Some(*id), *value);
                }
            }
            (Held::Counter(running), Number::One(id)) => {
                readings.push(Some(*id), running.show(now, passed));
            }
            (Held::Distribution(sketch), Number::Several(distribution)) => {
                if !sketch.is_empty() {
                    readings.push_distribution(distribution, Arc::new(std::mem::take(sketch)));
                }
            }
            _ => readings.push(None, f64::NAN),
        }
    }

    fn register(&mut self, catalog: &Catalog) {
        let Self { unit, topics, .. } = *self;
        let add = |kind| catalog.register(self.key.clone(), unit, kind, topics).map_or(Number::None, Number::One);
        self.number = match self.held {
            Held::Gauge { .. } => add(Kind::Gauge),
            Held::Counter(_) => add(Kind::Counter),
            Held::Distribution(_) => Number::Several(Distribution::register(catalog, self.key.clone(), unit, topics)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_came_within_ten_seconds_is_shown_over_ten_and_none_of_it_is_lost() {
        let mut running = Running::default();
        running.begin(1_000.0);
        running.add(50.0, SECOND * 10, SECOND * 100);
        assert_eq!(Some(running.show(SECOND * 100, SECOND)), Some(1_000.0), "the first is the one before");
        let shown: Vec<f64> = (101..=112).map(|second| running.show(SECOND * second, SECOND)).collect();
        for (place, total) in shown.iter().enumerate() {
            let expected = 1_000.0 + 5.0 * (place + 1).min(10) as f64;
            assert!((total - expected).abs() < 1e-9, "{shown:?}");
        }
        running.add(7.0, Duration::ZERO, SECOND * 113);
        assert!((running.show(SECOND * 113, SECOND) - 1_057.0).abs() < 1e-9, "at once");
    }

    #[test]
    fn a_series_goes_with_the_last_stream_that_ends_in_it() {
        let catalog = Catalog::new(10);
        let mut outputs = Outputs::default();
        let open = |outputs: &mut Outputs, held| outputs.open(SeriesKey::new("a", []), Unit::Count, Topics::NONE, held);
        let first = open(&mut outputs, Held::NO_VALUE).unwrap();
        assert_eq!(open(&mut outputs, Held::NO_VALUE), Ok(first));
        assert_eq!(open(&mut outputs, Held::Counter(Running::default())), Err(Refusal::Kind));
        outputs.all[first].register(&catalog);
        outputs.close(first, &catalog);
        assert_eq!((outputs.all.len(), catalog.count()), (1, 1));
        outputs.close(first, &catalog);
        catalog.begin_frame(5);
        assert_eq!((outputs.all.len(), outputs.by_key.len(), catalog.count()), (0, 0, 0));
    }
}
