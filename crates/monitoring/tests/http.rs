//! A service of axum that is measured: what its answers tell, and what is counted.

#![cfg(feature = "http")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{Request, StatusCode},
    response::Response,
    routing::get,
};
use miorai_model::performance::{OTHER, Outcome, RouteInterval, StepKind, UNMATCHED};
use miorai_monitoring::{ManualClock, chain, http::HttpMonitor};
use std::{sync::Arc, time::Duration};
use tower::ServiceExt as _;

const MILLI: Duration = Duration::from_millis(1);

fn router(monitor: &HttpMonitor) -> Router {
    Router::new()
        .route("/players/{id}", get(player).post(|| async { StatusCode::CREATED }))
        .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
        .route("/hangs", get(std::future::pending::<()>))
        .route("/streamed", get(streamed))
        .layer(monitor.layer())
}

async fn player(Path(id): Path<u32>) -> String {
    chain::record_cache("default", "player:{id}", if id == 7 { Outcome::Hit } else { Outcome::Miss }, MILLI);
    for _ in 0..id {
        chain::record_query("SELECT name FROM players WHERE id = ?", MILLI, Some(1));
    }
    format!("player {id}")
}

async fn streamed() -> Body {
    let parts = ["one", "two", "three"].map(Ok::<_, std::io::Error>);
    Body::from_stream(futures_util::stream::iter(parts))
}

async fn ask(router: &Router, method: &str, path: &str, id: Option<&str>) -> Response {
    let request = Request::builder().method(method).uri(path);
    let request = id.into_iter().fold(request, |request, id| request.header("x-request-id", id));
    router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

fn of<'a>(routes: &'a [RouteInterval], method: &str, route: &str) -> &'a RouteInterval {
    routes.iter().find(|told| told.method == method && told.route == route).unwrap()
}

#[tokio::test]
async fn routes_are_counted_by_what_matched_and_how_they_ended() {
    let monitor = HttpMonitor::new();
    let router = router(&monitor);
    for (method, path) in [
        ("GET", "/players/1"),
        ("GET", "/players/2"),
        ("GET", "/players/none"),
        ("POST", "/players/1"),
        ("GET", "/broken"),
        ("GET", "/nowhere/1"),
        ("GET", "/nowhere/2"),
        ("BREW", "/broken"),
    ] {
        ask(&router, method, path, None).await;
    }
    let told_routes = monitor.drain().routes;
    let classes = |method, route| of(&told_routes, method, route).counts.classes;
    assert_eq!(classes("GET", "/players/{id}"), [0, 2, 0, 1, 0]);
    assert_eq!(classes("POST", "/players/{id}"), [0, 1, 0, 0, 0]);
    assert_eq!(classes("GET", "/broken"), [0, 0, 0, 0, 1]);
    assert_eq!(classes("GET", UNMATCHED), [0, 0, 0, 2, 0]);
    assert_eq!(classes("_OTHER", "/broken"), [0, 0, 0, 1, 0], "methods that clients make up share a name");
    assert_eq!(of(&told_routes, "GET", "/players/{id}").counts.durations.count(), 3);
    assert!(monitor.drain().routes.is_empty(), "it was told");
}

#[tokio::test]
async fn answers_tell_their_id_and_where_their_time_went() {
    let monitor = HttpMonitor::new();
    let router = router(&monitor);
    let answer = ask(&router, "GET", "/players/3", Some("abc-1")).await;
    let text = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((text("x-request-id"), text("x-cache")), ("abc-1".to_owned(), "MISS".to_owned()));
    let timing = text("server-timing");
    assert!(
        timing.starts_with("total;dur=") && timing.contains(", cache;dur=1.000, db;dur=3.000, rest;dur="),
        "{timing}"
    );
    assert!(text("x-response-time").ends_with("ms"));
    let answer = ask(&router, "GET", "/players/7", Some("<script>")).await;
    assert_ne!(answer.headers()["x-request-id"], "<script>");
    assert_eq!(answer.headers()["x-cache"], "HIT");
}

#[tokio::test]
async fn the_slowest_requests_are_kept_with_what_they_did() {
    let clock = Arc::new(ManualClock::new(miorai_model::Timestamp::from_millis(60_000)));
    let monitor = HttpMonitor::with(10, clock);
    let router = router(&monitor);
    ask(&router, "GET", "/players/5", Some("the-slow-one")).await;
    let slow = monitor.drain().slow_requests;
    let [request] = &slow[..] else { panic!("one request, one sample: {slow:#?}") };
    assert_eq!((request.request_id.as_str(), request.route.as_str()), ("the-slow-one", "/players/{id}"));
    let steps: Vec<_> = request.chain.iter().map(|step| (step.kind, step.what.as_str(), step.times)).collect();
    assert_eq!(
        steps,
        [(StepKind::Cache, "default player:{id}", 1), (StepKind::Database, "SELECT name FROM players WHERE id = ?", 5)],
        "the same statement five times is seen as such"
    );
    assert!((request.parts.database_ms - 5.0).abs() < 1e-9);
}

#[tokio::test]
async fn what_is_being_answered_is_counted_and_a_client_that_goes_is_seen() {
    let monitor = HttpMonitor::new();
    let router = router(&monitor);
    let mut hangs = Box::pin(ask(&router, "GET", "/hangs", None));
    assert!(futures_util::poll!(&mut hangs).is_pending());
    assert_eq!(of(&monitor.drain().routes, "GET", "/hangs").in_flight, 1);
    drop(hangs);
    let told_routes = monitor.drain().routes;
    let told = of(&told_routes, "GET", "/hangs");
    assert_eq!((told.in_flight, told.counts.cancelled, told.counts.durations.count()), (0, 1, 0));
}

#[tokio::test]
async fn routes_beyond_the_limit_are_counted_together_and_told_as_overflow() {
    let monitor = HttpMonitor::with(2, Arc::new(ManualClock::new(miorai_model::Timestamp::default())));
    let router: Router = (0..5)
        .fold(Router::new(), |router, number| router.route(&format!("/{number}"), get(|| async {})))
        .layer(monitor.layer());
    for number in (0..5).chain(0..5) {
        ask(&router, "GET", &format!("/{number}"), None).await;
    }
    let drained = monitor.drain();
    assert_eq!(drained.routes.len(), 3);
    assert_eq!((of(&drained.routes, "_OTHER", OTHER).counts.requests(), drained.overflow), (6, 6));
}

#[tokio::test]
async fn the_bytes_of_answers_are_counted_also_when_they_are_streamed() {
    let monitor = HttpMonitor::new();
    let router = router(&monitor);
    let read =
        async |path| axum::body::to_bytes(ask(&router, "GET", path, None).await.into_body(), 1_000).await.unwrap();
    assert_eq!(read("/players/0").await, "player 0");
    assert_eq!(read("/streamed").await, "onetwothree");
    let told_routes = monitor.drain().routes;
    assert_eq!(of(&told_routes, "GET", "/players/{id}").counts.response_bytes, 8);
    assert_eq!(of(&told_routes, "GET", "/streamed").counts.response_bytes, 11);
}
