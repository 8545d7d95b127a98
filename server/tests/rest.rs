//! REST, of a real server.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::problem::Problem;
use serde_json::Value;
use std::time::Duration;
use support::TestServer;

async fn problem(answer: reqwest::Response, status: u16) -> Problem {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!((problem.status, problem.request_id.as_str()), (status, id.as_str()));
    problem
}

#[tokio::test]
async fn health_is_told_in_a_word_and_in_detail() {
    let server = TestServer::start(&[]).await;
    for path in ["/api/core/health/", "/api/core/health"] {
        let answer = server.json(path).await;
        let keys: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys.len(), 4, "{keys:?}");
        assert_eq!(answer["version"], env!("CARGO_PKG_VERSION"));
        assert!(["healthy", "degraded"].contains(&answer["status"].as_str().unwrap()));
        assert!(answer["uptime_seconds"].is_u64());
        assert!(answer["timestamp"].as_str().unwrap().ends_with('Z'));
    }
    let detailed = server.json("/api/core/health/detailed/").await;
    for name in ["database", "cache", "system"] {
        let check = &detailed["checks"][name];
        assert!(check["status"].is_string() && check["message"].is_string(), "{check}");
        assert!(check.get("response_time_ms").is_some(), "{check}");
    }
    assert!(detailed["checks"]["services"].is_array());
    let answer = reqwest::Client::new()
        .get(server.url("/api/core/health/detailed/"))
        .header("accept", "application/health+json")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["content-type"], "application/health+json");
    let answer: Value = answer.json().await.unwrap();
    assert!(["pass", "warn"].contains(&answer["status"].as_str().unwrap()), "{answer}");
    assert_eq!(server.get("/livez").await.text().await.unwrap(), "ok\n");
    assert_eq!(server.get("/readyz/").await.status(), 200);
    server.running.stop().await;
}

#[tokio::test]
async fn the_machine_is_as_the_kernel_says() {
    let server = TestServer::start(&[]).await;
    let stats = server.json("/api/core/monitoring/system-stats/").await;
    let info = std::fs::read_to_string("/proc/meminfo").unwrap();
    let total = info.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")).unwrap();
    let total: f64 = total.trim().parse().unwrap();
    assert!((stats["memory"]["total_bytes"].as_f64().unwrap() - total * 1_024.0).abs() < 1.0, "{stats}");
    let cores = std::thread::available_parallelism().unwrap().get();
    assert!(stats["host"]["cpu_count"].as_u64().unwrap() >= cores as u64);
    assert!(stats["load"]["1m"].is_number() && stats["processes"]["total"].as_u64().unwrap() > 1);
    for name in ["timestamp", "host", "cpu", "memory", "swap", "load", "disks", "networks", "processes"] {
        assert!(stats.get(name).is_some(), "{name}");
    }
    // The second frame has rates.
    let first = server.running.monitor.latest().unwrap().frame.seq;
    while server.running.monitor.latest().unwrap().frame.seq < first + 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let stats = server.json("/api/core/monitoring/system-stats/").await;
    let busy = stats["cpu"]["usage_percent"].as_f64().unwrap();
    assert!((0.0..=100.0).contains(&busy), "{busy}");
    assert_eq!(stats["cpu"]["cores"].as_array().unwrap().len() as u64, stats["host"]["cpu_count"].as_u64().unwrap());
    server.running.stop().await;
}

#[tokio::test]
async fn history_is_given_as_columns() {
    let server = TestServer::start(&[]).await;
    let monitor = &server.running.monitor;
    while monitor.latest().unwrap().frame.seq < 3 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let answer = server
        .json("/api/core/monitoring/history/?series=system.memory.utilization&series=system.cpu.utilization%7Bstate%3D%22user%22%7D&from=-5m")
        .await;
    assert_eq!(answer["series"][0]["name"], "system.memory.utilization");
    assert_eq!(answer["series"][1]["labels"]["state"], "user");
    let times = answer["timestamps"].as_array().unwrap();
    assert!(times.len() >= 2);
    assert!(answer["values"].as_array().unwrap().iter().all(|column| column.as_array().unwrap().len() == times.len()));
    let memory = answer["values"][0][0].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&memory), "{memory}");
    server.running.stop().await;
}

#[tokio::test]
async fn wrong_requests_get_the_right_problem() {
    let server = TestServer::start(&[("server.max_body_bytes", 1_024.into())]).await;
    let much = format!("/api/core/monitoring/history/?points=10000{}", "&series=system.uptime".repeat(101));
    for (path, field) in [
        (&*much, "points"),
        ("/api/core/monitoring/history/", "series"),
        ("/api/core/monitoring/history/?series=no.such.series", "series"),
        ("/api/core/monitoring/history/?series=system.uptime&points=0", "points"),
        ("/api/core/monitoring/history/?series=system.uptime&from=never", "from"),
        ("/api/core/monitoring/live/?topics=cash", "topics"),
    ] {
        let problem = problem(server.get(path).await, 422).await;
        assert_eq!(problem.errors[0].field, field, "{path}");
    }
    assert_eq!(server.get(&format!("{much}&format=csv")).await.status(), 200, "an export has any length");
    problem(server.get("/api/core/nothing/").await, 404).await;
    problem(server.get("/api/core/monitoring/live/").await, 400).await;
    let client = reqwest::Client::new();
    let answer = client.delete(server.url("/api/core/health/")).send().await.unwrap();
    assert!(answer.headers()["allow"].to_str().unwrap().contains("GET"));
    problem(answer, 405).await;
    let large = client.post(server.url("/api/core/health/")).body(vec![0; 2_000]).send().await.unwrap();
    problem(large, 413).await;
    let foreign = client.post(server.url("/theme")).header("origin", "https://evil.example").send().await.unwrap();
    problem(foreign, 403).await;
    let bent = client.get(server.url("/api/core/health/")).header("host", "evil.example").send().await.unwrap();
    problem(bent, 421).await;
    // All that left the server as it was.
    assert_eq!(server.get("/api/core/health/").await.status(), 200);
    server.running.stop().await;
}

#[tokio::test]
async fn metrics_are_read_by_both_families_of_programs() {
    let server = TestServer::start(&[]).await;
    // Rates come with the second frame.
    while server.running.monitor.latest().unwrap().frame.seq < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let text = server.get("/metrics").await.text().await.unwrap();
    for name in ["system_memory_utilization_ratio ", "system_memory_limit_bytes ", "system_network_io_bytes_total"] {
        assert!(text.contains(name), "{name}: {text}");
    }
    // Who adds up what bears one name counts nothing twice.
    for (family, part) in [("system_network_io_bytes_total", "device="), ("system_cpu_utilization_ratio", "cpu=")] {
        let mut samples = text.lines().filter(|line| line.starts_with(&format!("{family}{{"))).peekable();
        assert!(samples.peek().is_some() && samples.all(|line| line.contains(part)), "{family}: {text}");
        assert!(!text.lines().any(|line| line.starts_with(&format!("{family} "))), "{family}: {text}");
    }
    assert!(text.contains("\nmiorai_system_processes "), "{text}");
    let mut families: Vec<&str> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let count = families.len();
    families.sort_unstable();
    families.dedup();
    assert_eq!(families.len(), count, "a family is in one piece");
    let answer = reqwest::Client::new()
        .get(server.url("/metrics"))
        .header("accept", "application/openmetrics-text; version=1.0.0")
        .send()
        .await
        .unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    assert!(answer.text().await.unwrap().ends_with("# EOF\n"));
    server.running.stop().await;
}

#[tokio::test]
async fn the_description_names_every_path_that_there_is() {
    let server = TestServer::start(&[]).await;
    let document = server.json("/api/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 24, "{:?}", paths.keys());
    // There may be nothing of the name that a path asks for.
    for path in paths.keys().filter(|path| !path.contains('{')) {
        assert_ne!(server.get(path).await.status(), 404, "{path}");
    }
    let page = server.get("/api/docs").await.text().await.unwrap();
    for path in paths.keys() {
        assert!(page.contains(path.as_str()), "{path}");
    }
    server.running.stop().await;
}
