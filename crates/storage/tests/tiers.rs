//! Days of frames, compared with a store that is believed rather than fast.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::history::HistoryQuery;
use miorai_storage::{History as _, Store, StoreOptions, sql::open};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::time::Duration;
use support::frames::{frame, query, series};

/// Where the days begin: at the beginning of one.
const BEGIN: i64 = 20_000 * 86_400;
const DAY: i64 = 86_400;

/// What the series has at a second; nothing now and then.
fn value(second: i64) -> Option<f64> {
    let noise = ((second as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / 1e6;
    (second % 17 != 0).then(|| 50.0 + 40.0 * (second as f64 / 5_000.0).sin() + noise)
}

/// Seconds at which no frame was made: the server was off for an hour.
fn is_off(second: i64) -> bool {
    (BEGIN + 100_000..BEGIN + 103_600).contains(&second)
}

/// A store of two and a half days, and as coarse as it is by then.
async fn days(address: &str, options: StoreOptions) -> Store {
    let mut store = open(address, options).await.unwrap();
    let list = series(&["a", "still"]);
    for (seq, second) in (1..).zip((BEGIN..BEGIN + DAY * 5 / 2).filter(|second| !is_off(*second))) {
        store.history.record(&frame(seq, second, &[value(second).unwrap_or(f64::NAN), 3.0]), &list);
        if second % 60 == 59 {
            store.writer.flush().await;
        }
    }
    store.writer.settle().await;
    assert_eq!(store.history.status().failure, None);
    assert_eq!(store.history.status().frames_lost, 0);
    store
}

fn address(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}", folder.path().join("store.db").display())
}

/// Least, greatest and mean of the seconds from one to another.
fn naive(from: i64, to: i64) -> Option<(f64, f64, f64)> {
    let values: Vec<f64> = (from..=to).filter(|second| !is_off(*second)).filter_map(value).collect();
    let least = values.iter().copied().reduce(f64::min)?;
    Some((least, values.iter().copied().fold(least, f64::max), values.iter().sum::<f64>() / values.len() as f64))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_of_days_is_answered_as_by_a_naive_store() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions {
        // Seconds last six hours here, so that old ranges are answered from coarser tiers.
        lifetimes: [6, 24, 24 * 90, 24 * 731].map(Duration::from_hours),
        ..StoreOptions::default()
    };
    let store = days(&address(&folder), options).await;
    let end = BEGIN + DAY * 5 / 2 - 1;
    let history = &store.history;
    let runtime = tokio::runtime::Handle::current();
    let check = |from: i64, length: i64, points: usize| {
        let to = (from + length).min(end);
        let answer = runtime.block_on(history.query(&query(&["a", "still"], from, to, points))).unwrap();
        let times: Vec<f64> = answer.timestamps.iter().map(|at| at.as_seconds()).collect();
        prop_assert!(times.len() <= points);
        prop_assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "times grow");
        prop_assert!(times.iter().all(|time| (from as f64..=to as f64 + 1.0).contains(time)));
        prop_assert!(answer.values[1].iter().all(|value| value.is_some_and(|value| (value - 3.0).abs() < 1e-9)));
        // The farthest that two neighbours may be apart: two buckets, or the hour that was off, or a tier of old ranges.
        let apart = 2.0 * (length as f64 / points as f64 + 1.0) + 600.0;
        let gap = times.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        prop_assert!(gap <= apart + 3_600.0, "{gap} s from one point to the next");
        // What a point tells lies among the seconds around it.
        let around = (length / points as i64 + 301).max(301);
        for (time, value) in times.iter().zip(&answer.values[0]) {
            let Some(value) = value else { continue };
            let (least, greatest, _) = naive(*time as i64 - around, *time as i64 + around).unwrap();
            prop_assert!((least - 0.005..=greatest + 0.005).contains(value), "{value} at {time}");
        }
        Ok(())
    };
    tokio::task::block_in_place(|| {
        let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let lengths = prop_oneof![1..600_i64, 600..20_000_i64, 20_000..300_000_i64];
        let points = prop_oneof![1..20_usize, 100..1_000_usize];
        runner.run(&(BEGIN..end - 10, lengths, points), |(from, length, points)| check(from, length, points)).unwrap();
    });
    for (from, to) in [(BEGIN, BEGIN + DAY - 1), (BEGIN, end), (BEGIN + DAY, BEGIN + 2 * DAY - 1)] {
        let question = HistoryQuery { extremes: true, ..query(&["a"], from, to, 1) };
        let answer = history.query(&question).await.unwrap();
        let (least, greatest, mean) = naive(from, to).unwrap();
        for (there, expected) in [(answer.min[0][0].unwrap(), least), (answer.max[0][0].unwrap(), greatest)] {
            assert!((there - expected).abs() < 0.005, "{there}, {expected}: no peak is lost in any tier");
        }
        let there = answer.values[0][0].unwrap();
        assert!((there - mean).abs() < 0.002, "{there}, {mean}: every second counts once");
    }
    store.writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_goes_and_what_stays_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        StoreOptions { lifetimes: [2, 12, 24 * 90, 24 * 731].map(Duration::from_hours), ..StoreOptions::default() };
    let store = days(&address(&folder), options).await;
    let end = BEGIN + DAY * 5 / 2 - 1;
    // A day ago there are points of five minutes, seconds are gone.
    let answer = store.history.query(&query(&["a"], BEGIN, BEGIN + 3_599, 10_000)).await.unwrap();
    assert_eq!(answer.timestamps.len(), 12);
    let answer = store.history.query(&query(&["a"], end - 3_599, end, 10_000)).await.unwrap();
    assert_eq!(answer.timestamps.len(), 3_600);
    assert_eq!(store.history.extent().unwrap().1.as_millis(), end * 1_000);
    store.writer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_much_goes_the_oldest_first_and_the_newest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let store = days(&address(&folder), StoreOptions::default()).await;
    let before = store.history.status().bytes;
    let end = BEGIN + DAY * 5 / 2 - 1;
    store.writer.stop().await;
    let small = StoreOptions { max_bytes: before * 3 / 4, ..StoreOptions::default() };
    let mut store = open(&address(&folder), small).await.unwrap();
    let list = series(&["a", "still"]);
    for seq in 1..=1_200 {
        store.history.record(&frame(seq, end + seq as i64, &[1.0, 3.0]), &list);
    }
    for _ in 0..200 {
        store.writer.turn().await;
    }
    let report = store.history.status();
    assert!(report.failure.is_none() && report.bytes <= before * 3 / 4, "{report:?}, {before}");
    let newest = store.history.query(&query(&["a"], end + 1, end + 1_200, 10_000)).await.unwrap();
    assert_eq!(newest.timestamps.len(), 1_200);
    store.writer.stop().await;
}

#[tokio::test]
async fn quantiles_of_hours_are_those_of_all_their_values() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(&address(&folder), StoreOptions::default()).await.unwrap();
    let mut list = series(&["took"]).to_vec();
    list[0].kind = miorai_model::Kind::Distribution;
    let list = std::sync::Arc::new(list);
    // In each minute one second is slow, with one in sixty values: the 99th percentile of the hours is a slow one, while
    // the mean of the seconds' percentiles would be far below.
    for (seq, second) in (1..).zip(BEGIN..BEGIN + 6 * 3_600) {
        let took = if second % 60 == 0 { (2.0, 50) } else { (0.01, 50) };
        store.history.record(&support::frames::sketched(seq, second, &[], 0, &[took]), &list);
        if second % 300 == 0 {
            store.writer.flush().await;
        }
    }
    store.writer.stop().await;
    let mut store = open(&address(&folder), StoreOptions::default()).await.unwrap();
    store.writer.flush().await;
    let wanted = query(&["took{quantile=\"0.99\"}", "took{quantile=\"0.5\"}"], BEGIN, BEGIN + 6 * 3_600, 3);
    let answer = store.history.query(&wanted).await.unwrap();
    assert!(answer.timestamps.len() >= 2);
    assert!(answer.values[0].iter().all(|p99| (p99.unwrap() / 2.0 - 1.0).abs() < 0.011), "{:?}", answer.values);
    assert!(answer.values[1].iter().all(|p50| (p50.unwrap() / 0.01 - 1.0).abs() < 0.011));
    store.writer.stop().await;
}
