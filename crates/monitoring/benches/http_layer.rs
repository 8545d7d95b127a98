//! What the HTTP layer adds to a request, and what many routes take.
//!
//! ```sh
//! cargo bench -p miorai-monitoring --features http --bench http_layer
//! valgrind --tool=callgrind target/release/deps/http_layer-… only measured 20000   # instructions; `bare` without
//! valgrind target/release/deps/http_layer-… only measured 20000                    # allocations in its summary
//! ```

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench tells its figures")]

use axum::{Router, body::Body, extract::Request, response::Response, routing::get};
use miorai_model::{
    Timestamp,
    performance::{Counts, Outcome, RouteInterval},
};
use miorai_monitoring::{
    ManualClock, chain,
    http::HttpMonitor,
    performance::{Board, BoardOptions, Drained},
};
use std::{
    hint::black_box,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use tower::Service as _;

const ROUNDS: usize = 15;
const REQUESTS: u32 = 20_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[1..] {
        ["only", which, requests] => return ask(&mut router(which), "/players/7", requests.parse().unwrap()).await,
        ["layer"] => return many_routes().await,
        ["board"] => return board_of_many(),
        _ => {}
    }
    for (which, path) in [
        ("bare", "/players/7"),
        ("empty layer", "/players/7"),
        ("measured", "/players/7"),
        ("bare", "/steps/7"),
        ("measured", "/steps/7"),
    ] {
        let mut router = router(which);
        let mut best = Duration::MAX;
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            ask(&mut router, path, REQUESTS).await;
            best = best.min(begun.elapsed());
        }
        println!("{path:>12} {which:>12}: {:>6.0} ns a request", best.as_nanos() as f64 / f64::from(REQUESTS));
    }
    alone("layer");
    alone("board");
}

/// Routes that do next to nothing, with what is to be compared around them.
fn router(which: &str) -> Router {
    let routes = Router::new().route("/players/{id}", get(|| async { "Anna" })).route("/steps/{id}", get(six_steps));
    match which {
        "bare" => routes,
        "empty layer" => routes.layer(axum::middleware::map_response(|response: Response| async { response })),
        "measured" => routes.layer(HttpMonitor::new().layer()),
        other => panic!("there is no '{other}'"),
    }
}

async fn six_steps() -> &'static str {
    for _ in 0..3 {
        chain::record_cache("default", "player:{id}", Outcome::Hit, Duration::from_micros(1));
        chain::record_query("SELECT name FROM players WHERE id = ?", Duration::from_micros(50), Some(1));
    }
    "Anna"
}

async fn ask(router: &mut Router, path: &str, requests: u32) {
    for _ in 0..requests {
        let request = Request::get(path).header("x-request-id", "abc-1").body(Body::empty()).unwrap();
        black_box(router.call(request).await.unwrap());
    }
}

/// Runs a part in a process of its own: what another part has freed would be taken for its memory.
fn alone(part: &str) {
    let own = std::env::current_exe().unwrap();
    assert!(Command::new(own).arg(part).status().unwrap().success());
}

/// The layer in front of ten thousand routes, each asked three times in a second.
async fn many_routes() {
    let monitor = HttpMonitor::with(10_000, Arc::new(ManualClock::new(Timestamp::default())));
    let path = |number| format!("/a/route/of/some/length/{number}");
    let routes = (0..10_000).fold(Router::new(), |routes, number| routes.route(&path(number), get(|| async {})));
    let mut service = routes.layer(monitor.layer());
    let before = resident_bytes();
    for number in 0..10_000 {
        ask(&mut service, &path(number), 3).await;
    }
    let grown = (resident_bytes() - before) as f64 / 1e6;
    println!("layer, 10 000 routes asked three times each in a second: {grown:.1} MB");
}

/// Ten minutes of ten thousand routes, a quarter of which is asked three times each second.
fn board_of_many() {
    let clock = Arc::new(ManualClock::new(Timestamp::default()));
    let board = Board::new(BoardOptions { routes: 10_000, ..BoardOptions::default() }, clock.clone());
    let (mut random, before) = (1_u64, resident_bytes());
    let mut most = 0;
    for _ in 0..600 {
        let routes = (0..10_000).filter_map(|number| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 62 == 0).then(|| told(number, random))
        });
        board.take_own(Drained { routes: routes.collect(), ..Drained::default() });
        clock.advance(Duration::from_secs(1));
        most = most.max(resident_bytes());
    }
    let begun = Instant::now();
    let report = board.report(Duration::from_mins(5));
    println!(
        "board, 10 000 routes, a quarter asked three times each second: {:.1} MB at most, reaching back {:.0} s; a report takes {:.0} ms",
        (most - before) as f64 / 1e6,
        report.window_seconds,
        begun.elapsed().as_secs_f64() * 1e3,
    );
}

/// A route with three durations up to 128 ms.
fn told(number: u32, random: u64) -> RouteInterval {
    let mut counts = Counts { classes: [0, 3, 0, 0, 0], ..Counts::default() };
    for shift in [8, 24, 40] {
        counts.durations.add(0.000_5 * (1.0 + ((random >> shift) & 0xff) as f64));
    }
    let (method, route) = ("GET".to_owned(), format!("/a/route/of/some/length/{number}"));
    RouteInterval { method, route, in_flight: 0, counts }
}

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}
