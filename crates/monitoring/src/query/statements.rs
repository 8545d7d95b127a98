//! The statements that have been called, each with its figures, and no more of them than there may be.

use super::text::StatementText;
use foldhash::fast::FixedState;
use miorai_model::{Sketch, database::StatementError};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// One call that has ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// When it ended, on the clock that never jumps.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// Rows that it gave or changed.
    pub rows: u64,
    /// In which way it failed.
    pub error: Option<StatementError>,
    /// Whether it took as long as the threshold or longer.
    pub is_slow: bool,
}

/// A statement and what is known of its calls.
#[derive(Debug)]
pub(super) struct Statement {
    /// What it is.
    pub text: StatementText,
    /// The pool that it runs on.
    pub database: Arc<str>,
    /// `sqlite`, `postgresql`, or nothing.
    pub system: &'static str,
    /// As it was first called, for its plan. It is never shown: there may be values in it.
    pub sql: String,
    figures: Mutex<Figures>,
}

/// What is known of the calls of a statement, or of all of a database.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub calls: u64,
    pub slow: u64,
    pub rows: u64,
    /// Failed calls by the place of the way.
    pub errors: [u64; StatementError::EVERY.len()],
    /// Seconds that calls took, up to the last frame.
    before: Sketch,
    /// Those since then.
    since: Sketch,
    /// When it was last called.
    pub last: Duration,
}

impl Figures {
    pub(super) fn add(&mut self, call: &Call) {
        self.calls += 1;
        self.slow += u64::from(call.is_slow);
        self.rows += call.rows;
        if let Some(error) = call.error {
            self.errors[error.index()] += 1;
        }
        self.since.add(call.took.as_secs_f64());
        self.last = call.at;
    }

    /// The seconds of the calls since this was last asked for; nothing when there were none.
    pub(super) fn take_since(&mut self) -> Option<Arc<Sketch>> {
        if self.since.is_empty() {
            return None;
        }
        let since = std::mem::take(&mut self.since);
        self.before.merge(&since);
        Some(Arc::new(since))
    }

    /// The seconds of all calls.
    pub(super) fn seconds(&self) -> Sketch {
        let mut all = self.before.clone();
        all.merge(&self.since);
        all
    }

    pub(super) fn failed(&self) -> u64 {
        self.errors.iter().sum()
    }
}

impl Statement {
    pub(super) fn new(text: StatementText, database: &Arc<str>, system: &'static str, sql: &str) -> Self {
        let sql = if text.is_single { sql.to_owned() } else { String::new() };
        Self { text, database: Arc::clone(database), system, sql, figures: Mutex::default() }
    }

    /// The fingerprint as it is shown.
    pub(super) fn id(&self) -> String {
        format!("{:016x}", self.text.fingerprint)
    }

    pub(super) fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Known = HashMap<(Arc<str>, u64), Arc<Statement>, FixedState>;

/// Every statement that is told apart.
#[derive(Debug)]
pub(super) struct Statements {
    known: Mutex<Known>,
    limit: usize,
    /// Calls of statements for which there was no place.
    overflow: AtomicU64,
}

impl Statements {
    pub(super) fn new(limit: usize) -> Self {
        Self { known: Mutex::default(), limit, overflow: AtomicU64::new(0) }
    }

    /// The one that `made` is, or, when it is not known yet and there is a place for it, `made` itself.
    pub(super) fn enter(&self, made: Statement) -> Option<Arc<Statement>> {
        let mut known = self.lock();
        let key = (Arc::clone(&made.database), made.text.fingerprint);
        if let Some(statement) = known.get(&key) {
            return Some(Arc::clone(statement));
        }
        if known.len() >= self.limit {
            return None;
        }
        let statement = Arc::new(made);
        known.insert(key, Arc::clone(&statement));
        Some(statement)
    }

    /// The statement of a database with this id.
    pub(super) fn find(&self, database: &str, id: &str) -> Option<Arc<Statement>> {
        let fingerprint = u64::from_str_radix(id, 16).ok()?;
        let known = self.lock();
        known.get(&(Arc::from(database), fingerprint)).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Statement>> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn count_overflow(&self) {
        self.overflow.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn overflow(&self) -> u64 {
        self.overflow.load(Ordering::Relaxed)
    }

    /// Begins anew. Statements that callers hold go on counting where nobody looks; see [`super::client::Client::forget`].
    pub(super) fn clear(&self) {
        self.lock().clear();
        self.overflow.store(0, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
