//! What differs from one database to the other.

use super::{
    error::{self, Failed},
    plan::{self, Plan, PlanError, PlanMode},
    text::Tongue,
};
use futures_util::{future::BoxFuture, stream::BoxStream};
use miorai_model::database::StatementError;
use sqlx::{
    ConnectOptions, Connection, Database, Either, Error, Execute, Executor, Postgres, SqlStr, Sqlite,
    error::DatabaseError,
    postgres::{PgConnectOptions, PgQueryResult},
    sqlite::SqliteQueryResult,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How many instructions of its virtual machine SQLite carries out between two looks at the clock: some ten
/// microseconds.
const LOOKS_AFTER: i32 = 1_000;

/// The longest that SQLite waits for a lock: what `sqlx` has without us.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Rows of a statement and how many it changed, as the driver gives them.
pub(super) type Results<'e, S> =
    BoxStream<'e, Result<Either<<S as Database>::QueryResult, <S as Database>::Row>, Error>>;

/// The options of a database's connections.
pub(super) type Options<S> = <<S as Database>::Connection as Connection>::Options;

/// A database whose statements can be watched: SQLite or PostgreSQL.
///
/// Executors are implemented over this trait, because the compiler cannot follow a bound on `&mut Connection`.
pub trait System: Database + Sealed {
    /// Its name among OpenTelemetry's values of `db.system.name`.
    const SYSTEM: &'static str;
}

/// What the watching needs of a database.
pub trait Sealed: Database {
    #[doc(hidden)]
    const TONGUE: Tongue;

    /// The database that the options lead to, for people.
    #[doc(hidden)]
    fn namespace(options: &Options<Self>) -> String;

    /// Options under which statements are ended after `timeout`, as far as the database does that by itself, and the
    /// driver logs nothing: what is watched is not to be counted a second time by what listens to its log.
    #[doc(hidden)]
    fn prepared(options: Options<Self>, timeout: Option<Duration>) -> Options<Self>;

    /// Puts a deadline into the hands of a connection, for a database that does not know timeouts.
    #[doc(hidden)]
    fn watched<'c>(connection: &'c mut Self::Connection, deadline: &Arc<Deadline>) -> BoxFuture<'c, Result<(), Error>>;

    #[doc(hidden)]
    fn rows_affected(result: &Self::QueryResult) -> u64;

    #[doc(hidden)]
    fn kind(error: &dyn DatabaseError, failed: Failed) -> StatementError;

    #[doc(hidden)]
    fn fetch_many<'e, 'q: 'e, E: Execute<'q, Self> + 'q>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> Results<'e, Self>;

    #[doc(hidden)]
    fn fetch_optional<'e, 'q: 'e, E: Execute<'q, Self> + 'q>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> BoxFuture<'e, Result<Option<Self::Row>, Error>>;

    #[doc(hidden)]
    fn prepare_with<'e>(
        connection: &'e mut Self::Connection,
        sql: SqlStr,
        parameters: &'e [Self::TypeInfo],
    ) -> BoxFuture<'e, Result<Self::Statement, Error>>;

    #[doc(hidden)]
    fn plan<'e>(
        connection: &'e mut Self::Connection,
        sql: &'e str,
        mode: PlanMode,
    ) -> BoxFuture<'e, Result<Plan, PlanError>>;
}

/// When the statement that runs on a connection has to end: written by who calls, read where the statement runs.
#[doc(hidden)]
#[derive(Debug)]
pub struct Deadline {
    begin: Instant,
    /// Microseconds after `begin`; the greatest number for never.
    at: AtomicU64,
}

impl Default for Deadline {
    fn default() -> Self {
        Self { begin: Instant::now(), at: AtomicU64::new(u64::MAX) }
    }
}

impl Deadline {
    pub(super) fn set(&self, timeout: Duration) {
        let at = self.begin.elapsed().saturating_add(timeout).as_micros() as u64;
        self.at.store(at, Ordering::Release);
    }

    pub(super) fn clear(&self) {
        self.at.store(u64::MAX, Ordering::Release);
    }

    fn is_over(&self) -> bool {
        self.begin.elapsed().as_micros() as u64 > self.at.load(Ordering::Acquire)
    }
}

impl System for Sqlite {
    const SYSTEM: &'static str = "sqlite";
}

impl Sealed for Sqlite {
    const TONGUE: Tongue = Tongue::Sqlite;

    fn namespace(options: &Options<Self>) -> String {
        options.get_filename().display().to_string()
    }

    fn prepared(options: Options<Self>, timeout: Option<Duration>) -> Options<Self> {
        let options = options.disable_statement_logging();
        // Waiting for a lock is no work of the virtual machine, whose deadline is looked at between instructions.
        match timeout {
            Some(timeout) => options.busy_timeout(timeout.min(LOCK_TIMEOUT)),
            None => options,
        }
    }

    fn watched<'c>(connection: &'c mut Self::Connection, deadline: &Arc<Deadline>) -> BoxFuture<'c, Result<(), Error>> {
        let deadline = Arc::clone(deadline);
        Box::pin(async move {
            connection.lock_handle().await?.set_progress_handler(LOOKS_AFTER, move || !deadline.is_over());
            Ok(())
        })
    }

    fn rows_affected(result: &SqliteQueryResult) -> u64 {
        result.rows_affected()
    }

    fn kind(error: &dyn DatabaseError, failed: Failed) -> StatementError {
        error::of_sqlite(error, failed)
    }

    fn fetch_many<'e, 'q: 'e, E: Execute<'q, Self> + 'q>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> Results<'e, Self> {
        connection.fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E: Execute<'q, Self> + 'q>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> BoxFuture<'e, Result<Option<Self::Row>, Error>> {
        connection.fetch_optional(query)
    }

    fn prepare_with<'e>(
        connection: &'e mut Self::Connection,
        sql: SqlStr,
        parameters: &'e [Self::TypeInfo],
    ) -> BoxFuture<'e, Result<Self::Statement, Error>> {
        connection.prepare_with(sql, parameters)
    }

    fn plan<'e>(
        connection: &'e mut Self::Connection,
        sql: &'e str,
        mode: PlanMode,
    ) -> BoxFuture<'e, Result<Plan, PlanError>> {
        Box::pin(plan::of_sqlite(connection, sql, mode))
    }
}

impl System for Postgres {
    const SYSTEM: &'static str = "postgresql";
}

impl Sealed for Postgres {
    const TONGUE: Tongue = Tongue::Postgres;

    fn namespace(options: &Options<Self>) -> String {
        let database = options.get_database().unwrap_or_else(|| options.get_username());
        format!("{database} on {}:{}", options.get_host(), options.get_port())
    }

    fn prepared(options: PgConnectOptions, timeout: Option<Duration>) -> PgConnectOptions {
        let options = options.disable_statement_logging();
        match timeout {
            Some(timeout) => options.options([("statement_timeout", timeout.as_millis().max(1))]),
            None => options,
        }
    }

    fn watched<'c>(_: &'c mut Self::Connection, _: &Arc<Deadline>) -> BoxFuture<'c, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn rows_affected(result: &PgQueryResult) -> u64 {
        result.rows_affected()
    }

    fn kind(error: &dyn DatabaseError, failed: Failed) -> StatementError {
        error::of_postgres(error, failed)
    }

    fn fetch_many<'e, 'q: 'e, E: Execute<'q, Self> + 'q>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> Results<'e, Self> {
        connection.fetch_many(query)
    }

    fn fetch_optional<'e, 'q: 'e, E: Execute<'q, Self> + 'q>(
        connection: &'e mut Self::Connection,
        query: E,
    ) -> BoxFuture<'e, Result<Option<Self::Row>, Error>> {
        connection.fetch_optional(query)
    }

    fn prepare_with<'e>(
        connection: &'e mut Self::Connection,
        sql: SqlStr,
        parameters: &'e [Self::TypeInfo],
    ) -> BoxFuture<'e, Result<Self::Statement, Error>> {
        connection.prepare_with(sql, parameters)
    }

    fn plan<'e>(
        connection: &'e mut Self::Connection,
        sql: &'e str,
        mode: PlanMode,
    ) -> BoxFuture<'e, Result<Plan, PlanError>> {
        Box::pin(plan::of_postgres(connection, sql, mode))
    }
}
