//! A generator of load that is bounded in time, clients and rate, and tells how fast it was answered.

mod client;
mod report;
mod requests;

pub use report::Report;

use crate::settings::{Load, Profile};
use anyhow::Context as _;
use client::Client;
use hdrhistogram::Histogram;
use requests::Requests;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::time::{MissedTickBehavior, interval, sleep_until};

/// What clients have seen.
struct Seen {
    /// Microseconds of each answer.
    took: Histogram<u64>,
    /// Answers that were neither a success nor "there is no such thing".
    failed: u64,
    /// Reads that were answered from the cache.
    hits: u64,
    /// Reads that were not.
    misses: u64,
}

impl Seen {
    fn new() -> anyhow::Result<Self> {
        // From 1 µs to a minute, with three digits.
        Ok(Self { took: Histogram::new_with_bounds(1, 60_000_000, 3)?, failed: 0, hits: 0, misses: 0 })
    }

    fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.took.add(&other.took)?;
        self.failed += other.failed;
        self.hits += other.hits;
        self.misses += other.misses;
        Ok(())
    }
}

/// Asks until the time is over.
pub async fn run(settings: &Load) -> anyhow::Result<Report> {
    let begun = Instant::now();
    let until = settings.duration().map(|duration| begun + duration);
    let clients = (0..settings.clients).map(|number| {
        let pause = settings.rate.map(|rate| Duration::from_secs_f64(settings.clients as f64 / f64::from(rate.max(1))));
        tokio::spawn(ask(settings.addr, settings.profile, number as u64, until, pause))
    });
    let mut all = Seen::new()?;
    for client in clients.collect::<Vec<_>>() {
        all.add(&client.await??)?;
    }
    Ok(Report::new(&all, begun.elapsed()))
}

/// One client: asks, waits for the answer, asks again.
async fn ask(
    addr: SocketAddr,
    profile: Profile,
    number: u64,
    until: Option<Instant>,
    pause: Option<Duration>,
) -> anyhow::Result<Seen> {
    let mut requests = Requests::new(profile, number);
    let mut client = Client::connect(addr).await.with_context(|| format!("cannot reach the service at {addr}"))?;
    let mut seen = Seen::new()?;
    let mut pace = pause.map(|pause| {
        let mut pace = interval(pause);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pace
    });
    while until.is_none_or(|until| Instant::now() < until) {
        if let Some(pace) = &mut pace {
            pace.tick().await;
        }
        let request = requests.next();
        let sent = Instant::now();
        if let Ok(answer) = client.send(request).await {
            seen.took.saturating_record(sent.elapsed().as_micros() as u64);
            seen.failed += u64::from(answer.has_failed);
            seen.hits += u64::from(answer.is_hit == Some(true));
            seen.misses += u64::from(answer.is_hit == Some(false));
            continue;
        }
        seen.failed += 1;
        // The service has gone away; it may come back.
        sleep_until((Instant::now() + Duration::from_millis(100)).into()).await;
        if let Ok(again) = Client::connect(addr).await {
            client = again;
        }
    }
    Ok(seen)
}
