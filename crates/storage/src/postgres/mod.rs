//! The store in PostgreSQL, in a schema of its own named `miorai`.
//!
//! One connection writes and holds an advisory lock, so that no second server writes to the same database; others read.
//! A connection that breaks is made anew at the next turn of the writer.

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
use miorai_model::Event;
use sqlx::{PgConnection, PgPool, error::DatabaseError, postgres::PgConnectOptions};
use std::{
    ops::Range,
    str::FromStr as _,
    sync::{
        Mutex as StdMutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

type Result<T> = std::result::Result<T, StoreError>;

/// The longest that anything may take before the server counts as gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// A PostgreSQL database.
pub(crate) struct Postgres {
    name: String,
    options: PgConnectOptions,
    /// None before the first connection, and after one that broke.
    writing: Mutex<Option<PgConnection>>,
    /// Whether the connection is no longer good.
    broken: AtomicBool,
    reading: PgPool,
    /// How many bytes there were, and when that was looked up.
    size: StdMutex<Option<(u64, Instant)>>,
}

impl Postgres {
    /// The store at an address such as `postgres://user:password@host/database`. Nothing is opened yet.
    pub(crate) fn new(address: &str) -> Result<Self> {
        // The address has a password: it is not repeated.
        let wrong = |_| StoreError::Address("postgres:…".to_owned());
        let options = PgConnectOptions::from_str(address).map_err(wrong)?.application_name("miorai");
        let database = options.get_database().unwrap_or(options.get_username());
        let name = format!("PostgreSQL at {}:{}/{database}", options.get_host(), options.get_port());
        let reading = connect::reading(&options);
        let (writing, broken, size) = Default::default();
        Ok(Self { name, options: connect::writing(options), writing, broken, reading, size })
    }

    /// The outcome of something that took its time, on the connection that writes.
    async fn written<T>(&self, work: impl Future<Output = std::result::Result<T, sqlx::Error>>) -> Result<T> {
        let outcome = self.timed(work).await;
        if outcome.as_ref().is_err_and(|error| !error.keeps_connection()) {
            self.broken.store(true, Ordering::Relaxed);
        }
        outcome
    }

    /// The outcome of something that must not take too long.
    async fn timed<T>(&self, work: impl Future<Output = std::result::Result<T, sqlx::Error>>) -> Result<T> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(outcome) => outcome.map_err(|error| self.failed(&error)),
            Err(_) => Err(StoreError::Failed {
                place: self.name.clone(),
                cause: format!("no answer within {} seconds", PATIENCE.as_secs()),
            }),
        }
    }

    /// What `error` means for this store, by PostgreSQL's codes (its documentation, appendix A).
    fn failed(&self, error: &sqlx::Error) -> StoreError {
        let (place, cause) = (self.name.clone(), error.to_string());
        match error.as_database_error().and_then(DatabaseError::code).as_deref() {
            Some("53100") => StoreError::Full { place, cause },
            Some("55P03" | "40P01" | "40001") => StoreError::Busy { place, cause },
            Some("25006" | "42501") => StoreError::ReadOnly { place, cause },
            _ => StoreError::Failed { place, cause },
        }
    }
}

#[async_trait]
impl Backend for Postgres {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_remote(&self) -> bool {
        true
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
        // PostgreSQL does it by itself.
        Ok(())
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
