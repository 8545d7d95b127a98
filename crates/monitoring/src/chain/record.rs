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

    pub(super) fn add(&mut self, step: Noted) {
        self.times[step.kind as usize] += step.took;
        if step.kind == StepKind::Cache {
            self.cache = Some(worse(self.cache, step.outcome));
        }
        if self.steps.len() < MOST_STEPS {
            self.steps.push(step);
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }
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
    what: Box<str>,
    started: Option<Instant>,
    took: Duration,
    rows: Option<u64>,
}

impl Noted {
    pub(super) fn new(kind: StepKind, what: &str, started: Instant, took: Duration, outcome: Outcome) -> Self {
        Self { kind, outcome, what: shortened(what).into(), started: Some(started), took, rows: None }
    }

    /// A step that has ended now.
    pub(super) fn just_now(kind: StepKind, what: &str, took: Duration, outcome: Outcome) -> Self {
        let started = Instant::now().checked_sub(took);
        Self { kind, outcome, what: shortened(what).into(), started, took, rows: None }
    }

    /// A lookup that has ended now.
    pub(super) fn lookup(space: &str, template: &str, outcome: Outcome, took: Duration) -> Self {
        let mut what = String::with_capacity(space.len() + 1 + template.len().min(MOST_TEXT));
        what.push_str(space);
        what.push(' ');
        what.push_str(shortened(template));
        let started = Instant::now().checked_sub(took);
        Self { kind: StepKind::Cache, outcome, what: what.into(), started, took, rows: None }
    }

    pub(super) fn with_rows(self, rows: Option<u64>) -> Self {
        Self { rows, ..self }
    }

    /// What it was: the text of a statement, a space and the template of a key.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    fn told(&self, beginning: Instant) -> Step {
        let at = self.started.map_or(Duration::ZERO, |started| started.saturating_duration_since(beginning));
        Step {
            kind: self.kind,
            what: self.what.to_string(),
            outcome: self.outcome,
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

    #[test]
    fn a_record_is_bounded_and_its_times_are_not_lost() {
        let mut record = Record::begin();
        for _ in 0..MOST_STEPS + 36 {
            record.add(Noted::just_now(StepKind::Database, "SELECT 1", MILLI, Outcome::Done));
        }
        assert_eq!((record.steps().len(), record.left_out()), (MOST_STEPS, 36));
        assert_eq!(record.time(StepKind::Database), MILLI * 100);
    }

    #[test]
    fn what_is_left_of_a_request_is_its_own_work_and_never_negative() {
        let mut record = Record::begin();
        for (kind, took) in [(StepKind::Cache, 1), (StepKind::Database, 5), (StepKind::Queue, 2), (StepKind::Other, 9)]
        {
            record.add(Noted::just_now(kind, "step", MILLI * took, Outcome::Done));
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
                record.add(Noted::lookup("default", "player:{id}", *outcome, MILLI));
            }
            assert_eq!(record.cache(), whole);
        }
    }

    #[test]
    fn long_texts_are_cut_off_between_characters() {
        let text = "ä".repeat(MOST_TEXT);
        let step = Noted::just_now(StepKind::Database, &text, MILLI, Outcome::Done);
        assert!(step.what().len() <= MOST_TEXT && step.what().chars().all(|c| c == 'ä'));
    }
}
