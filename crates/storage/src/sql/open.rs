//! Opening a store by its address.

use super::{SqlHistory, SqlJournal, Status, StoreError, StoreOptions, Writer, backend::Backend, known::Known};
use crate::{memory::MemoryHistory, postgres::Postgres, sqlite::Sqlite};
use std::{
    path::Path,
    sync::{Arc, RwLock},
};

/// A store that is open: who answers for the past, who for events, and who writes.
pub struct Store {
    /// Frames.
    pub history: Arc<SqlHistory>,
    /// Events.
    pub journal: Arc<SqlJournal>,
    /// Nothing is written before it runs.
    pub writer: Writer,
}

/// Opens the store at an address: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`. Frames that a run before has not
/// put into chunks are put there.
///
/// A database on another machine that does not answer is waited for by the [`Writer`], which tries again at each turn.
///
/// # Errors
/// When the address is wrong, when a newer program has written the store, when another server uses it, or when a file cannot
/// be used.
pub async fn open(address: &str, options: StoreOptions) -> Result<Store, StoreError> {
    start(backend(address)?, options).await
}

/// Opens the store in a SQLite file, which is made when it is not there: see [`open`].
pub async fn open_file(file: &Path, options: StoreOptions) -> Result<Store, StoreError> {
    start(Arc::new(Sqlite::at(file)), options).await
}

async fn start(backend: Arc<dyn Backend>, options: StoreOptions) -> Result<Store, StoreError> {
    let journal = Arc::new(SqlJournal::new(Arc::clone(&backend)));
    let history = Arc::new(SqlHistory {
        memory: MemoryHistory::holding(options.frames_in_memory, options.frames_waiting),
        known: RwLock::new(Known::default()),
        status: Status::default(),
        backend,
    });
    let mut writer = Writer::new(Arc::clone(&history), Arc::clone(&journal), options);
    match writer.prepare().await {
        Ok(()) => {}
        Err(error) if error.is_final() || !history.backend.is_remote() && !error.keeps_connection() => {
            return Err(error);
        }
        Err(error) => {
            tracing::warn!(%error, "the database cannot be used yet; it is tried again");
            history.status.set_failure(Some(error));
        }
    }
    Ok(Store { history, journal, writer })
}

fn backend(address: &str) -> Result<Arc<dyn Backend>, StoreError> {
    match address.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Arc::new(Sqlite::new(address)?)),
        Some("postgres" | "postgresql") => Ok(Arc::new(Postgres::new(address)?)),
        _ => Err(StoreError::Address(address.to_owned())),
    }
}
