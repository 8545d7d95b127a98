//! The page rendered from what a desk says.

use super::{
    Api, PageData,
    forms::{Asked, answer},
    prepare::prepare,
};
use crate::{
    api_desk::ApiDesk,
    desk::{Actor, DeskError},
    pages::rendered::rendered,
};
use async_trait::async_trait;
use axum::{
    Form,
    body::Body,
    extract::{FromRequest as _, Request},
    http::header::CONTENT_TYPE,
};
use leptos::prelude::*;
use miorai_model::{
    Timestamp,
    performance::{
        ApiTotals, Objective, Outcome, Parts, PerformanceReport, RouteReport, SlowRequest, StatusClasses, Step,
        StepKind,
    },
};
use std::{sync::Mutex, time::Duration};

/// A desk with some routes, that remembers what it was asked to change.
#[derive(Default)]
struct Desk {
    routes: usize,
    reset_by: Mutex<Vec<String>>,
}

const NOW: Timestamp = Timestamp::from_millis(1_763_888_808_000);

#[async_trait]
impl ApiDesk for Desk {
    async fn report(&self, window: Duration) -> PerformanceReport {
        let mut report = PerformanceReport::empty(NOW, NOW.minus(window));
        report.totals = figures(538.0, 108.0);
        report.routes = (0..self.routes).map(|number| route(&format!("/players/{number}/{{form}}"), 20.0)).collect();
        if let Some(first) = report.routes.first_mut() {
            *first = route("/tournaments/{id}/standings", 2_400.0);
            first.service = Some("tournament".to_owned());
        }
        report.slow_requests = vec![slow()];
        report
    }

    async fn slow(&self, id: &str) -> Result<SlowRequest, DeskError> {
        if id == "r1" { Ok(slow()) } else { Err(DeskError::Unknown("This request is no longer known.".to_owned())) }
    }

    async fn reset(&self, Actor(actor): &Actor) -> Timestamp {
        self.reset_by.lock().expect("no test panics while it holds the lock").push(actor.clone());
        NOW
    }
}

fn figures(requests_per_second: f64, p95: f64) -> ApiTotals {
    ApiTotals {
        requests: 161_400,
        errors: 12,
        error_rate: 0.004,
        requests_per_second,
        mean_ms: Some(p95 / 4.0),
        p50_ms: Some(p95 / 8.0),
        p95_ms: Some(p95),
        p99_ms: Some(p95 * 2.0),
        max_ms: Some(p95 * 3.0),
        status_classes: StatusClasses::of([0, 161_300, 0, 88, 12]),
        ..ApiTotals::default()
    }
}

fn route(route: &str, p95: f64) -> RouteReport {
    let figures = figures(4.2, p95);
    let objective = Objective::usual(&figures);
    let (method, route) = ("GET".to_owned(), route.to_owned());
    RouteReport { service: None, method, route, figures, share_of_time: p95 / 3_000.0, objective }
}

fn slow() -> SlowRequest {
    let step = |kind, what: &str, outcome, at_ms, took_ms| Step {
        times: 1,
        kind,
        what: what.to_owned(),
        outcome,
        at_ms,
        took_ms,
        rows: (kind == StepKind::Database).then_some(1_240),
    };
    SlowRequest {
        request_id: "r1".to_owned(),
        at: NOW,
        service: None,
        method: "GET".to_owned(),
        route: "/tournaments/{id}/standings".to_owned(),
        status: 200,
        duration_ms: 2_000.0,
        parts: Parts { cache_ms: 2.0, database_ms: 1_500.0, queue_ms: 400.0, rest_ms: 98.0 },
        chain: vec![
            step(StepKind::Cache, "default tournament:{id}", Outcome::Miss, 1.0, 2.0),
            step(StepKind::Queue, "a connection", Outcome::Done, 4.0, 400.0),
            step(StepKind::Database, "SELECT * FROM matches WHERE tournament_id = ?", Outcome::Done, 500.0, 1_500.0),
        ],
        steps_left_out: 3,
    }
}

async fn page(desk: &Desk, query: &str) -> String {
    let data: PageData = prepare(desk, query).await;
    rendered(("/api", query), &[], data, || view! { <Api /> }).replace('\u{a0}', " ").replace("<!>", "")
}

#[tokio::test]
async fn routes_show_how_they_do_and_whether_that_is_well() {
    let html = page(&Desk { routes: 2, ..Desk::default() }, "range=5m").await;
    for expected in ["GET /tournaments/{id}/standings", "tournament", "2.40 s", "161 400", "the last 5 min 0 s", "▲"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    let empty = page(&Desk::default(), "").await;
    assert!(empty.contains("Nothing has been asked yet."));
}

#[tokio::test]
async fn a_page_holds_no_more_routes_than_it_can() {
    let html = page(&Desk { routes: 10_000, ..Desk::default() }, "routes.page=3").await;
    assert!(html.contains("9 700 routes that took less time are not listed."));
    assert!(html.contains("page 3 of 15, 300 in all") && html.contains("routes.page=4"));
}

#[tokio::test]
async fn a_route_has_its_figures_and_charts() {
    let desk = Desk { routes: 2, ..Desk::default() };
    let html = page(&desk, "route=GET+/tournaments/{id}/standings&service=tournament").await;
    for expected in ["Charts of the route", "Wrong requests (4xx)", "▲ not met", "chart-route-latency"] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(page(&desk, "route=GET+/nowhere").await.contains("Nobody has asked for this route"));
}

#[tokio::test]
async fn a_slow_request_says_what_it_waited_for() {
    let html = page(&Desk::default(), "request=r1").await;
    for expected in
        ["Why it was slow", "○ miss", "SELECT * FROM matches", "left:25.00%;width:75.00%", "1 240 rows", "3 more steps"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(page(&Desk::default(), "request=gone").await.contains("This request is no longer known."));
}

#[tokio::test]
async fn starting_anew_asks_once_and_says_what_will_go() {
    let html = page(&Desk { routes: 2, ..Desk::default() }, "reset=ask").await;
    assert!(html.contains("161 400 requests on 2 routes") && html.contains("Reset the counters"));
    let desk = Desk::default();
    let query = answer(&desk, "range=5m&reset=ask", Asked::Reset {}, &Actor("ann".to_owned())).await;
    assert_eq!(query, "?range=5m&reset=done");
    assert_eq!(*desk.reset_by.lock().expect("no test panics while it holds the lock"), ["ann"]);
    assert!(page(&desk, &query).await.contains("Counters and quantiles have started anew."));
}

#[tokio::test]
async fn the_form_is_read_as_browsers_send_it() {
    let request = Request::post("/api").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(Body::from("action=reset")).expect("the parts are valid");
    let Form(asked) = Form::<Asked>::from_request(request, &()).await.expect("the form can be read");
    assert_eq!(asked, Asked::Reset {});
}
