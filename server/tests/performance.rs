//! The speed of the API over REST: this server's own routes, and those of programs that report.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::performance::{Counts, RouteInterval, ServiceReport};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{PATIENCE, TestServer};

const METRICS: &str = "/api/core/monitoring/performance-metrics/";
const REPORTS: &str = "/api/core/monitoring/reports/";
const RESET: &str = "/api/core/monitoring/reset-metrics/";

fn route<'a>(report: &'a Value, method: &str, route: &str) -> Option<&'a Value> {
    report["routes"].as_array().unwrap().iter().find(|told| told["method"] == method && told["route"] == route)
}

fn told(seq: u64, route: &str, durations: &[f64]) -> ServiceReport {
    let mut counts = Counts { classes: [0, durations.len() as u64, 0, 0, 0], ..Counts::default() };
    for seconds in durations {
        counts.durations.add(*seconds);
    }
    ServiceReport {
        service: "shop".to_owned(),
        instance: "1".to_owned(),
        seq,
        routes: vec![RouteInterval { method: "GET".to_owned(), route: route.to_owned(), in_flight: 2, counts }],
        ..ServiceReport::default()
    }
}

async fn report(server: &TestServer, report: &ServiceReport) -> StatusCode {
    Client::new().post(server.url(REPORTS)).json(report).send().await.unwrap().status()
}

#[tokio::test]
async fn the_servers_own_routes_are_told_with_their_quantiles() {
    let server = TestServer::start(&[]).await;
    for _ in 0..20 {
        assert_eq!(server.get("/livez").await.status(), 200);
    }
    server.get("/livez/").await;
    server.get("/api/nowhere").await;
    let report = server.json(METRICS).await;
    let livez = route(&report, "GET", "/livez").unwrap();
    assert_eq!(livez["requests"], 21, "with and without the last slash: {report:#}");
    assert_eq!((&livez["errors"], &livez["service"]), (&json!(0), &Value::Null));
    let [mean, p50, p95, p99, max] =
        ["mean_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms"].map(|name| livez[name].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p95 && p95 <= p99 && p99 <= max && mean <= max, "{livez:#}");
    assert_eq!(livez["objective"]["met"], true);
    assert_eq!(report["totals"]["status_classes"]["client_error"], 1);
    let slow = &report["slow_requests"][0];
    assert!(!slow["request_id"].as_str().unwrap().is_empty() && slow["duration_ms"].as_f64().unwrap() > 0.0);
    server.running.stop().await;
}

#[tokio::test]
async fn answers_bear_their_times_and_keep_their_id() {
    let server = TestServer::start(&[]).await;
    let request = Client::new().get(server.url("/livez")).header("x-request-id", "abc-1");
    let answer = request.send().await.unwrap();
    let text = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(text("x-request-id"), "abc-1");
    assert!(text("server-timing").starts_with("total;dur=") && text("x-response-time").ends_with("ms"));
    assert_eq!(answer.headers().get_all("x-request-id").iter().count(), 1);
    server.running.stop().await;
}

#[tokio::test]
async fn a_reset_begins_anew_leaves_a_line_and_leaves_the_history() {
    let server = TestServer::start(&[]).await;
    for _ in 0..5 {
        server.get("/livez").await;
    }
    assert!(route(&server.json(METRICS).await, "GET", "/livez").is_some());
    let answer = Client::new().post(server.url(RESET)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let reset_at = answer.json::<Value>().await.unwrap()["reset_at"].as_str().unwrap().to_owned();
    let report = server.json(METRICS).await;
    assert!(route(&report, "GET", "/livez").is_none(), "{report:#}");
    assert_eq!(report["since"], reset_at);
    let events = server.running.monitor.journal().recent(&miorai_storage::JournalFilter::default()).await.unwrap();
    let line = events.iter().find(|event| event.source == "api").unwrap();
    assert!(line.message.contains("admin at 127.0.0.1"), "{}", line.message);
    let history = server.json("/api/core/monitoring/history/?series=miorai.tick.lateness&points=10").await;
    assert!(!history["timestamps"].as_array().unwrap().is_empty(), "{history:#}");
    server.running.stop().await;
}

#[tokio::test]
async fn what_another_program_reports_is_told_under_its_name_and_counted_once() {
    let server = TestServer::start(&[]).await;
    for (seq, durations) in [(1, &[0.1, 0.2][..]), (2, &[0.3]), (2, &[0.3])] {
        assert_eq!(report(&server, &told(seq, "/orders/{id}", durations)).await, StatusCode::NO_CONTENT);
    }
    let answer = server.json(METRICS).await;
    let orders = route(&answer, "GET", "/orders/{id}").unwrap();
    assert_eq!((&orders["service"], &orders["requests"], &orders["in_flight"]), (&json!("shop"), &json!(3), &json!(2)));
    assert!((orders["mean_ms"].as_f64().unwrap() - 200.0).abs() < 1e-6);
    assert_eq!(answer["routes"][0]["route"], "/orders/{id}", "it took most time");

    let begun = Instant::now();
    let series = "http.server.request.duration";
    loop {
        let text = server.get("/metrics").await.text().await.unwrap();
        let mut lines = text.lines();
        let wanted = r#"http_server_request_duration_seconds_count{http_request_method="GET",http_route="/orders/{id}",service_name="shop"} 3"#;
        if lines.any(|line| line == wanted) {
            assert!(text.contains("# TYPE http_server_request_duration_seconds summary"), "{text}");
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{series} comes with the next frame: {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.running.stop().await;
}

#[tokio::test]
async fn reports_out_of_bounds_are_refused_with_the_field() {
    let server = TestServer::start(&[]).await;
    let mut nameless = told(1, "/", &[]);
    nameless.service.clear();
    let answer = Client::new().post(server.url(REPORTS)).json(&nameless).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["errors"][0]["field"], "service", "{problem:#}");
    let garbage = Client::new().post(server.url(REPORTS)).header("content-type", "application/json").body("{");
    assert_eq!(garbage.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let window = server.get(&format!("{METRICS}?window=2h")).await;
    assert_eq!(window.status(), StatusCode::UNPROCESSABLE_ENTITY);
    server.running.stop().await;
}

#[tokio::test]
async fn no_more_programs_report_than_may() {
    let server = TestServer::start(&[]).await;
    for number in 0..64 {
        let one = ServiceReport { instance: number.to_string(), ..told(1, "/", &[0.1]) };
        assert_eq!(report(&server, &one).await, StatusCode::NO_CONTENT);
    }
    let one_more = ServiceReport { instance: "one more".to_owned(), ..told(1, "/", &[0.1]) };
    assert_eq!(report(&server, &one_more).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(server.json(METRICS).await["overflow"]["refused_reports"], 1);
    server.running.stop().await;
}
