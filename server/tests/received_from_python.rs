//! OpenTelemetry's SDK for Python sends metrics, which appear live and in the past.
//!
//! It runs where there are Python and its packages, and says so where there are not.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]
#![allow(clippy::print_stderr, reason = "who reads the tests is told what was left out")]

mod support;

use miorai_model::SeriesKey;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use support::{PATIENCE, TestServer};

const PACKAGES: [&str; 2] = ["opentelemetry-sdk>=1.27", "opentelemetry-exporter-otlp-proto-http>=1.27"];

/// A Python that has the SDK: made once, beside what is built.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("opentelemetry-python");
    let python = folder.join("bin/python");
    let run = |command: &mut Command| {
        let done = command.output().map_err(|error| format!("{command:?}: {error}"))?;
        let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
        if done.status.success() { Ok(()) } else { Err(format!("{command:?}: {said}")) }
    };
    let is_there =
        run(Command::new(&python).args(["-c", "import opentelemetry.exporter.otlp.proto.http, opentelemetry.sdk"]));
    if is_there.is_err() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    }
    Ok(python)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_of_the_sdk_for_python_appear_live_and_in_the_past() {
    let python = match tokio::task::spawn_blocking(python).await.unwrap() {
        Ok(python) => python,
        Err(reason) => {
            eprintln!("SKIPPED: OpenTelemetry's SDK for Python is not to be had here: {reason}");
            return;
        }
    };
    let server = TestServer::start(&[]).await;
    let mut frames = server.running.monitor.subscribe();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/send_metrics.py");
    let mut sending = Command::new(python);
    sending.arg(script).arg(server.url(""));
    let sent = tokio::task::spawn_blocking(move || sending.output()).await.unwrap().unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));

    let labels = r#"service.instance.id="one",service.name="python-shop""#;
    let route = r#"{http.request.method="GET",http.route="/orders",service.name="python-shop"}"#;
    let p95 = r#"{http.request.method="GET",http.route="/orders",quantile="0.95",service.name="python-shop"}"#;
    let live = |key: &str| {
        let id = server.running.monitor.catalog().find(&key.parse::<SeriesKey>().unwrap())?;
        let tick = server.running.monitor.latest()?;
        tick.frame.total(id).or_else(|| tick.frame.value(id))
    };
    let expected = [
        (format!(r#"shop.stock{{{labels},warehouse="north"}}"#), 42.0),
        (format!("shop.waiting{{{labels}}}"), 6.0),
        (format!(r#"shop.orders{{kind="book",{labels}}}"#), 200.0),
    ];
    let all_there = async {
        while !expected.iter().all(|(key, value)| live(key) == Some(*value)) {
            let _ = frames.recv().await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, all_there).await;
    for (key, value) in &expected {
        assert_eq!(live(key), Some(*value), "{key}");
    }
    // Quantiles are told by the past: the seconds in which they came may be over.
    let jobs = format!(r#"job.duration{{quantile="0.5",{labels}}}"#);
    for (key, low, high) in [(format!("http.server.request.duration{p95}"), 0.01, 0.1), (jobs, 0.045, 0.055)] {
        let client = reqwest::Client::new().get(server.url("/api/core/monitoring/history/")).query(&[("series", &key)]);
        let past: Value = client.send().await.unwrap().json().await.unwrap();
        let values: Vec<f64> = past["values"][0].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        assert!(!values.is_empty() && values.iter().all(|value| (low..=high).contains(value)), "{key}: {past}");
    }
    assert!(
        server
            .running
            .monitor
            .catalog()
            .find(&format!("http.server.request.duration{route}").parse().unwrap())
            .is_some()
    );
    server.running.stop().await;
}
