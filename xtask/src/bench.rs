//! `cargo xtask bench`: measures what docs/performance.md tells, on a server of its own on loopback.
//!
//! | part | what |
//! |---|---|
//! | `idle` | memory and processor at rest, over a minute; the duration of ticks |
//! | `rest` | processor time of the server for each request, and how long a page takes |
//! | `live` | 2 000 clients of the live stream |
//! | `load` | a first look at the start page |
//! | `redraw` | a chart in the browser, beside uPlot |
//! | `cache` | hits in the process, and the Redis path beside Django with django-redis |
//! | `series` | 5 000 series that another program sends each second |

use crate::{
    bench_cache, bench_series,
    bench_server::{Server, request},
    build, build_server,
    process::{Step, say, target, workspace},
    tools,
};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    io::Write as _,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

/// Parts in the order in which they are measured.
const PARTS: [&str; 7] = ["idle", "rest", "live", "load", "redraw", "cache", "series"];
/// Requests for one figure.
const REQUESTS: usize = 20_000;

/// Measures all, or only some.
pub(crate) fn run(only: &[String]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|part| !PARTS.contains(&part.as_str())) {
        bail!("there is no part '{unknown}'; known are {}", PARTS.join(", "));
    }
    if only.iter().any(|part| part == "cache") && only.len() == 1 {
        // It needs no server of ours.
        machine();
        return bench_cache::run();
    }
    if only.iter().any(|part| part == "series") && only.len() == 1 {
        // Nobody looks at a page.
        let program = build_server()?;
        machine();
        return bench_series::run(&program);
    }
    tools::for_tests()?;
    let program = build()?;
    let wanted = |part: &str| only.is_empty() || only.iter().any(|wanted| wanted == part);
    machine();
    if wanted("idle") {
        idle(&program)?;
    }
    if wanted("rest") {
        rest(&program)?;
    }
    if wanted("live") {
        let server = Server::start(&program, &[])?;
        node("bench/live.mjs", &[&server.url(), &server.id().to_string()])?;
    }
    if wanted("load") {
        let server = Server::start(&program, &[])?;
        // Charts have a past to show.
        sleep(Duration::from_secs(30));
        node("bench/load.mjs", &[&server.url()])?;
    }
    if wanted("redraw") {
        redraw()?;
    }
    if wanted("cache") {
        bench_cache::run()?;
    }
    if wanted("series") {
        bench_series::run(&program)?;
    }
    Ok(())
}

/// What it was measured on.
fn machine() {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    tell(&format!("machine: {cores} ×{}", model.trim_start_matches(['\t', ' ', ':']).trim_end()));
}

pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn idle(program: &Path) -> Result<()> {
    say("Watching a server at rest for 75 seconds");
    let server = Server::start(program, &[])?;
    sleep(Duration::from_secs(15));
    let (begun, before) = (Instant::now(), server.usage().cpu_seconds()?);
    sleep(Duration::from_mins(1));
    let share = 100.0 * (server.usage().cpu_seconds()? - before) / begun.elapsed().as_secs_f64();
    let memory = server.usage().resident_megabytes()?;
    let path = "/api/core/monitoring/history/?series=miorai.tick.duration&points=900&from=-60s";
    let (_, body) = request(&mut server.connect()?, path)?;
    let answer: serde_json::Value = serde_json::from_slice(&body)?;
    let column = answer["values"][0].as_array().context("the history has a column")?;
    let mut ticks: Vec<f64> = column.iter().filter_map(serde_json::Value::as_f64).map(|s| s * 1e3).collect();
    ticks.sort_by(f64::total_cmp);
    let at = |share: f64| ticks[((ticks.len() - 1) as f64 * share).ceil() as usize];
    tell(&format!("idle: {memory:.1} MB resident, {share:.2} % of one core over a minute"));
    tell(&format!("tick: median {:.2} ms, p99 {:.2} ms of {} ticks", at(0.5), at(0.99), ticks.len()));
    Ok(())
}

fn rest(program: &Path) -> Result<()> {
    let server = Server::start(program, &[])?;
    sleep(Duration::from_secs(5));
    for (name, path, requests) in [
        ("health", "/api/core/health/", REQUESTS),
        ("system-stats", "/api/core/monitoring/system-stats/", REQUESTS),
        ("metrics", "/metrics", REQUESTS),
        ("start page", "/", REQUESTS / 20),
    ] {
        let mut stream = server.connect()?;
        let mut took = Vec::with_capacity(requests);
        let before = server.usage().cpu_seconds()?;
        let mut bytes = 0;
        for _ in 0..requests {
            let begun = Instant::now();
            let (status, body) = request(&mut stream, path)?;
            took.push(begun.elapsed());
            bytes = body.len();
            if status != 200 && status != 503 {
                bail!("{path} answered {status}");
            }
        }
        let cpu = (server.usage().cpu_seconds()? - before) / requests as f64;
        took.sort();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        tell(&format!(
            "rest {name}: {:.1} µs of server CPU a request, p50 {:.3} ms, p99 {:.3} ms, {bytes} bytes",
            cpu * 1e6,
            at(0.5),
            at(0.99)
        ));
    }
    Ok(())
}

fn redraw() -> Result<()> {
    tools::browser_target()?;
    Step::new("Building a chart for the browser", "cargo")
        .args(["build", "--quiet", "--package", "frontend", "--example", "redraw"])
        .args(["--target", "wasm32-unknown-unknown", "--profile", "browser"])
        .run()?;
    let bound = workspace().join("target/browser-bench");
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(target().join("wasm32-unknown-unknown/browser/examples/redraw.wasm"))
        .web(true)?
        .typescript(false)
        .generate(&bound)?;
    node("bench/redraw.mjs", &[&bound.to_string_lossy()])
}

fn node(script: &str, args: &[&str]) -> Result<()> {
    tools::npm_packages()?;
    Step::new("", "node").args([script]).args(args).folder(&workspace().join("end2end")).run()
}
