//! `cargo xtask bench series`: a server that is sent 5 000 distinct series each second, and keeps all of them on disk.
//!
//! One minute is measured, after ten seconds in which the series become known. The figures of ticks and of the history are the
//! server's own. Whether a chunk of ten minutes ended in that minute is told: that is when most is written at once. Afterwards
//! Prometheus is given as many, where it is installed.

use crate::{
    bench::tell,
    bench_prometheus,
    bench_server::{Server, request, send},
    process::say,
};
use anyhow::{Context as _, Result, bail};
use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant, UNIX_EPOCH},
};

#[path = "../../crates/monitoring/tests/support/otlp.rs"]
mod otlp;

/// Distinct series, a point of each a second.
const SERIES: usize = 5_000;
/// Seconds before it is measured.
const BEFORE: u64 = 10;
/// Seconds that are measured.
const MEASURED: u64 = 60;
/// A chunk of the finest tier, in milliseconds.
const CHUNK_MS: u64 = 600_000;

/// Measures a server for a minute.
pub(crate) fn run(program: &Path) -> Result<()> {
    say("Sending 5 000 series a second to a server for 70 seconds");
    let server = Server::start(program, &[("MIORAI_RECEIVED__MAX_SERIES_PER_SENDER", "6000")])?;
    let done = AtomicBool::new(false);
    scope(|threads| {
        let sender = threads.spawn(|| send_each_second(&server, &done));
        let measured = measure(&server);
        done.store(true, Ordering::Relaxed);
        let sent = sender.join().map_err(|_| anyhow::anyhow!("who sends has failed"))??;
        tell(&format!("series: {sent} requests of {SERIES} points were taken, none refused"));
        measured
    })?;
    drop(server);
    bench_prometheus::run(SERIES, (BEFORE, MEASURED), |second| {
        let offered = |number| {
            let labels = labels(number).map(|(name, value)| format!("{name}=\"{value}\""));
            (labels.join(","), value(number, second))
        };
        (0..SERIES).map(offered).collect()
    })
}

fn measure(server: &Server) -> Result<()> {
    sleep(Duration::from_secs(BEFORE));
    let (begun, cpu, kept) = (Instant::now(), server.usage().cpu_seconds()?, Kept::now(server)?);
    sleep(Duration::from_secs(MEASURED));
    let share = 100.0 * (server.usage().cpu_seconds()? - cpu) / begun.elapsed().as_secs_f64();
    let now = Kept::now(server)?;
    let known = column(server, "miorai.received.series", "-5s")?.last().copied().unwrap_or_default();
    let mut late = column(server, "miorai.tick.lateness", &format!("-{MEASURED}s"))?;
    let missed: f64 = column(server, "miorai.tick.missed", &format!("-{MEASURED}s"))?.iter().sum();
    late.sort_by(f64::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share).ceil() as usize] * 1e3;
    if late.len() < MEASURED as usize * 9 / 10 || known < SERIES as f64 {
        bail!("{} ticks with {known} series were seen: the server does not keep up", late.len());
    }
    let memory = server.usage().resident_megabytes()?;
    tell(&format!("series: {known} received, {share:.2} % of one core over a minute, {memory:.1} MB resident"));
    tell(&format!(
        "series: ticks late by {:.1} ms at the median, {:.1} ms at p99, {:.1} ms at most; {missed:.0} of {} missed",
        at(0.5),
        at(0.99),
        at(1.0),
        late.len()
    ));
    let (bytes, samples) = (now.bytes - kept.bytes, now.samples - kept.samples);
    let ended = if now.at_ms / CHUNK_MS > kept.at_ms / CHUNK_MS { "a chunk ended" } else { "no chunk ended" };
    tell(&format!(
        "series: the history grew by {:.1} MB for {samples:.0} samples, {:.2} bytes a sample; {ended} in that minute",
        bytes / 1e6,
        bytes / samples
    ));
    Ok(())
}

/// What the server has kept up to a moment.
struct Kept {
    bytes: f64,
    samples: f64,
    at_ms: u64,
}

impl Kept {
    fn now(server: &Server) -> Result<Self> {
        let (_, text) = request(&mut server.connect()?, "/metrics")?;
        let text = String::from_utf8(text)?;
        let figure = |name: &str| -> Result<f64> {
            let line =
                text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("{name} is missing"))?;
            Ok(line.trim().parse()?)
        };
        let at_ms = UNIX_EPOCH.elapsed()?.as_millis() as u64;
        Ok(Self {
            bytes: figure("miorai_history_stored_bytes ")?,
            samples: figure("miorai_history_samples_total ")?,
            at_ms,
        })
    }
}

/// The last seconds of a series.
fn column(server: &Server, series: &str, from: &str) -> Result<Vec<f64>> {
    let path = format!("/api/core/monitoring/history/?series={series}&points=900&from={from}");
    let (status, body) = request(&mut server.connect()?, &path)?;
    if status != 200 {
        bail!("{path} answered {status}");
    }
    let answer: serde_json::Value = serde_json::from_slice(&body)?;
    let column = answer["values"][0].as_array().context("the history has a column")?;
    Ok(column.iter().filter_map(serde_json::Value::as_f64).collect())
}

/// Sends each second until it is done; how often.
fn send_each_second(server: &Server, done: &AtomicBool) -> Result<u64> {
    let mut stream = server.connect()?;
    let begun = Instant::now();
    let mut sent = 0;
    while !done.load(Ordering::Relaxed) {
        let (status, answer) = send(&mut stream, "/v1/metrics", "application/x-protobuf", &body(sent)?)?;
        // What was refused in part is told in the answer, which is empty otherwise.
        if status != 200 || !answer.is_empty() {
            bail!("the server answered {status}: {}", String::from_utf8_lossy(&answer));
        }
        sent += 1;
        sleep(Duration::from_secs(sent).saturating_sub(begun.elapsed()));
    }
    Ok(sent)
}

/// A point of each series, as software development kits send them.
fn body(second: u64) -> Result<Vec<u8>> {
    let taken = UNIX_EPOCH.elapsed()?.as_secs();
    let point = |number: usize| {
        let labels = labels(number);
        let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
        otlp::number(value(number, second), &labels, taken, taken)
    };
    Ok(otlp::encoded("shop", vec![otlp::gauge("shop.stock", "", (0..SERIES).map(point).collect())]))
}

/// What tells a series from the others.
fn labels(number: usize) -> [(&'static str, String); 4] {
    let (shop, shelf) = ((number / 50).to_string(), (number % 50).to_string());
    [("shop", shop), ("shelf", shelf), ("country", "de".to_owned()), ("kind", "food".to_owned())]
}

/// The value of a series in a second. Values wander, so that none stands still.
fn value(number: usize, second: u64) -> f64 {
    let wander = (second as f64 / 9.0 + number as f64).sin() * 40.0 + (number * 7 + second as usize * 13) as f64 % 5.0;
    100.0 + wander
}
