//! Why a request was slow: what it did that takes time, noted while it is answered.
//!
//! The HTTP layer begins a record for each request ([`record`]); caches, the query monitor and the program itself note
//! their steps in it by the free functions here. Outside a request these do nothing, so that nobody has to know whether
//! there is one. A record is part of the request's own future: nothing is shared, nothing is locked, and before the
//! first step nothing is allocated. It keeps [`MOST_STEPS`] steps; what comes after is added up all the same.
//!
//! A task that a request spawns has no record of its own, since a task may outlive the request.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use miorai_model::performance::{Outcome, StepKind};
//! use miorai_monitoring::chain;
//! use std::time::{Duration, Instant};
//!
//! let ((), record) = chain::record(async {
//!     chain::record_query("SELECT name FROM players WHERE id = ?", Duration::from_millis(3), Some(1));
//!     chain::step(StepKind::Other, "render", Instant::now(), Duration::from_millis(1), Outcome::Done);
//! })
//! .await;
//! assert_eq!(record.parts(Duration::from_millis(10)).database_ms, 3.0);
//! assert_eq!(record.steps()[0].what(), "SELECT name FROM players WHERE id = ?");
//! # });
//! ```

mod record;

pub use record::{Noted, Record};

use miorai_model::performance::{Outcome, StepKind};
use record::NewStep;
use std::{
    cell::RefCell,
    pin::{Pin, pin},
    time::{Duration, Instant},
};
use tokio::task::futures::TaskLocalFuture;

/// The steps that a record keeps one by one.
pub const MOST_STEPS: usize = 64;

/// The bytes of a step's text that are kept.
pub const MOST_TEXT: usize = 256;

tokio::task_local! {
    static RECORD: RefCell<Record>;
}

/// Runs a future with a record of its own, and gives the record back with what it came to.
pub async fn record<T>(future: impl Future<Output = T>) -> (T, Record) {
    let mut recorded = pin!(scope(future));
    let outcome = recorded.as_mut().await;
    (outcome, take(recorded).unwrap_or_default())
}

/// A future with a record of its own.
pub(crate) type Recorded<F> = TaskLocalFuture<RefCell<Record>, F>;

/// The future with a record that begins now.
pub(crate) fn scope<F: Future>(future: F) -> Recorded<F> {
    RECORD.scope(RefCell::new(Record::begin()), future)
}

/// The record of a future that has ended.
pub(crate) fn take<F>(recorded: Pin<&mut Recorded<F>>) -> Option<Record> {
    recorded.take_value().map(RefCell::into_inner)
}

/// Whether there is a record to note steps in: who has to work for a step's text may ask first.
pub fn is_recording() -> bool {
    RECORD.try_with(|_| ()).is_ok()
}

/// Notes a step of any kind that began at `started` and took so long.
pub fn step(kind: StepKind, what: &str, started: Instant, took: Duration, outcome: Outcome) {
    note(NewStep { kind, outcome, space: "", what, started: Some(started), took, rows: None });
}

/// Notes a statement that has just ended well: its text without parameters, how long it took, and its rows if they are
/// known.
pub fn record_query(text: &str, took: Duration, rows: Option<u64>) {
    let (kind, outcome) = (StepKind::Database, Outcome::Done);
    note(NewStep { kind, outcome, space: "", what: text, started: None, took, rows });
}

/// Notes a statement that has just failed.
pub fn record_failed_query(text: &str, took: Duration) {
    let (kind, outcome) = (StepKind::Database, Outcome::Failed);
    note(NewStep { kind, outcome, space: "", what: text, started: None, took, rows: None });
}

/// Notes that a connection of a pool was waited for until now.
pub fn record_pool_wait(took: Duration) {
    let (kind, outcome) = (StepKind::Queue, Outcome::Done);
    note(NewStep { kind, outcome, space: "", what: "connection", started: None, took, rows: None });
}

/// Notes a lookup in a cache that has just ended: the space, the template of the key (not the key, which may hold what
/// is nobody's business), what was found, how long it took.
pub fn record_cache(space: &str, template: &str, outcome: Outcome, took: Duration) {
    note(NewStep { kind: StepKind::Cache, outcome, space, what: template, started: None, took, rows: None });
}

/// Adds a step to the record, if there is one. A future is polled by one thread at a time, and nothing that is done
/// here asks for the record again, so that it is never borrowed twice.
fn note(step: NewStep<'_>) {
    let _ = RECORD.try_with(|record| {
        if let Ok(mut record) = record.try_borrow_mut() {
            record.add(step);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn outside_a_request_nothing_is_noted_and_nothing_fails() {
        assert!(!is_recording());
        record_query("SELECT 1", MILLI, None);
        record_pool_wait(MILLI);
    }

    #[tokio::test]
    async fn steps_of_requests_that_run_at_the_same_time_stay_apart() {
        let request = |name: &'static str, steps: usize| {
            record(async move {
                for _ in 0..steps {
                    record_cache(name, "key:{id}", Outcome::Hit, MILLI);
                    tokio::task::yield_now().await;
                }
            })
        };
        let (((), first), ((), second)) = tokio::join!(request("first", 3), request("second", 5));
        for (record, what, times) in [(first, "first key:{id}", 3), (second, "second key:{id}", 5)] {
            let [step] = record.steps() else { panic!("one step, several times: {record:?}") };
            assert_eq!((step.what(), step.times()), (what, times));
        }
    }

    #[tokio::test]
    async fn a_request_within_a_request_has_its_own_record() {
        let ((), outer) = record(async {
            record_query("SELECT 1", MILLI, None);
            let ((), inner) = record(async { record_query("SELECT 2", MILLI, None) }).await;
            assert_eq!(inner.steps().len(), 1);
            record_query("SELECT 3", MILLI, None);
        })
        .await;
        assert_eq!(outer.steps().iter().map(Noted::what).collect::<Vec<_>>(), ["SELECT 1", "SELECT 3"]);
    }

    #[tokio::test]
    async fn a_task_of_its_own_notes_nothing() {
        let ((), record) = record(async {
            tokio::spawn(async { record_query("SELECT 1", MILLI, None) }).await.unwrap();
        })
        .await;
        assert!(record.steps().is_empty());
    }
}
