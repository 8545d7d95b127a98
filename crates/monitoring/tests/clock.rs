//! The sampler's own time, whatever is done to the machine's clock.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::{Clock, Timestamp, host::Host};
use miorai_monitoring::{LiveEvent, Monitor};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use support::{SECOND, START};
use tokio_util::sync::CancellationToken;

/// A clock that goes with the runtime's paused time, and whose time of day can be set.
struct PausedClock {
    start: tokio::time::Instant,
    offset_ms: AtomicI64,
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        let passed = START.plus(self.monotonic());
        Timestamp::from_millis(passed.as_millis() + self.offset_ms.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_neither_stops_the_sampler_nor_makes_it_run_away() {
    let clock = Arc::new(PausedClock { start: tokio::time::Instant::now(), offset_ms: AtomicI64::new(0) });
    let (monitor, sampler) = Monitor::builder(Host::default(), Arc::clone(&clock) as _).build();
    let mut events = monitor.subscribe();
    let stop = CancellationToken::new();
    let running = tokio::spawn(sampler.run(stop.clone()));
    let mut next = async || loop {
        if let LiveEvent::Tick(tick) = events.recv().await.unwrap() {
            return tick;
        }
    };
    let mut seq = next().await.frame.seq;
    let mut set_by = 0_i64;
    for jump_ms in [0, 3_600_000, -7_200_000, 86_400_000, -900, -1_500, 700, -2_100, 450] {
        tokio::time::sleep(Duration::from_millis(330)).await;
        set_by += jump_ms;
        clock.offset_ms.store(set_by, Ordering::Relaxed);
        let begun = clock.monotonic();
        for _ in 0..5 {
            let tick = next().await;
            seq += 1;
            assert_eq!(tick.frame.seq, seq, "the sequence goes on after {jump_ms} ms");
        }
        let passed = clock.monotonic().saturating_sub(begun);
        assert!((SECOND * 3..SECOND * 7).contains(&passed), "five frames took {passed:?} after {jump_ms} ms");
        let late = clock.now().as_millis() - monitor.latest().unwrap().frame.at.as_millis();
        assert!((0..1_000).contains(&late), "times are right again after {jump_ms} ms: {late}");
        assert_eq!(clock.now().as_millis() % 1_000, 0, "frames are made on the second");
    }
    assert_eq!(monitor.uptime().as_secs(), clock.monotonic().as_secs(), "it has run for as long as it has");
    stop.cancel();
    running.await.unwrap();
}
