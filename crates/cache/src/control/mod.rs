//! Clearing what an admin wants cleared: looked at first, in steps that hold up nobody, and never more than was seen.
//!
//! ```text
//! preview ──► how many match, a sample, what it costs, a token
//! token ────► start ──► Job: goes through the keys, refuses when more match than were previewed, deletes in batches
//! ```
//!
//! It goes through the keys in steps with pauses and deletes in batches with pauses, as large as the server can answer
//! without holding up others; it never asks a server for all keys at once, and never empties a database.

mod job;
mod pace;
mod preview;
mod walk;

pub use job::{ClearOutcome, Job, JobProgress, JobState};
pub use preview::Preview;

use crate::{clock::SystemClock, error::CacheError, glob::Glob, space::Space};
use miorai_model::Clock;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// How long a preview holds.
const HOLDS: Duration = Duration::from_mins(5);
/// The most previews that hold at once; the oldest goes first.
const MAX_TOKENS: usize = 1_000;

/// Why something is not cleared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// The cache or its server.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The pattern matches everything, and the name of the space was not typed, or another one.
    #[error("this clears all of '{space}': type its name to confirm")]
    NameWanted {
        /// The name to type.
        space: String,
    },
    /// There is no such preview: never made, used up, older than five minutes, or of another space.
    #[error("this preview of '{space}' does not hold any more: preview again")]
    NoPreview {
        /// The space that was to be cleared.
        space: String,
    },
    /// Over 10 % more keys match than were previewed. Nothing was cleared, or only as many as were previewed.
    #[error("{matched} keys or more match now, {previewed} were previewed: preview again")]
    Drifted {
        /// How many were previewed.
        previewed: u64,
        /// How many match at least.
        matched: u64,
    },
    /// More keys match than are cleared without a preview. Nothing was cleared.
    #[error("more than {limit} keys match: preview first")]
    TooMany {
        /// How many are cleared without a preview.
        limit: u64,
    },
}

/// Clears entries, with a preview or within a limit. Cloning it is cheap; all clones know the same previews.
#[derive(Clone)]
pub struct Clearer {
    clock: Arc<dyn Clock>,
    previews: Arc<Mutex<HashMap<String, Promise>>>,
}

/// What the token of a preview stands for.
#[derive(Clone, Debug)]
struct Promise {
    space: String,
    glob: Glob,
    matched: u64,
    /// When it was made, by the clock that never jumps.
    made: Duration,
}

impl Default for Clearer {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock::default()))
    }
}

impl Clearer {
    /// Previews age by this clock.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { clock, previews: Arc::default() }
    }

    /// What would be cleared. For a pattern that matches everything, the name of the space must have been typed.
    pub async fn preview(
        &self,
        space: &Space,
        pattern: &str,
        typed_name: Option<&str>,
    ) -> Result<Preview, ControlError> {
        let glob = checked(space, pattern, typed_name)?;
        let mut preview = preview::look(space, &glob).await?;
        preview.token = self.promise(space, glob, preview.matched);
        Ok(preview)
    }

    /// Clears what was previewed, in a task of its own. A token is good for one start.
    pub fn start(&self, space: &Space, token: &str) -> Result<Job, ControlError> {
        let no_preview = || ControlError::NoPreview { space: space.name().to_owned() };
        let promise = self.previews.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
        let promise = promise.filter(|promise| promise.space == space.name() && self.holds(promise));
        let Promise { glob, matched, .. } = promise.ok_or_else(no_preview)?;
        Ok(Job::start(space.clone(), glob, job::Limit::previewed(matched), self.clock.clone()))
    }

    /// Clears without a preview when no more than `limit` keys match. A pattern that matches everything needs the name
    /// of the space all the same.
    pub async fn clear_now(
        &self,
        space: &Space,
        pattern: &str,
        typed_name: Option<&str>,
        limit: u64,
    ) -> Result<ClearOutcome, ControlError> {
        let glob = checked(space, pattern, typed_name)?;
        Job::start(space.clone(), glob, job::Limit::fixed(limit), self.clock.clone()).wait().await
    }

    fn promise(&self, space: &Space, glob: Glob, matched: u64) -> String {
        let token = format!("{:032x}", fastrand::u128(..));
        let promise = Promise { space: space.name().to_owned(), glob, matched, made: self.clock.monotonic() };
        let mut previews = self.previews.lock().unwrap_or_else(PoisonError::into_inner);
        previews.retain(|_, promise| self.holds(promise));
        if previews.len() >= MAX_TOKENS {
            let oldest = previews.iter().min_by_key(|(_, promise)| promise.made).map(|(token, _)| token.clone());
            oldest.and_then(|token| previews.remove(&token));
        }
        previews.insert(token.clone(), promise);
        token
    }

    fn holds(&self, promise: &Promise) -> bool {
        self.clock.monotonic().saturating_sub(promise.made) < HOLDS
    }
}

impl fmt::Debug for Clearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clearer").finish_non_exhaustive()
    }
}

fn checked(space: &Space, pattern: &str, typed_name: Option<&str>) -> Result<Glob, ControlError> {
    let glob = Glob::new(pattern)?;
    if glob.is_everything() && typed_name != Some(space.name()) {
        return Err(ControlError::NameWanted { space: space.name().to_owned() });
    }
    Ok(glob)
}
