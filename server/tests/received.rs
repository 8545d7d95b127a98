//! Metrics of other programs, sent to a real server over HTTP.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "../../crates/monitoring/tests/support/otlp.rs"]
mod otlp;
mod support;

use flate2::{Compression, write::GzEncoder};
use miorai_model::{Clock as _, SeriesKey, Topic, live::ServerMessage};
use miorai_monitoring::SystemClock;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceResponse, metrics::v1::AggregationTemporality,
};
use otlp::{encoded, gauge, number, request, sum};
use prost::Message as _;
use serde_json::{Value, json};
use std::{io::Write as _, time::Duration};
use support::{PATIENCE, TestServer};

const PROTOBUF: &str = "application/x-protobuf";

fn now() -> u64 {
    (SystemClock::default().now().as_millis() / 1_000) as u64
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

async fn send(server: &TestServer, headers: &[(&'static str, &str)], body: Vec<u8>) -> reqwest::Response {
    let request = reqwest::Client::new().post(server.url("/v1/metrics")).body(body);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().await.unwrap()
}

/// Waits until a series has this value.
async fn becomes(server: &TestServer, key: &str, expected: f64) {
    let key: SeriesKey = key.parse().unwrap();
    let value = || {
        let id = server.running.monitor.catalog().find(&key)?;
        server.running.monitor.latest()?.frame.value(id)
    };
    let mut frames = server.running.monitor.subscribe();
    let waiting = async {
        while value() != Some(expected) {
            let _ = frames.recv().await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, waiting).await.is_ok();
    assert!(in_time, "{key} is {:?}, not {expected}", value());
}

#[tokio::test]
async fn metrics_are_taken_in_both_forms_plain_and_packed_and_are_shown_everywhere() {
    let server = TestServer::start(&[]).await;
    let of = |name: &str| vec![gauge(name, "By", vec![number(5.0, &[("a", "b")], 0, now())])];
    let json = |name: &str| serde_json::to_vec(&request("shop", of(name))).unwrap();
    for (name, headers, body) in [
        ("plain", vec![("content-type", PROTOBUF)], encoded("shop", of("plain"))),
        (
            "packed",
            vec![("content-type", PROTOBUF), ("content-encoding", "gzip")],
            packed(&encoded("shop", of("packed"))),
        ),
        ("json", vec![("content-type", "application/json; charset=utf-8")], json("json")),
        ("both", vec![("content-type", "application/json"), ("content-encoding", "gzip")], packed(&json("both"))),
    ] {
        let answer = send(&server, &headers, body).await;
        assert_eq!(answer.status(), 200, "{name}");
        let form = headers[0].1.split(';').next().unwrap();
        assert_eq!(answer.headers()["content-type"], form, "{name}");
        let body = answer.bytes().await.unwrap();
        assert_eq!(&body[..], if form == PROTOBUF { &b""[..] } else { b"{}" }, "{name}");
        becomes(&server, &format!(r#"{name}{{a="b",service.name="shop"}}"#), 5.0).await;
    }
    let shown = server.get("/metrics").await.text().await.unwrap();
    assert!(shown.contains("plain_bytes{a=\"b\",service_name=\"shop\"} 5"), "{shown}");
    let series = r#"json{a="b",service.name="shop"}"#;
    let client = reqwest::Client::new().get(server.url("/api/core/monitoring/history/")).query(&[("series", series)]);
    let past: Value = client.send().await.unwrap().json().await.unwrap();
    assert!(past["values"][0].as_array().unwrap().contains(&json!(5.0)), "{past}");
    server.running.stop().await;
}

/// What REST tells of what was received, once it has so many series.
async fn told(server: &TestServer, query: &str, series: usize) -> Value {
    let path = format!("/api/core/monitoring/received/{query}");
    let waiting = async {
        loop {
            let told = server.json(&path).await;
            if told["series"].as_array().unwrap().len() == series {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{query} did not come to {series} series"))
}

/// A page without a script, as people read it.
async fn page(server: &TestServer, query: &[(&str, &str)]) -> String {
    let request = reqwest::Client::new().get(server.url("/custom")).query(query);
    let html = request.send().await.unwrap().text().await.unwrap();
    // What a script would read does not count.
    html.split("<script").next().unwrap().to_owned()
}

#[tokio::test]
async fn senders_and_their_series_are_listed_over_rest_and_on_a_page_without_a_script() {
    let server = TestServer::start(&[]).await;
    assert!(page(&server, &[]).await.contains("No program sends metrics"));
    let points =
        |count: u64| (0..count).map(|i| number(i as f64, &[("queue", &format!("q{i:03}"))], 0, now())).collect();
    let late = vec![number(1.0, &[], 0, now() - 900)];
    let metrics = vec![
        gauge("queue.length", "", points(250)),
        gauge("queue.late", "", late),
        otlp::durations("job.duration", &[], [5, 3, 2, 0], now() - 10, now()),
        otlp::durations("http.server.request.duration", &[("http.route", "/orders")], [5, 3, 2, 0], now() - 10, now()),
    ];
    assert_eq!(send(&server, &[("content-type", PROTOBUF)], encoded("shop", metrics)).await.status(), 200);
    // The list is bounded, and a filter finds the rest. Requests are routes of the API.
    let all = told(&server, "", 200).await;
    assert_eq!((&all["series_left_out"], &all["series"][0]["name"]), (&json!(51), &json!("job.duration")), "{all}");
    assert_eq!(all["series"][0]["kind"], "distribution");
    let sender = &all["senders"][0];
    assert_eq!((&sender["service"], &sender["series"], &sender["points"]), (&json!("shop"), &json!(252), &json!(252)));
    assert_eq!((&sender["refused"][0]["reason"], &all["refused"][0]["points"]), (&json!("past"), &json!(1)));
    let one = told(&server, "?filter=QUEUE%3Dq249", 1).await;
    assert_eq!((&one["series"][0]["value"], &one["series_left_out"]), (&json!(249.0), &json!(0)), "{one}");
    assert_eq!(told(&server, "?filter=http.server", 0).await["series_left_out"], 0);
    assert_eq!(server.get("/api/core/monitoring/received/?limit=0").await.status(), 422);
    let listed = page(&server, &[]).await;
    for words in ["shop", "queue=q000, service.name=shop", "51 more are not listed", "its time is too long ago"] {
        assert!(listed.contains(words), "{words} is missing in {listed}");
    }
    let filtered = page(&server, &[("series.filter", "queue=q249")]).await;
    assert!(filtered.contains("queue=q249") && !filtered.contains("queue=q000"), "{filtered}");
    // Two of one unit share a chart, a distribution has its own; both are drawn by the server.
    let chosen = [
        ("series", r#"queue.length{queue="q007",service.name="shop"}"#),
        ("series", r#"queue.length{queue="q249",service.name="shop"}"#),
        ("series", r#"job.duration{service.name="shop"}"#),
    ];
    let charted = page(&server, &chosen).await;
    assert_eq!(charted.matches("<figure").count(), 2, "{charted}");
    assert!(charted.contains("<svg") && charted.contains("p99"), "{charted}");
    server.running.stop().await;
}

#[tokio::test]
async fn series_are_named_one_by_one_on_the_live_stream() {
    let server = TestServer::start(&[]).await;
    let metrics = (0..3).map(|i| gauge(["a", "b", "c"][i], "", vec![number(i as f64, &[], 0, now())])).collect();
    send(&server, &[("content-type", PROTOBUF)], encoded("shop", metrics)).await;
    becomes(&server, r#"c{service.name="shop"}"#, 2.0).await;
    let key = "c%7Bservice.name%3D%22shop%22%7D";
    let mut socket = server.live(&format!("?topics=chosen&series={key}")).await;
    let ServerMessage::Hello(hello) = support::next_json(&mut socket).await else { panic!("hello comes first") };
    assert_eq!(hello.series.len(), 1);
    let ServerMessage::Frame(frame) = support::next_json(&mut socket).await else { panic!("a frame follows") };
    assert_eq!((frame.topic, frame.values), (Topic::Chosen, vec![(hello.series[0].id, 2.0)]));
    let many = "&series=a".repeat(33);
    for (query, status) in [("?topics=chosen&series=no+series", 422), (&*format!("?topics=chosen{many}"), 422)] {
        let refused = server.try_live(query, &[]).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains(&status.to_string()), "{query}: {refused}");
    }
    server.running.stop().await;
}

#[tokio::test]
async fn who_sends_is_told_which_points_were_refused_and_why() {
    let server = TestServer::start(&[("received.max_series_per_sender", 2.into())]).await;
    let points: Vec<_> = (0..5).map(|i| number(1.0, &[("user", i.to_string().as_str())], 0, now())).collect();
    let future = vec![number(1.0, &[], 0, now() + 3_600)];
    let metrics = vec![gauge("logins", "", points), gauge("future", "", future)];
    let answer = send(&server, &[("content-type", PROTOBUF)], encoded("shop", metrics.clone())).await;
    let decoded = ExportMetricsServiceResponse::decode(answer.bytes().await.unwrap()).unwrap();
    let partial = decoded.partial_success.unwrap();
    assert_eq!(partial.rejected_data_points, 4, "{partial:?}");
    assert!(partial.error_message.contains("received.max_series_per_sender"), "{partial:?}");
    let json = serde_json::to_vec(&request("shop", metrics)).unwrap();
    let answer: Value = send(&server, &[("content-type", "application/json")], json).await.json().await.unwrap();
    assert_eq!(answer["partialSuccess"]["rejectedDataPoints"], "4", "{answer}");
    becomes(&server, "miorai.received.series", 2.0).await;
    let shown = server.get("/metrics").await.text().await.unwrap();
    assert!(shown.contains("miorai_received_refused_total{reason=\"series_of_sender\"} 6"), "{shown}");
    server.running.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_in_the_form_in_which_it_was_sent() {
    let server = TestServer::start(&[("received.max_body_bytes", 100_000.into())]).await;
    let bomb = packed(&vec![0; 20_000_000]);
    assert!(bomb.len() < 30_000);
    let gzip = ("content-encoding", "gzip");
    let protobuf = ("content-type", PROTOBUF);
    let json = ("content-type", "application/json");
    for (name, headers, body, status) in [
        ("garbage", vec![protobuf], vec![255; 100], 400),
        ("garbage in JSON", vec![json], b"{\"resourceMetrics\": 7}".to_vec(), 400),
        ("not packed", vec![protobuf, gzip], b"plain".to_vec(), 400),
        ("a bomb", vec![protobuf, gzip], bomb, 413),
        ("too large", vec![json], vec![b' '; 100_001], 413),
        ("another packing", vec![protobuf, ("content-encoding", "br")], Vec::new(), 415),
        ("another form", vec![("content-type", "text/plain")], Vec::new(), 415),
        ("no form", vec![], Vec::new(), 415),
        ("another site", vec![protobuf, ("origin", "https://example.org")], Vec::new(), 403),
        ("through a proxy", vec![protobuf, ("x-forwarded-for", "203.0.113.9")], Vec::new(), 403),
    ] {
        let of_json = headers.contains(&json);
        let answer = send(&server, &headers, body).await;
        assert_eq!(answer.status(), status, "{name}");
        assert!(answer.headers().contains_key("x-request-id"), "{name}");
        let form = if of_json { "application/json" } else { PROTOBUF };
        assert_eq!(answer.headers()["content-type"], form, "{name}");
        let body = answer.bytes().await.unwrap();
        if of_json {
            let told: Value = serde_json::from_slice(&body).unwrap();
            assert!(told["message"].as_str().is_some_and(|message| !message.is_empty()), "{name}: {told}");
        } else {
            assert_eq!(body[0], 18, "{name}: the message of a Status is its field 2");
        }
    }
    let answer = server.get("/v1/metrics").await;
    assert_eq!((answer.status().as_u16(), answer.headers()["allow"].to_str().unwrap()), (405, "POST"));
    assert_eq!(server.get("/livez").await.status(), 200, "it goes on");
    server.running.stop().await;
}

#[tokio::test]
async fn programs_elsewhere_may_send_when_that_is_said() {
    let server = TestServer::start(&[("received.from_other_machines", true.into())]).await;
    let headers = [("content-type", PROTOBUF), ("x-forwarded-for", "203.0.113.9")];
    let orders = sum("orders", AggregationTemporality::Delta, vec![number(1.0, &[], 0, now())]);
    assert_eq!(send(&server, &headers, encoded("shop", vec![orders])).await.status(), 200);
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_points_makes_no_frame_late() {
    let server = TestServer::start(&[("received.max_series_per_sender", 5_000.into())]).await;
    let mut frames = server.running.monitor.subscribe();
    let flood = async {
        for _ in 0..20 {
            let points: Vec<_> = (0..5_000).map(|i| number(1.0, &[("n", i.to_string().as_str())], 0, now())).collect();
            let answer =
                send(&server, &[("content-type", PROTOBUF)], encoded("shop", vec![gauge("g", "", points)])).await;
            assert_eq!(answer.status(), 200);
        }
    };
    tokio::time::timeout(PATIENCE, flood).await.expect("all of it is taken");
    tokio::time::timeout(Duration::from_secs(3), frames.recv()).await.expect("frames go on").unwrap();
    becomes(&server, "miorai.received.series", 5_000.0).await;
    server.running.stop().await;
}
