//! A writer that is killed at any moment leaves a whole store behind.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_storage::{History as _, Journal as _, JournalFilter, StoreOptions, sql::open};
use sqlx::{Connection as _, SqliteConnection};
use std::time::Duration;
use support::{
    frames::query,
    victim::{Victim, value},
};

/// How often, unless `KILLS` says otherwise: the full proof is a hundred times.
const KILLS: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_damages_nothing_and_loses_nothing_that_was_written() {
    let rounds = std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let address = format!("sqlite:{}", file.display());
    let mut first = None;
    for round in 0..rounds {
        let mut victim = Victim::start(&file);
        let started = victim.written().unwrap();
        first.get_or_insert(started);
        // From right after the start to well into several chunks, another moment each time.
        std::thread::sleep(Duration::from_millis(u64::from(round * 97 % 700)));
        let written = victim.kill().unwrap_or(started);

        let store = open(&address, StoreOptions::default()).await.unwrap();
        let (_, last) = store.history.extent().unwrap();
        assert!(last.as_millis() >= written * 1_000, "round {round}: {written} was written, {last:?} is there");
        let from = (written - 300).max(first.unwrap());
        let answer = store.history.query(&query(&["victim{number=\"7\"}"], from, written, 10_000)).await.unwrap();
        let seconds: Vec<i64> = answer.timestamps.iter().map(|at| at.as_millis() / 1_000).collect();
        assert_eq!(seconds, (from..=written).collect::<Vec<_>>(), "round {round}");
        for (second, there) in seconds.iter().zip(&answer.values[0]) {
            assert_eq!(*there, Some(value(7, *second)), "round {round}, second {second}");
        }
        let events = store.journal.recent(&JournalFilter::default()).await.unwrap();
        assert!(events[0].message.trim_start_matches("second ").parse::<i64>().unwrap() >= written);
        assert!(events.windows(2).all(|pair| pair[0].id == pair[1].id + 1), "numbers have no holes");
        assert_eq!(store.history.status().damaged, 0);
        store.writer.stop().await;
        let mut connection = SqliteConnection::connect(&address).await.unwrap();
        let found: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        assert_eq!(found, "ok", "round {round}");
    }
}
