//! The record of one request: its steps in their order, and their times by kind.

use super::{MOST_STEPS, MOST_TEXT};
use miorai_model::performance::{Outcome, Parts, Step, StepKind};
use std::time::{Duration, Instant};

/// What one request did. Times of all steps are added up; the first [`MOST_STEPS`] are kept one by one.
#[derive(Debug)]
pub struct Record {
    started: Instant,
    steps: Vec<Noted>,
    left_out: u32,
    /// Times by kind, at the place of [`StepKind`].
    times: [Duration; 4],
    /// The worst that a cache has answered.
    cache: Option<Outcome>,
}

impl Default for Record {
    fn default() -> Self {
        Self::begin()
    }
}

impl Record {
    /// The record of a request that begins now.
    pub fn begin() -> Self {
        Self { started: Instant::now(), steps: Vec::new(), left_out: 0, times: [Duration::ZERO; 4], cache: None }
    }

    /// When the request began.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The steps kept.
    pub fn steps(&self) -> &[Noted] {
        &self.steps
    }

    /// How many steps found no room.
    pub fn left_out(&self) -> u32 {
        self.left_out
    }

    /// What the caches that were asked have answered: `Hit` when all had it, else the worst of their answers. Nothing
    /// when none was asked.
    pub fn cache(&self) -> Option<Outcome> {
        self.cache
    }

    /// The time spent on steps of one kind.
    pub fn time(&self, kind: StepKind) -> Duration {
        self.times[kind as usize]
    }

    /// Where the time of a request went that took `total`. Other steps are the program's own work, and so part of the
    /// rest.
    pub fn parts(&self, total: Duration) -> Parts {
        let [cache, database, queue] =
            [StepKind::Cache, StepKind::Database, StepKind::Queue].map(|kind| self.time(kind));
        let rest = total.saturating_sub(cache).saturating_sub(database).saturating_sub(queue);
        Parts { cache_ms: ms(cache), database_ms: ms(database), queue_ms: ms(queue), rest_ms: ms(rest) }
    }

    /// The steps as pages show them.
    pub fn chain(&self) -> Vec<Step> {
        self.steps.iter().map(|step| step.told(self.started)).collect()
    }

    /// Adds a step; one that is the same as one of the last two is counted there, so that a statement that is sent again
    /// and again is one step also when each waits for a connection.
    pub(super) fn add(&mut self, step: NewStep<'_>) {
        self.times[step.kind as usize] += step.took;
        if step.kind == StepKind::Cache {
            self.cache = Some(worse(self.cache, step.outcome));
        }
        if let Some(last) = self.steps.iter_mut().rev().take(2).find(|last| last.is_again(&step)) {
            last.again(&step);
        } else if self.steps.len() < MOST_STEPS {
            self.steps.push(Noted::first(&step));
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
}

/// A step that is to be noted.
#[derive(Clone, Copy)]
pub(super) struct NewStep<'a> {
    pub kind: StepKind,
    pub outcome: Outcome,
    /// The space of a lookup, else nothing.
    pub space: &'a str,
    pub what: &'a str,
    /// When it began; it has ended now when that is not told.
    pub started: Option<Instant>,
    pub took: Duration,
    pub rows: Option<u64>,
}

/// The worse of what was answered so far and another answer.
fn worse(so_far: Option<Outcome>, other: Outcome) -> Outcome {
    let badness = |outcome| match outcome {
        Outcome::Done | Outcome::Hit => 0,
        Outcome::Stale => 1,
        Outcome::Miss => 2,
        Outcome::Failed => 3,
    };
    so_far.filter(|outcome| badness(*outcome) >= badness(other)).unwrap_or(other)
}

/// A step as it is noted.
#[derive(Clone, Debug)]
pub struct Noted {
    kind: StepKind,
    outcome: Outcome,
    /// A space and a space character stand before the template of a lookup.
    what: Box<str>,
    times: u32,
    started: Option<Instant>,
    took: Duration,
    rows: Option<u64>,
}

impl Noted {
    fn first(step: &NewStep<'_>) -> Self {
        let text = shortened(step.what);
        let what = if step.space.is_empty() { text.into() } else { format!("{} {text}", step.space).into() };
        let started = step.started.or_else(|| Instant::now().checked_sub(step.took));
        Self { kind: step.kind, outcome: step.outcome, what, times: 1, started, took: step.took, rows: step.rows }
    }

    fn is_again(&self, step: &NewStep<'_>) -> bool {
        let text = match self.what.strip_prefix(step.space) {
            Some(text) if step.space.is_empty() => text,
            Some(text) => text.strip_prefix(' ').unwrap_or(text),
            None => return false,
        };
        self.kind == step.kind && self.outcome == step.outcome && text == shortened(step.what)
    }

    fn again(&mut self, step: &NewStep<'_>) {
        self.times = self.times.saturating_add(1);
        self.took += step.took;
        self.rows = self.rows.zip(step.rows).map(|(before, now)| before.saturating_add(now));
    }

    /// What it was: the text of a statement, a space and the template of a key.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// How often it was done in a row.
    pub fn times(&self) -> u32 {
        self.times
    }

    fn told(&self, beginning: Instant) -> Step {
        let at = self.started.map_or(Duration::ZERO, |started| started.saturating_duration_since(beginning));
        Step {
            kind: self.kind,
            what: self.what.to_string(),
            outcome: self.outcome,
            times: self.times,
            at_ms: ms(at),
            took_ms: ms(self.took),
            rows: self.rows,
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// A text cut off where a character ends.
fn shortened(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_TEXT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn step(kind: StepKind, what: &str, outcome: Outcome, millis: u32) -> NewStep<'_> {
        NewStep { kind, outcome, space: "", what, started: None, took: MILLI * millis, rows: Some(2) }
    }

    #[test]
    fn a_record_is_bounded_and_its_times_are_not_lost() {
        let mut record = Record::begin();
        for number in 0..MOST_STEPS + 36 {
            record.add(step(StepKind::Database, &format!("SELECT {number}"), Outcome::Done, 1));
        }
        assert_eq!((record.steps().len(), record.left_out()), (MOST_STEPS, 36));
        assert_eq!(record.time(StepKind::Database), MILLI * 100);
    }

    #[test]
    fn the_same_step_again_is_counted_in_the_one_before() {
        let mut record = Record::begin();
        for what in ["SELECT 1", "SELECT 1", "SELECT 1", "SELECT 2", "SELECT 1"] {
            record.add(step(StepKind::Database, what, Outcome::Done, 1));
        }
        record.add(NewStep { space: "default", ..step(StepKind::Cache, "player:{id}", Outcome::Miss, 1) });
        record.add(NewStep { space: "default", ..step(StepKind::Cache, "player:{id}", Outcome::Miss, 1) });
        record.add(NewStep { space: "default", ..step(StepKind::Cache, "player:{id}", Outcome::Hit, 1) });
        let told: Vec<_> = record.steps().iter().map(|step| (step.what(), step.times())).collect();
        assert_eq!(told, [("SELECT 1", 4), ("SELECT 2", 1), ("default player:{id}", 2), ("default player:{id}", 1)]);
        assert_eq!((record.chain()[0].took_ms, record.chain()[0].rows), (4.0, Some(8)));
    }

    #[test]
    fn what_is_left_of_a_request_is_its_own_work_and_never_negative() {
        let mut record = Record::begin();
        for (kind, millis) in
            [(StepKind::Cache, 1), (StepKind::Database, 5), (StepKind::Queue, 2), (StepKind::Other, 9)]
        {
            record.add(step(kind, "step", Outcome::Done, millis));
        }
        let parts = record.parts(MILLI * 20);
        assert_eq!((parts.cache_ms, parts.database_ms, parts.queue_ms, parts.rest_ms), (1.0, 5.0, 2.0, 12.0));
        assert!(record.parts(MILLI * 3).rest_ms.abs() < f64::EPSILON);
    }

    #[test]
    fn one_miss_makes_a_miss_of_the_whole() {
        for (outcomes, whole) in [
            (&[][..], None),
            (&[Outcome::Hit, Outcome::Hit], Some(Outcome::Hit)),
            (&[Outcome::Hit, Outcome::Stale], Some(Outcome::Stale)),
            (&[Outcome::Miss, Outcome::Hit], Some(Outcome::Miss)),
            (&[Outcome::Failed, Outcome::Miss], Some(Outcome::Failed)),
        ] {
            let mut record = Record::begin();
            for outcome in outcomes {
                record.add(step(StepKind::Cache, "player:{id}", *outcome, 1));
            }
            assert_eq!(record.cache(), whole);
        }
    }

    #[test]
    fn long_texts_are_cut_off_between_characters() {
        let (text, mut record) = ("ä".repeat(MOST_TEXT), Record::begin());
        for _ in 0..2 {
            record.add(step(StepKind::Database, &text, Outcome::Done, 1));
        }
        let noted = &record.steps()[0];
        assert!(noted.what().len() <= MOST_TEXT && noted.what().chars().all(|c| c == 'ä'));
        assert_eq!(noted.times(), 2, "it is known again");
    }
}
