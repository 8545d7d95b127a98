//! The store in a SQLite file.
//!
//! One connection writes, others read; with a write-ahead log neither waits for the other. A file beside the database is
//! locked while a server uses it. `synchronous = NORMAL` survives a kill without a loss, and the loss of power without
//! damage.

mod chunks;
mod connect;
mod events;

use crate::{
    journal::JournalFilter,
    sql::{
        StoreError,
        backend::{Backend, Batch, ChunkRow, SeriesRow},
    },
    tier::Tier,
};
use async_trait::async_trait;
use connect::Writing;
use miorai_model::Event;
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use std::{
    ops::Range,
    path::{Path, PathBuf},
    str::FromStr as _,
    sync::atomic::AtomicBool,
};
use tokio::sync::Mutex;

type Result<T> = std::result::Result<T, StoreError>;

/// A SQLite file.
pub(crate) struct Sqlite {
    name: String,
    file: PathBuf,
    options: SqliteConnectOptions,
    /// None before the first connection, and after one that broke.
    writing: Mutex<Option<Writing>>,
    /// Whether the connection is no longer good.
    broken: AtomicBool,
    reading: SqlitePool,
}

impl Sqlite {
    /// The store at an address such as `sqlite:/var/lib/miorai/miorai.db`. Nothing is opened yet.
    pub(crate) fn new(address: &str) -> Result<Self> {
        let wrong = || StoreError::Address(address.to_owned());
        let options = SqliteConnectOptions::from_str(address).map_err(|_| wrong())?;
        let nowhere = options.get_filename().as_os_str().is_empty();
        if nowhere || address.contains(":memory:") || address.contains("mode=memory") {
            return Err(wrong());
        }
        Ok(Self::with(options))
    }

    /// The store in a file. Nothing is opened yet.
    pub(crate) fn at(file: &Path) -> Self {
        Self::with(SqliteConnectOptions::new().filename(file))
    }

    fn with(options: SqliteConnectOptions) -> Self {
        let file = options.get_filename().to_owned();
        let name = format!("SQLite at {}", file.display());
        let (writing, broken) = Default::default();
        let reading = connect::reading(&options);
        Self { name, file, options: connect::writing(options), writing, broken, reading }
    }

    /// What `error` means for this store.
    fn failed(&self, error: &sqlx::Error) -> StoreError {
        let (place, cause) = (self.name.clone(), error.to_string());
        // The lowest byte of SQLite's result code tells the kind.
        let code =
            error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok()).map(|code| code & 0xff);
        match code {
            Some(5 | 6) => StoreError::Busy { place, cause },
            Some(8) => StoreError::ReadOnly { place, cause },
            Some(13) => StoreError::Full { place, cause },
            _ => StoreError::Failed { place, cause },
        }
    }
}

#[async_trait]
impl Backend for Sqlite {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_remote(&self) -> bool {
        false
    }

    async fn prepare(&self) -> Result<bool> {
        self.connect().await
    }

    async fn release(&self) {
        self.disconnect().await;
    }

    async fn series(&self) -> Result<Vec<SeriesRow>> {
        self.all_series().await
    }

    async fn marks(&self) -> Result<Vec<(i64, i64)>> {
        self.all_marks().await
    }

    async fn bounds(&self, places: Range<i64>) -> Result<Option<(i64, i64)>> {
        self.first_and_last(places).await
    }

    async fn tail_slots(&self) -> Result<Vec<i64>> {
        self.slots_of_tails().await
    }

    async fn tails(&self, slot: i64) -> Result<Vec<Vec<u8>>> {
        self.tails_of(slot).await
    }

    async fn chunks_of(&self, tier: Tier, slots: Range<i64>, series: i64) -> Result<Vec<ChunkRow>> {
        self.read_chunks(tier, slots, series).await
    }

    async fn chunks_at(&self, places: Range<i64>) -> Result<Vec<ChunkRow>> {
        self.chunks_between(places).await
    }

    async fn write(&self, batch: &Batch) -> Result<()> {
        self.write_batch(batch).await
    }

    async fn delete(&self, places: Range<i64>, most: i64) -> Result<u64> {
        self.delete_chunks(places, most).await
    }

    async fn forget_series(&self, seen: i64) -> Result<u64> {
        self.delete_series(seen).await
    }

    async fn used_bytes(&self) -> Result<u64> {
        self.bytes_in_use().await
    }

    async fn tidy(&self) -> Result<()> {
        self.vacuum_a_little().await
    }

    async fn last_event(&self) -> Result<Option<u64>> {
        self.newest_event().await
    }

    async fn add_events(&self, events: &[Event]) -> Result<()> {
        self.write_events(events).await
    }

    async fn events(&self, filter: &JournalFilter) -> Result<Vec<Event>> {
        self.read_events(filter).await
    }

    async fn trim_events(&self, before: i64, keep: usize) -> Result<u64> {
        self.delete_events(before, keep).await
    }
}
