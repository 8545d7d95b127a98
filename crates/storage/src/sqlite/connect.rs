//! Connecting, locking, and the schema.

use super::{Result, Sqlite};
use crate::sql::{StoreError, backend::SCHEMA};
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::{File, TryLockError},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::atomic::Ordering,
    time::Duration,
};
use tokio::sync::{MappedMutexGuard, MutexGuard};

/// Written into each of our files, so that one of another program is not taken for ours: "mior".
const APPLICATION: i64 = 0x6d69_6f72;

/// How long a statement waits for somebody else's lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// The connection that writes.
pub(super) struct Writing {
    connection: SqliteConnection,
    /// Device and number of the file that it writes to: another file in its place is another store.
    identity: Option<(u64, u64)>,
    /// Held as long as the connection.
    lock: File,
}

/// How the connection that writes is made.
pub(super) fn writing(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .create_if_missing(true)
        // A row of a chunk has up to 1.5 kB: in smaller pages a tenth of each and more would stay empty.
        .page_size(16_384)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(PATIENCE)
        // A log that grew while somebody read for long becomes small again.
        .pragma("journal_size_limit", "8388608")
        // What it writes it seldom reads again.
        .pragma("cache_size", "-500")
        .thread_name(|_| "miorai-store".to_owned())
}

/// The connections that read: opened when they are needed, closed when they are not.
pub(super) fn reading(options: &SqliteConnectOptions) -> SqlitePool {
    let options = options
        .clone()
        .create_if_missing(false)
        .read_only(true)
        .busy_timeout(PATIENCE)
        .pragma("cache_size", "-1000")
        .thread_name(|id| format!("miorai-read-{id}"));
    SqlitePoolOptions::new()
        .max_connections(2)
        .acquire_timeout(PATIENCE)
        .idle_timeout(Duration::from_secs(30))
        .connect_lazy_with(options)
}

impl Sqlite {
    /// Connects unless there is a good connection to the file that is there now; whether it did.
    pub(super) async fn connect(&self) -> Result<bool> {
        let mut writing = self.writing.lock().await;
        let broken = self.broken.swap(false, Ordering::Relaxed);
        let same = |writing: &Writing| writing.identity.is_some() && writing.identity == identity(&self.file);
        if !broken && writing.as_ref().is_some_and(same) {
            return Ok(false);
        }
        // The lock goes first: it is ours until the new one is there.
        *writing = None;
        let lock = self.claim()?;
        let mut connection = self.options.connect().await.map_err(|error| self.failed(&error))?;
        self.migrate(&mut connection).await?;
        *writing = Some(Writing { connection, identity: identity(&self.file), lock });
        Ok(true)
    }

    /// Closes the connection properly: what is in the log goes into the file.
    pub(super) async fn disconnect(&self) {
        self.reading.close().await;
        let Some(Writing { connection, lock, .. }) = self.writing.lock().await.take() else { return };
        if let Err(error) = connection.close().await {
            tracing::warn!(%error, "the database was not closed properly; it is whole all the same");
        }
        // Not only closed: a child of this process may hold the file open for a moment.
        if let Err(error) = lock.unlock() {
            tracing::warn!(%error, "the lock of the database ends with this program");
        }
    }

    /// The connection that writes. After an error that it does not survive, [`Self::connect`] makes another one.
    pub(super) async fn writer(&self) -> Result<MappedMutexGuard<'_, SqliteConnection>> {
        let guard = self.writing.lock().await;
        MutexGuard::try_map(guard, |writing| Some(&mut writing.as_mut()?.connection))
            .map_err(|_| StoreError::Failed { place: self.name.clone(), cause: "it is not connected".to_owned() })
    }

    /// Takes the file for this process.
    fn claim(&self) -> Result<File> {
        let failed = |source: io::Error| {
            let (place, cause) = (self.name.clone(), source.to_string());
            match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    StoreError::ReadOnly { place, cause }
                }
                io::ErrorKind::StorageFull => StoreError::Full { place, cause },
                _ => StoreError::Failed { place, cause },
            }
        };
        let mut path = self.file.clone().into_os_string();
        path.push(".lock");
        let lock = File::options().create(true).append(true).open(path).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(self.name.clone())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Brings the schema up to date, in one transaction.
    async fn migrate(&self, connection: &mut SqliteConnection) -> Result<()> {
        let failed = |error: sqlx::Error| self.failed(&error);
        let number = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
        let found = number("PRAGMA user_version").fetch_one(&mut *connection).await.map_err(failed)?;
        let owner = number("PRAGMA application_id").fetch_one(&mut *connection).await.map_err(failed)?;
        let tables = number("SELECT count(*) FROM sqlite_schema").fetch_one(&mut *connection).await.map_err(failed)?;
        if tables > 0 && owner != APPLICATION {
            return Err(StoreError::Foreign(self.name.clone()));
        }
        match found {
            SCHEMA => Ok(()),
            newer if newer > SCHEMA => Err(StoreError::Newer { place: self.name.clone(), found: newer }),
            _ => {
                let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
                for step in
                    [include_str!("schema.sql"), "PRAGMA application_id = 1835626354", "PRAGMA user_version = 1"]
                {
                    transaction.execute(sqlx::raw_sql(step)).await.map_err(failed)?;
                }
                transaction.commit().await.map_err(failed)
            }
        }
    }
}

/// Device and number of a file.
fn identity(file: &Path) -> Option<(u64, u64)> {
    file.metadata().ok().map(|metadata| (metadata.dev(), metadata.ino()))
}
