//! The sampler, whatever collectors and clocks do.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::{Clock as _, Kind, SeriesKey, Status, Timestamp, history::HistoryQuery, host::Host, names};
use miorai_monitoring::{CollectError, ManualClock, Monitor, Readings, collectors};
use miorai_storage::JournalFilter;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use support::{SECOND, START, Scripted, counting, monitor, monitor_with, of_collector, push, status, value};

#[tokio::test]
async fn counters_become_rates_over_the_time_between_two_readings() {
    let clock = Arc::new(ManualClock::new(START));
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(counting())]);
    sampler.tick().await;
    assert_eq!(value(&monitor, "example.total"), None, "one reading gives no rate");
    clock.advance(2 * SECOND);
    sampler.tick().await;
    assert_eq!(value(&monitor, "example.total"), Some(5.0));
}

#[tokio::test]
async fn a_clock_that_is_set_changes_neither_rates_nor_numbers() {
    let clock = Arc::new(ManualClock::new(START));
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(counting())]);
    sampler.tick().await;
    for jump_s in [3_600, -7_200, 86_400] {
        clock.advance(SECOND);
        clock.set(Timestamp::from_millis(clock.now().as_millis() + jump_s * 1_000));
        let before = monitor.latest().unwrap().frame.seq;
        let tick = sampler.tick().await;
        assert_eq!(tick.frame.seq, before + 1, "the sequence goes on");
        assert_eq!(tick.frame.at, clock.now(), "times are right again");
        assert_eq!(value(&monitor, "example.total"), Some(10.0));
    }
    let lines = monitor.journal().recent(&JournalFilter::default()).await.unwrap();
    let jumps = lines.iter().filter(|line| line.source == "clock").count();
    assert_eq!(jumps, 3, "{lines:?}");
    // Answers about the past have growing times all the same.
    let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
    let series = vec![SeriesKey::new("example.total", [])];
    let answer =
        monitor.history().query(&HistoryQuery { series, from, to, points: 100, extremes: false }).await.unwrap();
    assert!(answer.timestamps.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", answer.timestamps);
}

#[tokio::test]
async fn a_collector_that_hangs_delays_no_tick_and_comes_back() {
    let clock = Arc::new(ManualClock::new(START));
    let (release, gate) = mpsc::channel::<()>();
    let mut round = 0;
    let hanging = Scripted("hanging", move |readings: &mut Readings| {
        round += 1;
        if round == 2 {
            let _ = gate.recv();
        }
        push(readings, "example.hanging", Kind::Gauge, f64::from(round));
        Ok(())
    });
    let deadline = Duration::from_millis(500);
    let (monitor, mut sampler) = monitor_with(&clock, vec![Box::new(hanging), Box::new(counting())], deadline);
    sampler.tick().await;
    assert_eq!(value(&monitor, "example.hanging"), Some(1.0));
    for _ in 0..3 {
        clock.advance(SECOND);
        let begun = Instant::now();
        sampler.tick().await;
        assert!(begun.elapsed() < Duration::from_secs(5), "the tick waits for the deadline at most");
        assert_eq!(value(&monitor, "example.hanging"), None, "an old value is not shown as new");
        assert_eq!(value(&monitor, "example.total"), Some(10.0), "others go on");
    }
    assert!(of_collector(&monitor, names::COLLECTOR_SKIPPED, "hanging").unwrap() >= 2.0);
    assert_eq!(status(&monitor, "collectors"), Status::Degraded);
    release.send(()).unwrap();
    for tries in 0.. {
        clock.advance(SECOND);
        sampler.tick().await;
        if value(&monitor, "example.hanging").is_some() {
            break;
        }
        assert!(tries < 200, "it comes back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    clock.advance(SECOND);
    sampler.tick().await;
    assert_eq!(status(&monitor, "collectors"), Status::Healthy);
}

#[tokio::test]
async fn a_collector_that_fails_or_panics_is_counted_and_the_others_go_on() {
    let clock = Arc::new(ManualClock::new(START));
    let broken = Arc::new(AtomicBool::new(true));
    let switch = Arc::clone(&broken);
    let failing = Scripted("failing", move |readings: &mut Readings| {
        if switch.load(Ordering::Relaxed) {
            return Err(CollectError::read("/proc/example", "it is gone"));
        }
        push(readings, "example.failing", Kind::Gauge, 1.0);
        Ok(())
    });
    let panicking = Scripted("panicking", |_: &mut Readings| panic!("a mistake in a collector"));
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(failing), Box::new(panicking), Box::new(counting())]);
    for _ in 0..4 {
        sampler.tick().await;
        clock.advance(SECOND);
    }
    assert_eq!(value(&monitor, "example.total"), Some(10.0));
    assert!(of_collector(&monitor, names::COLLECTOR_ERRORS, "failing").unwrap() >= 3.0);
    assert!(of_collector(&monitor, names::COLLECTOR_ERRORS, "panicking").unwrap() >= 1.0);
    let lines = monitor.journal().recent(&JournalFilter::default()).await.unwrap();
    assert!(lines.iter().any(|line| line.message.contains("/proc/example")), "{lines:?}");
    broken.store(false, Ordering::Relaxed);
    sampler.tick().await;
    assert_eq!(value(&monitor, "example.failing"), Some(1.0));
}

/// The machine's own collectors, all of them, against what the kernel says.
#[tokio::test]
async fn the_machine_is_read_as_the_kernel_tells_it() {
    let clock = Arc::new(miorai_monitoring::SystemClock::default());
    let (monitor, mut sampler) =
        Monitor::builder(Host::default(), clock).collectors(collectors::all(&[], 20)).deadline(SECOND * 5).build();
    sampler.tick().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let tick = sampler.tick().await;
    let kilobytes = |name: &str| -> f64 {
        let info = std::fs::read_to_string("/proc/meminfo").unwrap();
        let line = info.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        line.trim_matches([':', ' ', 'k', 'B']).trim().parse().unwrap()
    };
    let total = value(&monitor, names::MEMORY_LIMIT).unwrap();
    assert!((total - kilobytes("MemTotal") * 1_024.0).abs() < 1.0);
    let used = value(&monitor, names::MEMORY_UTILIZATION).unwrap();
    let expected = 1.0 - kilobytes("MemAvailable") / kilobytes("MemTotal");
    assert!((used - expected).abs() < 0.05, "{used} {expected}");
    let busy = value(&monitor, names::CPU_BUSY).unwrap();
    assert!((0.0..=1.0).contains(&busy), "{busy}");
    let load: f64 = std::fs::read_to_string("/proc/loadavg").unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((value(&monitor, names::LOAD_1M).unwrap() - load).abs() < 0.5);
    let table = &tick.frame.processes;
    let own = std::process::id();
    assert!(table.total > 1 && !table.top.is_empty());
    let this = std::fs::read_to_string("/proc/self/comm").unwrap();
    if let Some(process) = table.top.iter().find(|process| process.pid == own) {
        assert!(process.memory_bytes > 0 && process.threads > 0 && !this.is_empty());
    }
    // States of processor time are shares of one whole.
    let whole: f64 = tick
        .series
        .iter()
        .filter(|series| series.key.name == names::CPU_UTILIZATION && series.key.labels.get("cpu").is_none())
        .filter_map(|series| tick.frame.value(series.id))
        .sum();
    assert!((whole - 1.0).abs() < 0.05, "{whole}");
}
