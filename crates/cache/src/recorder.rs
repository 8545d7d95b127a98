//! Counts what happens in a space, cheaply from many threads at once.

use crate::statistics::LatencySummary;
use hdrhistogram::Histogram;
use std::{
    cell::Cell,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Threads share this many sets of counters.
const SHARDS: usize = 8;
/// One in so many embedded questions is measured: reading the clock twice takes as long as the answer.
const SAMPLED: u32 = 64;
/// The longest latency told apart, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Count {
    Hits,
    Misses,
    StaleHits,
    NegativeHits,
    NearHits,
    Sets,
    Deletes,
    Evictions,
    Errors,
    Corrupted,
    Waits,
    Computations,
    ComputeNanos,
}

const COUNTS: usize = Count::ComputeNanos as usize + 1;

/// The counters of a space.
#[derive(Debug)]
pub(crate) struct Recorder {
    shards: Box<[Shard]>,
}

/// The counters of some threads, on cache lines of their own.
#[derive(Debug)]
#[repr(align(128))]
struct Shard {
    counts: [AtomicU64; COUNTS],
    /// Nanoseconds, to two digits; histograms add up without loss.
    latency: Mutex<Histogram<u64>>,
}

impl Default for Recorder {
    fn default() -> Self {
        let latency = || Histogram::new_with_bounds(1, LONGEST, 2).expect("two digits of a minute are in bounds");
        let shard = || Shard { counts: Default::default(), latency: Mutex::new(latency()) };
        Self { shards: (0..SHARDS).map(|_| shard()).collect() }
    }
}

impl Recorder {
    pub(crate) fn add(&self, count: Count, by: u64) {
        self.shard().counts[count as usize].fetch_add(by, Ordering::Relaxed);
    }

    pub(crate) fn get(&self, count: Count) -> u64 {
        self.shards.iter().map(|shard| shard.counts[count as usize].load(Ordering::Relaxed)).sum()
    }

    /// The beginning of a question, if it is one of those that are measured.
    pub(crate) fn sample() -> Option<Instant> {
        thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });
        let calls = CALLS.get().wrapping_add(1);
        CALLS.set(calls);
        calls.is_multiple_of(SAMPLED).then(Instant::now)
    }

    /// How long a question took.
    pub(crate) fn took(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.shard().latency.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(nanos);
    }

    /// A computation that took so long.
    pub(crate) fn computed(&self, time: Duration) {
        self.add(Count::Computations, 1);
        self.add(Count::ComputeNanos, u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn latency(&self) -> LatencySummary {
        let mut all = Histogram::<u64>::new_with_bounds(1, LONGEST, 2).expect("two digits of a minute are in bounds");
        for shard in &self.shards {
            let part = shard.latency.lock().unwrap_or_else(PoisonError::into_inner);
            all.add(&*part).expect("all histograms have the same bounds");
        }
        if all.is_empty() {
            return LatencySummary::default();
        }
        let seconds = |nanos: f64| nanos / 1e9;
        let quantile = |share| seconds(all.value_at_quantile(share) as f64);
        LatencySummary {
            count: all.len(),
            mean_seconds: seconds(all.mean()),
            p50_seconds: quantile(0.5),
            p95_seconds: quantile(0.95),
            p99_seconds: quantile(0.99),
        }
    }

    fn shard(&self) -> &Shard {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
        &self.shards[OWN.with(|own| *own)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_all_threads_add_up() {
        let recorder = Recorder::default();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| (0..1_000).for_each(|_| recorder.add(Count::Hits, 1)));
            }
        });
        assert_eq!(recorder.get(Count::Hits), 20_000);
        assert_eq!(recorder.get(Count::Misses), 0);
    }

    #[test]
    fn quantiles_are_right_to_two_digits() {
        let recorder = Recorder::default();
        (1..=1_000).for_each(|micros| recorder.took(Duration::from_micros(micros)));
        let latency = recorder.latency();
        assert_eq!(latency.count, 1_000);
        for (told, real) in
            [(latency.p50_seconds, 500e-6), (latency.p95_seconds, 950e-6), (latency.p99_seconds, 990e-6)]
        {
            assert!((told - real).abs() / real < 0.01, "{told} for {real}");
        }
    }

    #[test]
    fn without_a_question_there_is_no_latency() {
        assert_eq!(Recorder::default().latency(), LatencySummary::default());
    }
}
