//! A call under way: from its first step to its last row, or to where it is given up.

use super::{
    client::Client,
    error::{Failed, classify},
    statements::Statement,
    system::{Deadline, Results, System},
};
use crate::chain;
use futures_util::Stream;
use miorai_model::database::StatementError;
use sqlx::{Database, Either, Error, Execute, SqlStr, error::BoxDynError};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// A query taken apart, so that its text can be read before it is called.
pub(super) struct Question<S: Database> {
    sql: SqlStr,
    arguments: Result<Option<S::Arguments>, BoxDynError>,
    is_persistent: bool,
    prepared: Option<S::Statement>,
}

impl<S: Database> Question<S> {
    pub(super) fn of<'q, E: Execute<'q, S> + 'q>(mut query: E) -> Self {
        let arguments = query.take_arguments();
        let (is_persistent, prepared) = (query.persistent(), query.statement().cloned());
        Self { sql: query.sql(), arguments, is_persistent, prepared }
    }

    pub(super) fn text(&self) -> &str {
        self.sql.as_str()
    }
}

impl<S: Database> Execute<'_, S> for Question<S>
where
    S::Arguments: Send,
{
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&S::Statement> {
        self.prepared.as_ref()
    }

    fn take_arguments(&mut self) -> Result<Option<S::Arguments>, BoxDynError> {
        std::mem::replace(&mut self.arguments, Ok(None))
    }

    fn persistent(&self) -> bool {
        self.is_persistent
    }
}

/// A call that is counted when it ends, in whichever way: dropped by who called it counts as ended.
pub(super) struct Running {
    client: Arc<Client>,
    statement: Option<Arc<Statement>>,
    begin: Instant,
    timeout: Option<Duration>,
    deadline: Option<Arc<Deadline>>,
    returned: u64,
    affected: u64,
    error: Option<StatementError>,
}

impl Running {
    /// Begins now.
    pub(super) fn start(
        client: &Arc<Client>,
        sql: &str,
        timeout: Option<Duration>,
        deadline: Option<&Arc<Deadline>>,
    ) -> Self {
        // Before the deadline is set: what is ended by it has taken at least as long.
        let begin = Instant::now();
        if let (Some(timeout), Some(deadline)) = (timeout, deadline) {
            deadline.set(timeout);
        }
        Self {
            statement: client.statement(sql),
            client: Arc::clone(client),
            begin,
            timeout,
            deadline: deadline.cloned(),
            returned: 0,
            affected: 0,
            error: None,
        }
    }

    pub(super) fn returned(&mut self) {
        self.returned += 1;
    }

    pub(super) fn affected(&mut self, rows: u64) {
        self.affected += rows;
    }

    pub(super) fn failed<S: System>(&mut self, error: &Error) {
        let failed = Failed { took: self.begin.elapsed(), timeout: self.timeout };
        self.error = Some(classify(error, failed, S::kind));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(deadline) = &self.deadline {
            deadline.clear();
        }
        let text = self.statement.as_ref().map(|statement| &statement.text);
        let is_change = text.is_some_and(|text| text.is_change);
        // SQLite tells the rows of the last change for what only reads.
        let rows = if self.returned == 0 && is_change { self.affected } else { self.returned };
        let took = self.begin.elapsed();
        let shown = text.map_or("a statement that is not told apart", |text| &text.text);
        match self.error {
            None => chain::record_query(shown, took, Some(rows)),
            Some(_) => chain::record_failed_query(shown, took),
        }
        self.client.record(self.statement.as_ref(), took, rows, self.error);
    }
}

/// The results of a call on their way.
pub(super) struct Counted<'e, S: System> {
    results: Results<'e, S>,
    running: Option<Running>,
}

impl<'e, S: System> Counted<'e, S> {
    pub(super) fn new(results: Results<'e, S>, running: Running) -> Self {
        Self { results, running: Some(running) }
    }
}

impl<S: System> Stream for Counted<'_, S> {
    type Item = Result<Either<S::QueryResult, S::Row>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.results.as_mut().poll_next(context);
        let Some(running) = &mut self.running else { return polled };
        match &polled {
            Poll::Ready(Some(Ok(Either::Left(result)))) => running.affected(S::rows_affected(result)),
            Poll::Ready(Some(Ok(Either::Right(_)))) => running.returned(),
            Poll::Ready(Some(Err(error))) => running.failed::<S>(error),
            Poll::Ready(None) => self.running = None,
            Poll::Pending => {}
        }
        polled
    }
}
