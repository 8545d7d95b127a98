//! Clearings under way, and those that have ended lately.

use miorai_cache::control::{Job, JobState};
use miorai_model::cache::{ClearProgress, ClearState};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The most jobs that are remembered; the oldest goes first.
const REMEMBERED: usize = 200;
/// The most previews whose pattern is remembered; the oldest goes first.
const PREVIEWS: usize = 1_000;

/// What was previewed under a token.
#[derive(Clone, Debug)]
pub(super) struct Previewed {
    pub(super) token: String,
    pub(super) pattern: String,
    /// Whether the pattern matches everything, and the name of the space has not been typed yet.
    pub(super) must_confirm: bool,
}

/// A job, and what it clears.
#[derive(Clone, Debug)]
pub(super) struct Clearing {
    pub(super) job: Job,
    pub(super) space: String,
    pub(super) pattern: String,
}

/// All that is under way.
#[derive(Debug, Default)]
pub(super) struct Jobs(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: u64,
    jobs: BTreeMap<u64, Clearing>,
    previews: VecDeque<Previewed>,
}

impl Jobs {
    /// Remembers what a token stands for.
    pub(super) fn previewed(&self, preview: Previewed) {
        let mut state = self.lock();
        if state.previews.len() >= PREVIEWS {
            state.previews.pop_front();
        }
        state.previews.push_back(preview);
    }

    /// What a token stands for.
    pub(super) fn preview(&self, token: &str) -> Option<Previewed> {
        self.lock().previews.iter().find(|preview| preview.token == token).cloned()
    }

    /// Gives a job its number.
    pub(super) fn add(&self, clearing: Clearing) -> u64 {
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        state.jobs.insert(number, clearing);
        if state.jobs.len() > REMEMBERED {
            state.jobs.pop_first();
        }
        number
    }

    /// The job of this number.
    pub(super) fn get(&self, number: u64) -> Option<Clearing> {
        self.lock().jobs.get(&number).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clearing {
    /// How far the job is.
    pub(super) fn progress(&self, number: u64) -> ClearProgress {
        let progress = self.job.progress();
        let (cleared, total) = (progress.cleared, progress.total);
        let (state, message) = match progress.state {
            JobState::Running => (ClearState::Running, format!("{cleared} of {total} keys are cleared.")),
            JobState::Done => (ClearState::Done, format!("{cleared} keys were cleared.")),
            JobState::Cancelled => {
                (ClearState::Cancelled, format!("Stopped: {cleared} keys were cleared, the others are still there."))
            }
            JobState::Refused => (
                ClearState::Refused,
                format!(
                    "More keys match now than the {total} that were previewed; {cleared} were cleared. Preview again."
                ),
            ),
            JobState::Failed => (
                ClearState::Failed,
                format!("The server failed after {cleared} keys. Look at its state, then preview again."),
            ),
        };
        ClearProgress {
            job: number,
            space: self.space.clone(),
            pattern: self.pattern.clone(),
            state,
            scanned: progress.scanned,
            cleared,
            total,
            keys_per_second: progress.keys_per_second,
            duration_ms: progress.elapsed.as_secs_f64() * 1e3,
            message,
        }
    }
}
