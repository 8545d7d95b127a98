//! What is measured outlives the server: in SQLite, and in PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "../../crates/monitoring/tests/support/postgres.rs"]
mod postgres;

use miorai_model::Severity;
use miorai_storage::JournalFilter;
use postgres::PostgresServer;
use server::{
    config::{Layers, load},
    run::{self, Running},
};
use std::{path::Path, time::Duration};

/// The longest that anything may take that takes seconds when all is well.
const PATIENCE: Duration = Duration::from_secs(30);

async fn start(folder: &Path, url: &str) -> Running {
    let flags = vec![
        ("server.addr", "--addr", "127.0.0.1:0".into()),
        ("server.data_dir", "--data-dir", folder.to_string_lossy().into_owned().into()),
        ("storage.url", "--test", url.into()),
    ];
    let running = run::start(&load(&Layers { flags, ..Layers::default() }).unwrap()).await.unwrap();
    running.monitor.wait_for_first_frame().await;
    running
}

async fn get(running: &Running, path: &str) -> reqwest::Response {
    let answer = reqwest::get(format!("http://{}{path}", running.addr)).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer
}

async fn json(running: &Running, path: &str) -> serde_json::Value {
    get(running, path).await.json().await.unwrap()
}

/// Waits for the frame `seq`.
async fn frames(running: &Running, seq: u64) {
    let there = async {
        let mut events = running.monitor.subscribe();
        while running.monitor.latest().is_none_or(|tick| tick.frame.seq < seq) {
            drop(events.recv().await);
        }
    };
    tokio::time::timeout(PATIENCE, there).await.expect("frames are made");
}

async fn outlives(folder: &Path, url: &str, name: &str) {
    let first = start(folder, url).await;
    frames(&first, 3).await;
    let last_event = first.monitor.record_event_with(Severity::Warning, "test", "Slow.", Some("{\"ms\":7}")).id;
    let last_frame = first.monitor.latest().unwrap().frame.at.as_millis();
    first.stop().await;

    let second = start(folder, url).await;
    // What the program adds to frames is in the second one.
    frames(&second, 2).await;
    let address = format!(
        "/api/core/monitoring/history/?series=system.memory.utilization&from={}&to={last_frame}",
        last_frame - 60_000
    );
    let past = json(&second, &address).await;
    let times = past["timestamps"].as_array().unwrap();
    assert!(times.len() >= 3 && times.last().unwrap().as_i64() == Some(last_frame), "{past}");
    let years =
        json(&second, "/api/core/monitoring/history/?series=system.memory.utilization&from=-730d&points=500").await;
    assert!(!years["timestamps"].as_array().unwrap().is_empty());
    // The uptime has grown from frame to frame.
    let one = "series=system.uptime&points=1&extremes=true";
    let one = json(&second, &format!("/api/core/monitoring/history/?{one}&to={last_frame}")).await;
    let [least, mean, greatest] = ["min", "values", "max"].map(|columns| one[columns][0][0].as_f64().unwrap());
    assert!(least < mean && mean < greatest, "{one}");
    let csv = get(&second, &format!("{address}&format=csv")).await;
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = csv.text().await.unwrap();
    assert!(csv.starts_with("timestamp,\"system.memory.utilization\"\r\n"), "{csv}");
    assert_eq!(csv.lines().count(), times.len() + 1);
    let everything = get(&second, "/api/core/monitoring/history/?series=*&format=jsonl").await.text().await.unwrap();
    assert!(everything.lines().count() > 3 && everything.contains("system.cpu.utilization"));

    let events = second.monitor.journal().recent(&JournalFilter::default()).await.unwrap();
    let slow = events.iter().find(|event| event.id == last_event).unwrap();
    assert_eq!(slow.detail.as_deref(), Some("{\"ms\":7}"));
    assert!(events[0].id > last_event && events.iter().filter(|event| event.message.contains("started")).count() == 2);

    let health = json(&second, "/api/core/health/detailed/").await;
    let database = &health["checks"]["database"];
    assert_eq!(database["status"], "healthy", "{database}");
    assert!(database["message"].as_str().unwrap().starts_with(name), "{database}");
    let figures = get(&second, "/metrics").await.text().await.unwrap();
    assert!(figures.contains("miorai_history_stored_bytes") && figures.contains("miorai_history_samples_total"));
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_outlives_the_server_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    outlives(folder.path(), "", "SQLite at ").await;
    assert!(folder.path().join("miorai.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_outlives_the_server_in_postgresql() {
    let folder = tempfile::tempdir().unwrap();
    let server = PostgresServer::start(&[]);
    outlives(folder.path(), &server.database("miorai"), "PostgreSQL at 127.0.0.1:").await;
    assert!(!folder.path().join("miorai.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_goes_on_while_its_database_is_gone_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = PostgresServer::start(&[]);
    let running = start(folder.path(), &database.database("miorai")).await;
    frames(&running, 2).await;
    database.kill();
    let status = async |wanted: &str| {
        let told = async {
            loop {
                let health = json(&running, "/api/core/health/detailed/").await;
                if health["checks"]["database"]["status"] == wanted {
                    return health["checks"]["database"]["message"].as_str().unwrap().to_owned();
                }
                let seq = running.monitor.latest().unwrap().frame.seq;
                frames(&running, seq + 1).await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("the health tells it")
    };
    let message = status("degraded").await;
    assert!(message.contains("PostgreSQL at 127.0.0.1:") && message.contains("wait in memory"), "{message}");
    let health = reqwest::get(format!("http://{}/api/core/health/", running.addr)).await.unwrap();
    assert_eq!(health.status(), 200, "it works without");
    json(&running, "/api/core/monitoring/history/?series=system.memory.utilization&from=-1m").await;
    database.restart();
    status("healthy").await;
    running.stop().await;
}
