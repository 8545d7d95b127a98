//! One database as the program uses it: the statements that it knows by their texts, and what all calls together did.

use super::{
    Core,
    statements::{Call, Figures, Statement},
    text::{Tongue, normalise},
};
use foldhash::fast::FixedState;
use miorai_model::database::StatementError;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

/// How many texts are known before all are forgotten: statements that bear their values in their text are no two alike.
const TEXTS: usize = 2_048;
/// Longer texts are normalised each time.
const TEXT_BYTES: usize = 16 * 1_024;

/// One database as the program uses it.
#[derive(Debug)]
pub(super) struct Client {
    /// The name of its pool.
    pub name: Arc<str>,
    /// `sqlite`, `postgresql`, or nothing.
    pub system: &'static str,
    tongue: Tongue,
    core: Arc<Core>,
    /// Statements by their text as it is called; nothing for those that are not told apart.
    texts: RwLock<Texts>,
    all: Mutex<Figures>,
}

type Texts = HashMap<Box<str>, Option<Arc<Statement>>, FixedState>;

impl Client {
    pub(super) fn new(name: &str, system: &'static str, tongue: Tongue, core: Arc<Core>) -> Self {
        let (texts, all) = Default::default();
        Self { name: name.into(), system, tongue, core, texts, all }
    }

    /// The statement of a text; nothing when there are too many.
    pub(super) fn statement(&self, sql: &str) -> Option<Arc<Statement>> {
        if let Some(known) = self.texts.read().unwrap_or_else(PoisonError::into_inner).get(sql) {
            return known.clone();
        }
        let made = Statement::new(normalise(sql, self.tongue), &self.name, self.system, sql);
        let statement = self.core.statements.enter(made);
        if sql.len() <= TEXT_BYTES {
            let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
            if texts.len() >= TEXTS {
                texts.clear();
            }
            texts.insert(sql.into(), statement.clone());
        }
        statement
    }

    /// Counts a call. What was slow or failed by a timeout is kept.
    pub(super) fn record(
        &self,
        statement: Option<&Arc<Statement>>,
        took: Duration,
        rows: u64,
        error: Option<StatementError>,
    ) {
        let is_slow = took >= self.core.settings.slow_threshold;
        let call = Call { at: self.core.clock.monotonic(), took, rows, error, is_slow };
        self.all().add(&call);
        match statement {
            Some(statement) => statement.figures().add(&call),
            None => self.core.statements.count_overflow(),
        }
        if is_slow && let Some(statement) = statement {
            self.core.keep_slow(Arc::clone(statement), call);
        }
    }

    pub(super) fn all(&self) -> MutexGuard<'_, Figures> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew.
    pub(super) fn forget(&self) {
        self.texts.write().unwrap_or_else(PoisonError::into_inner).clear();
        *self.all() = Figures::default();
    }
}
