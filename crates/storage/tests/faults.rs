//! Databases that are full, locked, gone, read-only, newer than the program, or somebody else's.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::Severity;
use miorai_storage::{
    History as _, Journal as _, JournalFilter, SqlHistory, Store, StoreError, StoreOptions, sql::open,
};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::path::Path;
use support::{
    frames::{at, frame, query, seconds, series},
    postgres::PostgresServer,
    victim::Victim,
};

const SECOND: i64 = 1_800_000_000;

async fn opened(address: &str) -> Store {
    open(address, StoreOptions::default()).await.unwrap()
}

async fn refused(address: &str) -> StoreError {
    match open(address, StoreOptions::default()).await {
        Ok(_) => panic!("the store was opened"),
        Err(error) => error,
    }
}

fn address(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// Records these seconds.
fn record(history: &SqlHistory, range: std::ops::Range<u64>) {
    let list = series(&["a"]);
    for second in range {
        history.record(&frame(second + 1, SECOND + second as i64, &[second as f64]), &list);
    }
}

/// The seconds that a store has when it is opened anew.
async fn kept(address: &str) -> Vec<i64> {
    let store = opened(address).await;
    let answer = store.history.query(&query(&["a"], SECOND, SECOND + 10_000, 10_000)).await.unwrap();
    store.writer.stop().await;
    seconds(&answer).iter().map(|second| *second as i64 - SECOND).collect()
}

#[test]
fn a_full_disk_is_told_and_writing_goes_on_by_itself_when_there_is_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start_on_a_small_disk(folder.path(), 1_500, 1_000);
    let full = std::iter::from_fn(|| victim.line()).find(|line| line.starts_with("failed")).unwrap();
    assert!(full.contains("there is no room left for SQLite"), "{full}");
    // The victim's own view of its disk.
    let ballast = format!("/proc/{}/root{}/ballast", victim.child.id(), folder.path().display());
    std::fs::remove_file(ballast).unwrap();
    assert!(std::iter::from_fn(|| victim.line()).take(50).any(|line| line.starts_with("written")));
}

#[tokio::test]
async fn a_lock_of_another_program_is_waited_out_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let address = address(&folder.path().join("store.db"));
    let mut store = opened(&address).await;
    record(&store.history, 0..10);
    store.writer.flush().await;
    let mut other = SqliteConnection::connect(&address).await.unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    record(&store.history, 10..20);
    store.journal.append(at(SECOND), Severity::Info, "test", "Held.");
    store.writer.flush().await;
    let report = store.history.status();
    assert!(matches!(report.failure, Some(StoreError::Busy { .. })), "{report:?}");
    // Nobody who asks waits for the lock.
    let answer = store.history.query(&query(&["a"], SECOND, SECOND + 100, 100)).await.unwrap();
    assert_eq!(answer.timestamps.len(), 20);
    assert_eq!(store.journal.recent(&JournalFilter::default()).await.unwrap()[0].message, "Held.");
    other.execute("ROLLBACK").await.unwrap();
    store.writer.flush().await;
    let report = store.history.status();
    assert_eq!((report.failure, report.frames_waiting, report.frames_lost), (None, 0, 0));
    store.writer.stop().await;
    assert_eq!(kept(&address).await, (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_that_was_taken_away_is_made_anew_and_what_is_in_memory_stays_answered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let mut store = opened(&address(&file)).await;
    record(&store.history, 0..10);
    store.writer.flush().await;
    for end in ["", "-wal", "-shm"] {
        std::fs::remove_file(folder.path().join(format!("store.db{end}"))).unwrap();
    }
    record(&store.history, 10..20);
    store.writer.flush().await;
    assert_eq!(store.history.status().failure, None);
    let answer = store.history.query(&query(&["a"], SECOND, SECOND + 100, 100)).await.unwrap();
    assert_eq!(answer.timestamps.len(), 20, "memory has all of them");
    store.writer.stop().await;
    assert_eq!(kept(&address(&file)).await, (10..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused_and_may_start_when_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let address = address(&folder.path().join("store.db"));
    let first = opened(&address).await;
    let error = refused(&address).await;
    assert!(matches!(error, StoreError::InUse(_)) && error.to_string().contains("stop that one"), "{error}");
    first.writer.stop().await;
    opened(&address).await.writer.stop().await;
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);

    opened(&address(&file("newer.db"))).await.writer.stop().await;
    let mut connection = SqliteConnection::connect(&address(&file("newer.db"))).await.unwrap();
    connection.execute("PRAGMA user_version = 7").await.unwrap();
    drop(connection);
    let error = refused(&address(&file("newer.db"))).await;
    assert!(error.to_string().contains("has schema 7, this program knows up to 1"), "{error}");

    let other = format!("{}?mode=rwc", address(&file("other.db")));
    let mut connection = SqliteConnection::connect(&other).await.unwrap();
    connection.execute("CREATE TABLE customers (id INTEGER)").await.unwrap();
    drop(connection);
    assert!(matches!(refused(&address(&file("other.db"))).await, StoreError::Foreign(_)));

    std::fs::write(file("garbage.db"), "this is no database, however long it may be".repeat(100)).unwrap();
    assert!(matches!(refused(&address(&file("garbage.db"))).await, StoreError::Failed { .. }));

    opened(&address(&file("read-only.db"))).await.writer.stop().await;
    let error = refused(&format!("{}?mode=ro", address(&file("read-only.db")))).await;
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");

    for wrong in ["", "mysql://localhost", "sqlite::memory:", "/var/lib/store.db"] {
        assert!(matches!(refused(wrong).await, StoreError::Address(_)), "{wrong}");
    }
    let secret = refused("postgres://user:secret@host:port/x").await.to_string();
    assert!(!secret.contains("secret"), "{secret}");
}

#[tokio::test]
async fn a_postgresql_that_goes_comes_back_and_says_no_is_survived() {
    let mut server = PostgresServer::start(&[]);
    let address = server.database("store");
    let mut store = opened(&address).await;
    record(&store.history, 0..10);
    store.writer.flush().await;
    assert_eq!(store.history.status().failure, None);
    assert!(matches!(refused(&address).await, StoreError::InUse(_)));

    server.kill();
    record(&store.history, 10..20);
    store.writer.flush().await;
    let report = store.history.status();
    assert!(report.failure.is_some() && report.frames_waiting == 10, "{report:?}");
    let answer = store.history.query(&query(&["a"], SECOND, SECOND + 100, 100)).await.unwrap();
    assert_eq!(answer.timestamps.len(), 20, "memory answers");

    server.restart();
    store.writer.flush().await;
    assert_eq!(store.history.status().failure, None);

    let mut admin = PgConnection::connect(&address).await.unwrap();
    admin.execute("ALTER DATABASE store SET default_transaction_read_only = on").await.unwrap();
    server.restart();
    record(&store.history, 20..30);
    store.writer.flush().await;
    store.writer.flush().await;
    let report = store.history.status();
    assert!(matches!(report.failure, Some(StoreError::ReadOnly { .. })), "{report:?}");
    let mut admin = PgConnection::connect(&address).await.unwrap();
    admin.execute("SET default_transaction_read_only = off").await.unwrap();
    admin.execute("ALTER DATABASE store RESET default_transaction_read_only").await.unwrap();
    store.writer.flush().await;
    assert_eq!(store.history.status().failure, None);
    store.writer.stop().await;
    assert_eq!(kept(&address).await, (0..30).collect::<Vec<_>>());

    admin.execute("INSERT INTO miorai.version (version) VALUES (2)").await.unwrap();
    assert!(matches!(refused(&address).await, StoreError::Newer { found: 2, .. }));
}

#[tokio::test]
async fn a_postgresql_that_is_not_there_yet_is_waited_for() {
    let mut server = PostgresServer::start(&[]);
    let address = server.database("store");
    server.kill();
    let mut store = opened(&address).await;
    assert!(store.history.status().failure.is_some());
    record(&store.history, 0..10);
    let early = store.journal.append(at(SECOND), Severity::Info, "test", "Early.");
    server.restart();
    store.writer.flush().await;
    assert_eq!(store.history.status().failure, None);
    assert!(store.journal.append(at(SECOND), Severity::Info, "test", "Later.").id > early.id);
    store.writer.stop().await;
    assert_eq!(kept(&address).await, (0..10).collect::<Vec<_>>());
}
