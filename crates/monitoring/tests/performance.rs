//! What a board tells over a window: quantiles, bounds, programs that come and go.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use miorai_model::{
    Frame, Kind, SeriesKey, Timestamp, Topics, Unit,
    host::Host,
    names,
    performance::{Counts, OTHER, RouteInterval, ServiceReport},
};
use miorai_monitoring::{
    ManualClock, Monitor, Sampler,
    performance::{Board, BoardOptions, Drained},
};
use std::{sync::Arc, time::Duration};

const SECOND: Duration = Duration::from_secs(1);

/// Numbers from 0 to 1 that are the same in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A normal deviate, by Box and Muller.
    fn normal(&mut self) -> f64 {
        (-2.0 * self.next().ln()).sqrt() * (std::f64::consts::TAU * self.next()).cos()
    }

    /// Around 10 ms, with a long tail.
    fn lognormal(&mut self) -> f64 {
        (self.normal() - 4.6).exp()
    }

    /// Hits of a cache around 1 ms, misses around 200 ms.
    fn bimodal(&mut self) -> f64 {
        if self.next() < 0.9 { 0.001 * (0.2 * self.normal()).exp() } else { 0.2 * (0.3 * self.normal()).exp() }
    }
}

fn told(route: &str, durations: &[f64]) -> RouteInterval {
    let mut counts = Counts { classes: [0, durations.len() as u64, 0, 0, 0], ..Counts::default() };
    for seconds in durations {
        counts.durations.add(*seconds);
    }
    RouteInterval { method: "GET".to_owned(), route: route.to_owned(), in_flight: 0, counts }
}

fn drained(routes: Vec<RouteInterval>) -> Drained {
    Drained { routes, ..Drained::default() }
}

fn board(options: BoardOptions) -> (Board, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_000_000)));
    (Board::new(options, clock.clone()), clock)
}

/// Puts so many values of a distribution on a board over five minutes, and compares its quantiles with the exact ones.
fn compare(count: usize, draw: fn(&mut Random) -> f64) {
    let (board, clock) = board(BoardOptions::default());
    let mut random = Random(7);
    let mut all: Vec<f64> = Vec::with_capacity(count);
    let a_second = count.div_ceil(290);
    while all.len() < count {
        let values: Vec<f64> = (0..a_second.min(count - all.len())).map(|_| draw(&mut random)).collect();
        board.take_own(drained(vec![told("/", &values)]));
        all.extend(values);
        clock.advance(SECOND);
    }
    all.sort_by(f64::total_cmp);
    let report = board.report(Duration::from_mins(5));
    assert_eq!(report.totals.requests, count as u64);
    let exact = |q: f64| 1_000.0 * all[(q * (count - 1) as f64) as usize];
    for (q, told) in [(0.5, report.totals.p50_ms), (0.95, report.totals.p95_ms), (0.99, report.totals.p99_ms)] {
        let (told, exact) = (told.unwrap(), exact(q));
        assert!((told - exact).abs() <= 0.010_001 * exact, "p{q}: {told} instead of {exact}");
    }
    let mean = 1_000.0 * all.iter().sum::<f64>() / count as f64;
    assert!((report.totals.mean_ms.unwrap() - mean).abs() <= 1e-6 * mean, "the mean is exact");
}

#[test]
fn quantiles_over_a_window_are_within_one_per_cent_of_the_exact_ones() {
    compare(100_000, Random::lognormal);
    compare(100_000, Random::bimodal);
}

#[test]
#[ignore = "takes a while: cargo test --release -p miorai-monitoring --test performance -- --ignored"]
fn quantiles_of_ten_million_values_are_within_one_per_cent_of_the_exact_ones() {
    compare(10_000_000, Random::lognormal);
    compare(10_000_000, Random::bimodal);
}

#[test]
fn what_was_before_a_reset_is_not_told() {
    let (board, clock) = board(BoardOptions::default());
    board.take_own(drained(vec![told("/a", &[0.1])]));
    clock.advance(SECOND * 25);
    let reset_at = board.reset();
    board.take_own(drained(vec![told("/b", &[0.2])]));
    clock.advance(SECOND);
    let report = board.report(Duration::from_mins(5));
    assert_eq!(report.routes.iter().map(|route| route.route.as_str()).collect::<Vec<_>>(), ["/b"]);
    assert_eq!((report.since, report.totals.requests), (reset_at, 1));
}

#[test]
fn routes_beyond_the_limit_are_put_together_and_told_as_overflow() {
    let (board, _) = board(BoardOptions { routes: 3, ..BoardOptions::default() });
    board.take_own(drained((0..10).map(|number| told(&format!("/{number}"), &[0.1])).collect()));
    let report = board.report(Duration::from_mins(5));
    let other = report.routes.iter().find(|route| route.route == OTHER).unwrap();
    assert_eq!((report.routes.len(), other.figures.requests, report.overflow.requests), (4, 7, 7));
    assert_eq!(report.totals.requests, 10);
}

#[test]
fn a_program_that_stops_reporting_fades_out() {
    let (board, clock) = board(BoardOptions::default());
    let mut route = told("/orders", &[0.1]);
    route.in_flight = 3;
    let report = ServiceReport {
        service: "shop".to_owned(),
        instance: "1".to_owned(),
        seq: 1,
        routes: vec![route],
        ..ServiceReport::default()
    };
    board.take(report).unwrap();
    assert_eq!(board.report(Duration::from_mins(5)).totals.in_flight, 3);
    for _ in 0..8 {
        clock.advance(SECOND * 10);
        board.take_own(Drained::default());
    }
    let after = board.report(Duration::from_mins(5));
    assert_eq!((after.totals.in_flight, after.totals.requests), (0, 1), "what it has told is still of the window");
    for _ in 0..400 {
        clock.advance(SECOND * 10);
        board.take_own(Drained::default());
    }
    assert!(board.report(Duration::from_hours(1)).routes.is_empty());
}

fn watched(options: BoardOptions) -> (Monitor, Sampler, Board, Arc<ManualClock>) {
    let (board, clock) = board(options);
    let figures = board.clone();
    let (monitor, sampler) =
        Monitor::builder(Host::default(), clock.clone()).figures(move |readings| figures.push(readings)).build();
    (monitor, sampler, board, clock)
}

fn count_of(monitor: &Monitor, frame: &Frame, route: &str) -> Option<u64> {
    let key = SeriesKey::new(names::HTTP_DURATION, [("http.request.method", "GET"), ("http.route", route)]);
    frame.sketch(monitor.catalog().find(&key)?).map(|sketch| sketch.count())
}

#[tokio::test]
async fn a_frame_has_what_was_measured_in_its_second() {
    let (monitor, mut sampler, board, clock) = watched(BoardOptions::default());
    board.take_own(drained(vec![told("/a", &[0.1, 0.2])]));
    sampler.tick().await;
    clock.advance(SECOND);
    board.take_own(drained(vec![told("/a", &[0.3])]));
    let tick = sampler.tick().await;
    assert_eq!(count_of(&monitor, &tick.frame, "/a"), Some(1));
    let all = monitor.catalog().find(&SeriesKey::new(names::HTTP_DURATION, [])).unwrap();
    let running = tick.running(all).unwrap();
    assert!(running.count == 3 && (running.sum - 0.6).abs() < 1e-12, "{running:?}");
    clock.advance(SECOND);
    let tick = sampler.tick().await;
    assert_eq!(count_of(&monitor, &tick.frame, "/a"), None, "nothing was asked");
    let requests = SeriesKey::new(
        names::HTTP_REQUESTS,
        [("http.request.method", "GET"), ("http.response.status_class", "2xx"), ("http.route", "/a")],
    );
    let id = monitor.catalog().register(requests, Unit::Count, Kind::Counter, Topics::NONE).unwrap();
    assert_eq!(tick.frame.total(id), Some(3.0));
}

#[tokio::test]
async fn the_busiest_routes_are_series_and_no_more_than_may() {
    let (monitor, mut sampler, board, clock) = watched(BoardOptions { routes_as_series: 2, ..BoardOptions::default() });
    let busy = || told("/busy", &[0.1; 50]);
    board.take_own(drained(vec![told("/a", &[0.1]), told("/b", &[0.1; 9]), busy()]));
    sampler.tick().await;
    // The interval is over: who was asked most takes the place of who was asked least.
    clock.advance(SECOND * 10);
    board.take_own(Drained::default());
    board.take_own(drained(vec![told("/a", &[0.1]), told("/b", &[0.1]), busy()]));
    sampler.tick().await;
    clock.advance(SECOND);
    board.take_own(drained(vec![told("/a", &[0.1]), told("/b", &[0.1]), busy()]));
    let tick = sampler.tick().await;
    let counts = ["/a", "/b", "/busy"].map(|route| count_of(&monitor, &tick.frame, route));
    assert_eq!(counts, [None, Some(1), Some(50)]);
}
