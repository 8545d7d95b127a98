//! Executors: where statements pass through and are seen.

use super::{
    call::{Counted, Question},
    connection::{MonitoredConnection, MonitoredTransaction},
    pool::{MonitoredPool, PoolShared},
    system::{Deadline, Results, System},
};
use async_stream::try_stream;
use futures_util::{TryStreamExt as _, future::BoxFuture};
use sqlx::{Error, Execute, Executor, SqlStr};
use std::sync::Arc;

impl<'p, S: System> Executor<'p> for &'_ MonitoredPool<S> {
    type Database = S;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Results<'e, S>
    where
        'p: 'e,
        E: 'q + Execute<'q, S>,
    {
        let (pool, question) = (self.clone(), Question::of(query));
        Box::pin(try_stream! {
            let mut connection = pool.acquire_for(question.text()).await?;
            let mut results = connection.seen().fetch_many(question);
            while let Some(result) = results.try_next().await? {
                yield result;
            }
        })
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<S::Row>, Error>>
    where
        'p: 'e,
        E: 'q + Execute<'q, S>,
    {
        let (pool, question) = (self.clone(), Question::of(query));
        Box::pin(async move {
            let mut connection = pool.acquire_for(question.text()).await?;
            connection.seen().fetch_optional(question).await
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [S::TypeInfo]) -> BoxFuture<'e, Result<S::Statement, Error>>
    where
        'p: 'e,
    {
        let pool = self.clone();
        Box::pin(async move {
            let mut connection = pool.acquire_for(sql.as_str()).await?;
            connection.seen().prepare_with(sql, parameters).await
        })
    }
}

impl<'c, S: System> Executor<'c> for &'c mut MonitoredConnection<S> {
    type Database = S;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Results<'e, S>
    where
        'c: 'e,
        E: 'q + Execute<'q, S>,
    {
        self.seen().fetch_many(Question::of(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<S::Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, S>,
    {
        self.seen().fetch_optional(Question::of(query))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [S::TypeInfo]) -> BoxFuture<'e, Result<S::Statement, Error>>
    where
        'c: 'e,
    {
        self.seen().prepare_with(sql, parameters)
    }
}

impl<'c, S: System> Executor<'c> for &'c mut MonitoredTransaction<S> {
    type Database = S;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Results<'e, S>
    where
        'c: 'e,
        E: 'q + Execute<'q, S>,
    {
        self.seen().fetch_many(Question::of(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<S::Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, S>,
    {
        self.seen().fetch_optional(Question::of(query))
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [S::TypeInfo]) -> BoxFuture<'e, Result<S::Statement, Error>>
    where
        'c: 'e,
    {
        self.seen().prepare_with(sql, parameters)
    }
}

/// A connection on which calls are counted.
pub(super) struct Seen<'c, S: System> {
    pub connection: &'c mut S::Connection,
    pub shared: &'c Arc<PoolShared>,
    pub deadline: Option<&'c Arc<Deadline>>,
}

impl<'c, S: System> Seen<'c, S> {
    fn fetch_many<'e>(self, question: Question<S>) -> Results<'e, S>
    where
        'c: 'e,
    {
        let running = self.shared.call(question.text(), self.deadline);
        Box::pin(Counted::<S>::new(S::fetch_many(self.connection, question), running))
    }

    fn fetch_optional<'e>(self, question: Question<S>) -> BoxFuture<'e, Result<Option<S::Row>, Error>>
    where
        'c: 'e,
    {
        let mut running = self.shared.call(question.text(), self.deadline);
        let row = S::fetch_optional(self.connection, question);
        Box::pin(async move {
            match row.await {
                Ok(row) => {
                    if row.is_some() {
                        running.returned();
                    }
                    Ok(row)
                }
                Err(error) => {
                    running.failed::<S>(&error);
                    Err(error)
                }
            }
        })
    }

    /// Preparing is a question of its own to the database, but no call of the statement: it is not counted.
    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [S::TypeInfo]) -> BoxFuture<'e, Result<S::Statement, Error>>
    where
        'c: 'e,
    {
        S::prepare_with(self.connection, sql, parameters)
    }
}
