//! Durations of requests that other programs send, on the board of the API.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "support/otlp.rs"]
mod otlp;
#[path = "support/receiver.rs"]
mod receiver;

use miorai_model::{SeriesKey, Topic};
use miorai_monitoring::received::Limits;
use otlp::durations;
use receiver::{Program, START};
use std::time::Duration;

#[tokio::test]
async fn durations_of_requests_become_routes_of_the_api() {
    let mut program = Program::new(Limits::default());
    for (status, counts) in [("200", [90, 5, 0, 0]), ("500", [0, 0, 5, 0])] {
        let labels = [("http.request.method", "GET"), ("http.route", "/orders"), ("http.response.status_code", status)];
        program.take("shop", vec![durations("http.server.request.duration", &labels, counts, START - 5, START)]);
    }
    program.tick().await;
    let key = r#"http.server.request.duration{http.request.method="GET",http.route="/orders",service.name="shop"}"#;
    assert_eq!(program.count(key), Some(100), "all statuses together; the program has just started");
    let id = program.monitor.catalog().find(&key.parse::<SeriesKey>().unwrap()).unwrap();
    let series = program.monitor.catalog().series();
    assert!(series[id.index()].is_in(Topic::Api) && !series[id.index()].is_in(Topic::Custom));
    for _ in 0..6 {
        program.tick().await;
    }
    let class = |class: &str| {
        format!(
            "miorai.http.requests{{http.request.method=\"GET\",http.response.status_class=\"{class}\",\
             http.route=\"/orders\",service.name=\"shop\"}}"
        )
    };
    assert_eq!(program.total(&class("2xx")), Some(95.0));
    assert_eq!(program.total(&class("5xx")), Some(5.0));
}

/// What the board has counted of the route `/orders` of the shop.
fn asked(program: &Program, window: Duration) -> u64 {
    let report = program.board.report(window);
    report.routes.iter().filter(|told| told.service.as_deref() == Some("shop")).map(|told| told.figures.requests).sum()
}

#[tokio::test]
async fn what_a_sender_counted_before_it_was_heard_of_are_no_requests_of_now() {
    const HOUR: Duration = Duration::from_hours(1);
    let labels = [("http.request.method", "GET"), ("http.route", "/orders"), ("http.response.status_code", "200")];
    let class = r#"miorai.http.requests{http.request.method="GET",http.response.status_class="2xx",http.route="/orders",service.name="shop"}"#;
    // It started long ago, does not know when it started, or does not say it.
    for (start, at_first) in [(START - 3_600, 1_000), (START, 20), (0, 1_000)] {
        let mut program = Program::new(Limits::default());
        let send = |program: &Program, count, at| {
            let counts = [count, 0, 0, 0];
            program.take("shop", vec![durations("http.server.request.duration", &labels, counts, start, START + at)]);
        };
        send(&program, at_first, 0);
        for at in 0..10 {
            program.tick().await;
            assert_eq!(asked(&program, HOUR), 0, "started at {start}, at {at}");
        }
        assert_eq!(program.total(class), Some(0.0));
        send(&program, at_first + 20, 10);
        let mut before = 0;
        for at in 10..=21 {
            program.tick().await;
            let all = asked(&program, HOUR);
            assert!(all - before <= 3, "{} requests at once at {at}", all - before);
            before = all;
        }
        assert_eq!(before, 20, "started at {start}");
        assert_eq!(program.total(class), Some(20.0));
    }
}

#[tokio::test]
async fn no_request_is_lost_whenever_an_interval_of_the_board_ends() {
    let labels = [("http.request.method", "GET"), ("http.route", "/orders")];
    for first in 0..12 {
        let mut program = Program::new(Limits::default());
        for _ in 0..first {
            program.tick().await;
        }
        let mut told = 0;
        for report in 0..6 {
            told += 7 + report;
            let (start, at) = (START + first - 1, START + first + report * 15);
            let one = durations("http.server.request.duration", &labels, [told, 0, 0, 0], start, at);
            assert_eq!(program.take("shop", vec![one]).refused.total(), 0);
            for _ in 0..15 {
                program.tick().await;
            }
        }
        for _ in 0..16 {
            program.tick().await;
        }
        assert_eq!(asked(&program, Duration::from_hours(1)), told, "first heard of in second {first}");
        let report = program.board.report(Duration::from_hours(1));
        assert_eq!(report.totals.requests, told);
    }
}
