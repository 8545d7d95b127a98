//! A connection of a watched pool, and a transaction on it.

use super::{
    executor::Seen,
    pool::PoolShared,
    system::{Deadline, System},
    waits::Taken,
};
use sqlx::{Error, SqlStr, Transaction, pool::PoolConnection};
use std::{fmt, sync::Arc};

/// A connection that goes back into its pool when it is dropped. `&mut connection` is an executor.
pub struct MonitoredConnection<S: System> {
    connection: PoolConnection<S>,
    shared: Arc<PoolShared>,
    deadline: Option<Arc<Deadline>>,
    /// Given up after the connection: fields are dropped in their order.
    /// Counts the connection as taken until it goes.
    _taken: Taken,
}

impl<S: System> MonitoredConnection<S> {
    pub(super) fn new(
        connection: PoolConnection<S>,
        shared: Arc<PoolShared>,
        deadline: Option<Arc<Deadline>>,
        taken: Taken,
    ) -> Self {
        Self { connection, shared, deadline, _taken: taken }
    }

    pub(super) fn seen(&mut self) -> Seen<'_, S> {
        Seen { connection: &mut self.connection, shared: &self.shared, deadline: self.deadline.as_ref() }
    }
}

impl<S: System> fmt::Debug for MonitoredConnection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonitoredConnection").field("pool", &self.shared.client.name).finish_non_exhaustive()
    }
}

/// A transaction. `&mut transaction` is an executor. What begins and ends it is counted like any statement: a commit is
/// where the disk is waited for. Dropped without a commit, it is rolled back when the connection is used again.
pub struct MonitoredTransaction<S: System> {
    transaction: Transaction<'static, S>,
    shared: Arc<PoolShared>,
    deadline: Option<Arc<Deadline>>,
    /// Counts the connection as taken until it goes.
    _taken: Taken,
}

impl<S: System> MonitoredTransaction<S> {
    pub(super) async fn begin(connection: MonitoredConnection<S>, statement: Option<SqlStr>) -> Result<Self, Error> {
        let MonitoredConnection { connection, shared, deadline, _taken: taken } = connection;
        let mut running = shared.call(statement.as_ref().map_or("BEGIN", SqlStr::as_str), None);
        let begun = Transaction::begin(connection, statement).await;
        let transaction = begun.inspect_err(|error| running.failed::<S>(error))?;
        drop(running);
        Ok(Self { transaction, shared, deadline, _taken: taken })
    }

    pub(super) fn seen(&mut self) -> Seen<'_, S> {
        Seen { connection: &mut self.transaction, shared: &self.shared, deadline: self.deadline.as_ref() }
    }

    /// Makes what was done lasting.
    pub async fn commit(self) -> Result<(), Error> {
        let mut running = self.shared.call("COMMIT", None);
        self.transaction.commit().await.inspect_err(|error| running.failed::<S>(error))
    }

    /// Undoes what was done.
    pub async fn rollback(self) -> Result<(), Error> {
        let mut running = self.shared.call("ROLLBACK", None);
        self.transaction.rollback().await.inspect_err(|error| running.failed::<S>(error))
    }
}

impl<S: System> fmt::Debug for MonitoredTransaction<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonitoredTransaction").field("pool", &self.shared.client.name).finish_non_exhaustive()
    }
}
