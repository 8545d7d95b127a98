//! Connecting, locking, and the schema.

use super::{Postgres, Result};
use crate::sql::{StoreError, backend::SCHEMA};
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{sync::atomic::Ordering, time::Duration};
use tokio::sync::{MappedMutexGuard, MutexGuard};

/// The advisory lock of the server that writes: "mior".
const LOCK: i64 = 0x6d69_6f72;

/// How long a connection may take.
const CONNECTS_WITHIN: Duration = Duration::from_secs(5);

/// How the connection that writes is made.
pub(super) fn writing(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("statement_timeout", "15s"), ("lock_timeout", "3s"), ("client_min_messages", "warning")])
}

/// The connections that read: opened when they are needed, closed when they are not.
pub(super) fn reading(options: &PgConnectOptions) -> PgPool {
    let options = options.clone().options([("statement_timeout", "10s"), ("default_transaction_read_only", "on")]);
    PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(CONNECTS_WITHIN)
        .idle_timeout(Duration::from_secs(30))
        .connect_lazy_with(options)
}

impl Postgres {
    /// Connects unless there is a good connection; whether it did.
    pub(super) async fn connect(&self) -> Result<bool> {
        let mut writing = self.writing.lock().await;
        let broken = self.broken.swap(false, Ordering::Relaxed);
        if !broken && writing.is_some() {
            return Ok(false);
        }
        // The old connection's lock goes with it.
        *writing = None;
        let connecting = async {
            let mut connection = self.options.connect().await.map_err(|error| self.failed(&error))?;
            self.claim(&mut connection).await?;
            self.migrate(&mut connection).await?;
            Ok(connection)
        };
        let late = |_| StoreError::Failed {
            place: self.name.clone(),
            cause: format!("no connection within {} seconds", CONNECTS_WITHIN.as_secs()),
        };
        *writing = Some(tokio::time::timeout(CONNECTS_WITHIN, connecting).await.map_err(late)??);
        Ok(true)
    }

    /// Closes all connections properly.
    pub(super) async fn disconnect(&self) {
        let closing = async {
            self.reading.close().await;
            if let Some(mut connection) = self.writing.lock().await.take() {
                // The server ends a session some time after its connection: whoever comes next need not wait for that.
                drop(sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut connection).await);
                // The server sees the end of it one way or the other.
                drop(connection.close().await);
            }
        };
        drop(tokio::time::timeout(CONNECTS_WITHIN, closing).await);
    }

    /// The connection that writes. After an error that it does not survive, [`Self::connect`] makes another one.
    pub(super) async fn writer(&self) -> Result<MappedMutexGuard<'_, PgConnection>> {
        let guard = self.writing.lock().await;
        MutexGuard::try_map(guard, Option::as_mut)
            .map_err(|_| StoreError::Failed { place: self.name.clone(), cause: "it is not connected".to_owned() })
    }

    /// Takes the database for this process.
    async fn claim(&self, connection: &mut PgConnection) -> Result<()> {
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(LOCK)
            .fetch_one(connection)
            .await
            .map_err(|error| self.failed(&error))?;
        if free { Ok(()) } else { Err(StoreError::InUse(self.name.clone())) }
    }

    /// Brings the schema up to date, in one transaction.
    async fn migrate(&self, connection: &mut PgConnection) -> Result<()> {
        let failed = |error: sqlx::Error| self.failed(&error);
        let there: bool = sqlx::query_scalar("SELECT to_regclass('miorai.version') IS NOT NULL")
            .fetch_one(&mut *connection)
            .await
            .map_err(failed)?;
        if !there {
            let mut transaction = connection.begin().await.map_err(failed)?;
            transaction.execute(sqlx::raw_sql(include_str!("schema.sql"))).await.map_err(failed)?;
            return transaction.commit().await.map_err(failed);
        }
        let found: i64 = sqlx::query_scalar("SELECT max(version) FROM miorai.version")
            .fetch_one(connection)
            .await
            .map_err(failed)?;
        if found > SCHEMA { Err(StoreError::Newer { place: self.name.clone(), found }) } else { Ok(()) }
    }
}
