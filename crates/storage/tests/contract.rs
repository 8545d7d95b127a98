//! What every store must do, asked of each: the suite is in `support/contract`.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_storage::{MemoryHistory, MemoryJournal, StoreOptions, sql::open};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use support::{
    contract::{history::history_contract, journal::journal_contract},
    postgres::PostgresServer,
    reopened::Reopened,
};

/// Addresses of databases that are empty.
struct Databases {
    server: PostgresServer,
    count: AtomicU32,
}

impl Databases {
    fn next(&self) -> String {
        self.server.database(&format!("store_{}", self.count.fetch_add(1, Ordering::Relaxed)))
    }
}

/// Addresses of files that are not there yet.
struct Files {
    folder: tempfile::TempDir,
    count: AtomicU32,
}

impl Files {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), count: AtomicU32::new(0) }
    }

    fn next(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        format!("sqlite:{}", self.folder.path().join(format!("{number}.db")).display())
    }
}

#[tokio::test]
async fn frames_in_memory_keep_the_contract() {
    history_contract(async || Arc::new(MemoryHistory::default())).await;
}

#[tokio::test]
async fn events_in_memory_keep_the_contract() {
    journal_contract(async || Arc::new(MemoryJournal::default())).await;
}

#[tokio::test]
async fn frames_in_sqlite_keep_the_contract_while_they_are_in_memory() {
    let files = Files::new();
    history_contract(async || open(&files.next(), StoreOptions::default()).await.unwrap().history).await;
}

#[tokio::test]
async fn frames_in_sqlite_keep_the_contract_when_they_come_from_the_file() {
    let files = Files::new();
    history_contract(async || Arc::new(Reopened::new(&files.next()).await)).await;
}

#[tokio::test]
async fn events_in_sqlite_keep_the_contract_while_they_are_in_memory() {
    let files = Files::new();
    journal_contract(async || open(&files.next(), StoreOptions::default()).await.unwrap().journal).await;
}

#[tokio::test]
async fn events_in_sqlite_keep_the_contract_when_they_come_from_the_file() {
    let files = Files::new();
    journal_contract(async || Arc::new(Reopened::new(&files.next()).await)).await;
}

#[tokio::test]
async fn frames_and_events_in_postgresql_keep_the_contract_from_memory_and_from_the_database() {
    let databases = Databases { server: PostgresServer::start(&[]), count: AtomicU32::new(0) };
    history_contract(async || open(&databases.next(), StoreOptions::default()).await.unwrap().history).await;
    history_contract(async || Arc::new(Reopened::new(&databases.next()).await)).await;
    journal_contract(async || open(&databases.next(), StoreOptions::default()).await.unwrap().journal).await;
    journal_contract(async || Arc::new(Reopened::new(&databases.next()).await)).await;
}
