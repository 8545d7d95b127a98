//! What the history costs: `cargo bench -p miorai-storage`. The figures are told in docs/performance.md.
//!
//! Values are those of a real machine (`tests/data/recorded.csv.gz`, made by `cargo xtask record`), repeated.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail by a panic, and tells its figures")]

mod recorded;

use miorai_model::{Frame, Series, SeriesKey, Timestamp, history::HistoryQuery};
use miorai_storage::{History as _, Store, StoreOptions, sql::open_file};
use recorded::{Recorded, series};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Midnight, 2025-01-01.
const BEGIN: i64 = 20_089 * 86_400;
const DAY: i64 = 86_400;
/// Series in the year of data.
const SERIES: usize = 200;
/// Charts of each kind.
const ROUNDS: usize = 200;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let recorded = Recorded::read();
    println!(
        "recorded: {} series, {} of them vary, {} seconds",
        recorded.columns.len(),
        recorded.columns.iter().filter(|column| recorded::varies(column)).count(),
        recorded.seconds()
    );
    runtime.block_on(async {
        taking_in(&recorded).await;
        size("over all recorded series", &recorded.columns).await;
        let varying: Vec<Vec<f64>> =
            recorded.columns.iter().filter(|column| recorded::varies(column)).cloned().collect();
        size("over those that vary", &varying).await;
        year(&recorded).await;
    });
}

async fn opened(file: &Path) -> Store {
    open_file(file, StoreOptions::default()).await.unwrap()
}

/// Records a frame.
fn record(store: &Store, list: &Arc<Vec<Series>>, seq: u64, second: i64, value: impl Fn(usize) -> f64) {
    let values = (0..list.len()).map(value).collect();
    let (totals, sketches, processes) = Default::default();
    let at = Timestamp::from_millis(second * 1_000);
    store.history.record(&Frame { seq, at, values, totals, sketches, processes }, list);
}

/// How many values are taken in a second of one core.
async fn taking_in(recorded: &Recorded) {
    const SERIES: usize = 1_000;
    const SECONDS: i64 = 3_600;
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(&folder.path().join("store.db")).await;
    let list = series(SERIES);
    let (begun, cpu) = (Instant::now(), recorded::cpu_seconds());
    for (seq, second) in (1..).zip(BEGIN..BEGIN + SECONDS) {
        record(&store, &list, seq, second, |id| recorded.value(id, second));
        if second % 5 == 0 {
            store.writer.flush().await;
        }
    }
    store.writer.stop().await;
    let samples = SERIES as f64 * SECONDS as f64;
    println!(
        "taking in {SERIES} series × {SECONDS} s: {:.2} million samples/s of processor time, {:.2} of wall time",
        samples / (recorded::cpu_seconds() - cpu) / 1e6,
        samples / begun.elapsed().as_secs_f64() / 1e6,
    );
}

/// What a value takes on disk, rows, index and pages included.
async fn size(what: &str, columns: &[Vec<f64>]) {
    const CHUNKS: i64 = 12;
    let folder = tempfile::tempdir().unwrap();
    let mut store = opened(&folder.path().join("store.db")).await;
    store.writer.flush().await;
    let empty = store.history.status().bytes;
    let list = series(columns.len());
    let seconds = columns.first().map_or(1, Vec::len) as i64;
    let mut samples = 0_u64;
    for (seq, second) in (1..).zip(BEGIN..BEGIN + CHUNKS * 600) {
        let row = ((second - BEGIN) % seconds) as usize;
        samples += columns.iter().filter(|column| column[row].is_finite()).count() as u64;
        record(&store, &list, seq, second, |id| columns[id][row]);
        if second % 60 == 59 {
            store.writer.flush().await;
        }
    }
    // The next chunk begins, so that the last one is complete.
    record(&store, &list, u64::MAX, BEGIN + CHUNKS * 600, |_| 0.0);
    store.writer.flush().await;
    let (bytes, samples) = (store.history.status().bytes - empty, samples as f64);
    println!(
        "on disk {what}: {:.3} bytes a sample ({} series, {samples} samples)",
        bytes as f64 / samples,
        columns.len()
    );
    store.writer.stop().await;
}

/// A year of data: how fast it opens, and how fast a chart of a month is answered.
async fn year(recorded: &Recorded) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let mut store = opened(&file).await;
    let list = series(SERIES);
    let now = BEGIN + 365 * DAY;
    // Of old times hours are left, of the last month minutes; the last day is as it was.
    let seconds =
        (BEGIN..now - 30 * DAY).step_by(3_600).chain((now - 30 * DAY..now - DAY).step_by(60)).chain(now - DAY..now);
    for (seq, second) in (1..).zip(seconds) {
        record(&store, &list, seq, second, |id| recorded.value(id, second));
        if seq % 60 == 0 {
            store.writer.flush().await;
        }
    }
    store.writer.settle().await;
    store.writer.flush().await;
    let bytes = store.history.status().bytes;
    store.writer.stop().await;

    let begun = Instant::now();
    let store = opened(&file).await;
    println!("opening a year of {SERIES} series ({:.1} MB): {:?}", bytes as f64 / 1e6, begun.elapsed());

    for (what, days) in [("30 days", 30), ("a year", 365), ("an hour", 0)] {
        let span = if days == 0 { 3_600 } else { days * DAY };
        for extremes in [false, true] {
            charts(&store, what, now - span, now, extremes).await;
        }
    }
    store.writer.stop().await;
}

/// How fast charts of four series between two times are answered, as they are or with the extremes of each point.
async fn charts(store: &Store, what: &str, from: i64, to: i64, extremes: bool) {
    const POINTS: usize = 1_000;
    let (at_rest, cpu) = (recorded::resident_bytes(), recorded::cpu_seconds());
    let (mut times, mut most) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let pick = |i: usize| SeriesKey::new("recorded", [("number", ((round * 4 + i) % SERIES).to_string().as_str())]);
        let query = HistoryQuery {
            series: (0..4).map(pick).collect(),
            from: Timestamp::from_millis(from * 1_000),
            to: Timestamp::from_millis(to * 1_000),
            points: POINTS,
            extremes,
        };
        let begun = Instant::now();
        let answer = store.history.query(&query).await.unwrap();
        times.push(begun.elapsed());
        most = most.max(recorded::resident_bytes());
        assert!(answer.timestamps.len() > POINTS / 2, "{} points", answer.timestamps.len());
    }
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
    println!(
        "a chart of 4 of {SERIES} series, {what}, {POINTS} points{}: p50 {:.2} ms, p95 {:.2} ms, {:.2} ms of processor \
         time; memory {:.1} MB above rest",
        if extremes { " with their extremes" } else { "" },
        ms(times[ROUNDS / 2]),
        ms(times[ROUNDS * 19 / 20]),
        (recorded::cpu_seconds() - cpu) * 1_000.0 / ROUNDS as f64,
        most.saturating_sub(at_rest) as f64 / 1e6,
    );
}
