//! Databases over REST, on a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "../../crates/monitoring/tests/support/postgres.rs"]
mod postgres;
mod support;

use postgres::PostgresServer;
use serde_json::Value;
use std::time::{Duration, Instant};
use support::{PATIENCE, TestServer};

async fn watching(postgres: &PostgresServer, user: &str) -> TestServer {
    let mut server = toml::Table::new();
    server.insert("name".to_owned(), "shop".into());
    server.insert("url".to_owned(), postgres.url(user).replace(user, &format!("{user}:pass-word")).into());
    server.insert("statement_timeout".to_owned(), "1s".into());
    let servers = toml::Value::Array(vec![toml::Value::Table(server)]);
    TestServer::start(&[("postgresql", servers)]).await
}

/// Asks for the state of the databases until the first server is as wanted.
async fn until(server: &TestServer, wanted: impl Fn(&Value) -> bool) -> Value {
    let begin = Instant::now();
    loop {
        let report = server.json("/api/core/monitoring/database-status/").await;
        if wanted(&report["servers"][0]) {
            return report;
        }
        assert!(begin.elapsed() < 3 * PATIENCE, "{report:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn delete(server: &TestServer, path: &str) -> (u16, Value) {
    let answer = reqwest::Client::new().delete(server.url(path)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocks_is_told_and_ended_when_it_is_meant() {
    let postgres = PostgresServer::start(&[]);
    postgres.psql("CREATE ROLE watcher LOGIN; GRANT pg_monitor, pg_signal_backend TO watcher; CREATE TABLE a (id int)");
    // No role but a superuser may end what a superuser does.
    postgres.psql("CREATE ROLE shopper LOGIN; GRANT ALL ON a TO shopper");
    let server = watching(&postgres, "watcher").await;
    let planted =
        ["--username=shopper", "--command", "BEGIN", "--command", "LOCK TABLE a", "--command", "SELECT pg_sleep(100)"];
    let _blocker = postgres.begin("psql", &planted);
    while postgres.psql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted") == "0" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let _waiting = postgres.begin("psql", &["--command", "INSERT INTO a VALUES (1)"]);
    let report = until(&server, |shop| !shop["blocking"].as_array().unwrap().is_empty()).await;
    let line = &report["servers"][0]["blocking"][0];
    assert_eq!(
        (&line["waiting_text"], &line["is_root"]),
        (&"INSERT INTO a VALUES (…)".into(), &true.into()),
        "{line:#}"
    );
    assert!(line["lock"].as_str().unwrap().ends_with("on a"), "{line:#}");
    let pid = line["blocking_pid"].as_i64().unwrap();
    let until_told = |shop: &Value| shop["status"] == "degraded";
    until(&server, until_told).await;
    let health = server.json("/api/core/health/detailed/").await;
    let check = health["checks"]["services"].as_array().unwrap().iter().find(|check| check["name"] == "postgresql");
    assert_eq!(check.unwrap()["status"], "degraded", "{health:#}");

    let path = format!("/api/core/database/shop/backends/{pid}");
    let (status, problem) = delete(&server, &format!("{path}/?signal=terminate")).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &"confirm".into()));
    let (status, done) = delete(&server, &format!("{path}?signal=terminate&confirm={pid}")).await;
    assert_eq!((status, &done["sent"]), (200, &true.into()), "{done:#}");
    until(&server, |shop| shop["blocking"].as_array().unwrap().is_empty() && shop["status"] == "healthy").await;
    let (status, _) = delete(&server, &format!("{path}?confirm={pid}")).await;
    assert_eq!(status, 404, "it is gone");
    let (status, _) = delete(&server, "/api/core/database/other/backends/1?confirm=1").await;
    assert_eq!(status, 404);
    let events = server.running.monitor.journal().recent(&miorai_storage::JournalFilter::default()).await.unwrap();
    let line = events.iter().find(|event| event.source == "database").unwrap();
    assert!(line.message.contains(&format!("ended backend {pid} of shop")), "{}", line.message);
    let one = server.json("/api/core/database/shop/").await;
    assert_eq!(one["name"], "shop");
    let all = server.get("/api/core/monitoring/database-status").await.text().await.unwrap();
    assert!(!all.contains("pass-word"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_is_ended_and_told_of_also_when_whoever_asked_goes_away() {
    const BACKENDS: usize = 3;
    let postgres = PostgresServer::start(&[]);
    postgres
        .psql("CREATE ROLE watcher LOGIN; GRANT pg_monitor, pg_signal_backend TO watcher; CREATE ROLE shopper LOGIN");
    let server = watching(&postgres, "watcher").await;
    until(&server, |shop| shop["status"] == "healthy").await;
    let sleeping: Vec<_> = (0..BACKENDS)
        .map(|_| postgres.begin("psql", &["--username=shopper", "--command", "SELECT pg_sleep(600)"]))
        .collect();
    let pids = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(600)%' AND usename = 'shopper'";
    while postgres.psql(pids).lines().count() < BACKENDS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let pids = postgres.psql(pids);
    let mut cut_off = 0;
    for pid in pids.lines() {
        // What is asked of a server waits for the next second: whoever asked has nearly always gone by then.
        let client = reqwest::Client::builder().timeout(Duration::from_millis(100)).build().unwrap();
        let url = server.url(&format!("/api/core/database/shop/backends/{pid}?signal=terminate&confirm={pid}"));
        cut_off += usize::from(client.delete(url).send().await.is_err());
        let told = format!("ended backend {pid} of shop");
        let begin = Instant::now();
        loop {
            let events =
                server.running.monitor.journal().recent(&miorai_storage::JournalFilter::default()).await.unwrap();
            if events.iter().any(|event| event.source == "database" && event.message.contains(&told)) {
                break;
            }
            assert!(begin.elapsed() < PATIENCE, "'{told}' is not in the journal: {events:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let left = postgres.psql(&format!("SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}"));
        assert_eq!(left, "0", "{pid} goes on");
    }
    assert!(cut_off > 0, "nobody went away before the answer came");
    drop(sleeping);
}

#[tokio::test]
async fn without_servers_the_program_tells_of_itself() {
    let server = TestServer::start(&[]).await;
    let report = server.json("/api/core/monitoring/database-status/").await;
    assert_eq!(report["servers"].as_array().unwrap().len(), 0);
    assert_eq!(report["statements"]["slow_threshold_ms"], 100.0);
    assert_eq!(server.get("/api/core/database/shop/").await.status(), 404);
    assert_eq!(server.get("/api/core/database/shop/plan/7/").await.status(), 404);
}
