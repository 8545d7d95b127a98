//! What the Redis path does in a second: the same work that `benches/peer.py` has Django do, on the same Redis.
//!
//! ```text
//! cargo run --release -p miorai-cache --example redis_bench -- work  redis://127.0.0.1:6390
//! cargo run --release -p miorai-cache --example redis_bench -- fill  redis://127.0.0.1:6390
//! cargo run --release -p miorai-cache --example redis_bench -- clear redis://127.0.0.1:6390
//! cargo run --release -p miorai-cache --example redis_bench -- watch redis://127.0.0.1:6390
//! cargo run --release -p miorai-cache --example redis_bench -- near  redis://127.0.0.1:6390
//! ```
//!
//! `work` prints operations a second; `fill` writes 1 000 000 keys of which `clear` deletes 100 000 by pattern;
//! `watch` is another client, which asks for one key a thousand times a second until its input ends, and prints how
//! long it waited; `near` compares hits in the near cache with hits of the embedded backend. Each figure is one line of
//! JSON.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use anyhow::{Context, Result, bail};
use miorai_cache::{CacheManager, RedisOptions, Space, SpaceOptions, control::Clearer};
use serde::{Deserialize, Serialize};
use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

const OPERATIONS: usize = 20_000;
const AT_ONCE: usize = 500;
const CALLERS: usize = 64;
const KEYS: usize = 1_000_000;
const MATCHING: usize = 100_000;

#[derive(Clone, Serialize, Deserialize)]
struct Tournament {
    id: u64,
    name: String,
    players: Vec<u32>,
    rating: f64,
    open: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(what), Some(url)) = (arguments.next(), arguments.next()) else {
        bail!("usage: redis_bench work|fill|clear|watch|near URL");
    };
    // The space that the peer's settings describe: database 1, prefix `miorai`, 300 s.
    let mut options = SpaceOptions::new("default", "miorai", Duration::from_mins(5));
    options.database = 1;
    let cache = CacheManager::builder().redis(RedisOptions::from_url(&url)?).space(options).build()?;
    let space = cache.space("default")?;
    match what.as_str() {
        "work" => work(&space).await,
        "fill" => fill(&space).await,
        "clear" => clear(&space).await,
        "watch" => watch(&space).await,
        "near" => near(&url).await,
        other => bail!("there is no '{other}'"),
    }
}

async fn work(space: &Space) -> Result<()> {
    let value =
        Tournament { id: 7, name: "Spring Open".to_owned(), players: (0..32).collect(), rating: 1512.5, open: true };
    let short = "ok".to_owned();
    space.set("warm", &value).await?;

    let clock = Instant::now();
    for number in 0..OPERATIONS {
        space.set(format!("bench:{number}"), &value).await?;
    }
    rate("sequential set", OPERATIONS, clock);

    let clock = Instant::now();
    for number in 0..OPERATIONS {
        space.get::<Tournament>(format!("bench:{number}")).await?.context("a hit")?;
    }
    rate("sequential get hit", OPERATIONS, clock);

    let clock = Instant::now();
    for number in 0..OPERATIONS {
        space.get::<Tournament>(format!("absent:{number}")).await?;
    }
    rate("sequential get miss", OPERATIONS, clock);

    let clock = Instant::now();
    for number in 0..OPERATIONS {
        space.set(format!("benchs:{number}"), &short).await?;
    }
    rate("sequential set, short text", OPERATIONS, clock);

    let clock = Instant::now();
    for number in 0..OPERATIONS {
        space.get::<String>(format!("benchs:{number}")).await?;
    }
    rate("sequential get, short text", OPERATIONS, clock);

    let clock = Instant::now();
    for begin in (0..OPERATIONS).step_by(AT_ONCE) {
        let keys: Vec<_> = (begin..begin + AT_ONCE).map(|number| format!("bench:{number}")).collect();
        space.get_many::<Tournament, _>(&keys).await?;
    }
    rate("get 500 at once", OPERATIONS, clock);

    let clock = Instant::now();
    for begin in (0..OPERATIONS).step_by(AT_ONCE) {
        let entries: Vec<_> =
            (begin..begin + AT_ONCE).map(|number| (format!("bench:{number}"), value.clone())).collect();
        space.set_many(&entries).await?;
    }
    rate("set 500 at once", OPERATIONS, clock);

    let clock = Instant::now();
    for number in 0..1_000 {
        space.set(format!("report:{number}"), &value).await?;
        space.get::<Tournament>(format!("report:{number}")).await?;
    }
    figure("2000 operations", clock.elapsed().as_secs_f64(), "s");

    let clock = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let space = space.clone();
            tokio::spawn(async move {
                for number in 0..OPERATIONS * 4 / CALLERS {
                    let key = format!("bench:{}", (number * CALLERS + caller) % OPERATIONS);
                    space.get::<Tournament>(key).await?.context("a hit")?;
                }
                anyhow::Ok(())
            })
        })
        .collect();
    for caller in callers {
        caller.await??;
    }
    rate("64 callers, get hit", OPERATIONS * 4, clock);
    Ok(())
}

async fn fill(space: &Space) -> Result<()> {
    let every = KEYS / MATCHING;
    for begin in (0..KEYS).step_by(10_000) {
        let name = |number| if number % every == 0 { "tournament" } else { "other" };
        let entries: Vec<_> =
            (begin..begin + 10_000).map(|number| (format!("{}:{number}", name(number)), 1_u8)).collect();
        space.set_many(&entries).await?;
    }
    Ok(())
}

/// As an admin does it: looks first, then clears what was previewed, at a pace that lets others go first.
async fn clear(space: &Space) -> Result<()> {
    let clearer = Clearer::default();
    let clock = Instant::now();
    let preview = clearer.preview(space, "tournament:*", None).await?;
    figure("preview", clock.elapsed().as_secs_f64(), "s");
    let clock = Instant::now();
    let outcome = clearer.start(space, &preview.token)?.wait().await?;
    figure("clear by pattern", clock.elapsed().as_secs_f64(), "s");
    figure("cleared", outcome.cleared as f64, "keys");
    Ok(())
}

/// Another client: how long it waits while others work.
async fn watch(space: &Space) -> Result<()> {
    space.set("watched", &1_u8).await?;
    let ended = Arc::new(AtomicBool::new(false));
    std::thread::spawn({
        let ended = ended.clone();
        move || {
            drop(std::io::stdin().read_to_end(&mut Vec::new()));
            ended.store(true, Ordering::Relaxed);
        }
    });
    let mut waited = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(1));
    while !ended.load(Ordering::Relaxed) {
        ticks.tick().await;
        let clock = Instant::now();
        space.get::<u8>("watched").await?;
        waited.push(clock.elapsed());
    }
    waited.sort_unstable();
    let quantile = |of: f64| waited[((waited.len() - 1) as f64 * of) as usize].as_secs_f64() * 1e3;
    figure("another client, p50", quantile(0.5), "ms");
    figure("another client, p99", quantile(0.99), "ms");
    figure("another client, longest", quantile(1.0), "ms");
    Ok(())
}

/// Hits without a question to the server, beside hits without a server.
async fn near(url: &str) -> Result<()> {
    let mut options = SpaceOptions::new("default", "near", Duration::from_mins(5));
    options.near_bytes = Some(64 << 20);
    let with_server = CacheManager::builder().redis(RedisOptions::from_url(url)?).space(options.clone()).build()?;
    let embedded = CacheManager::builder().space(options).build()?;
    let stop = CancellationToken::new();
    let running = tokio::spawn(with_server.clone().run(stop.clone()));
    let near = with_server.space("default")?;
    while !near.is_near() {
        tokio::task::yield_now().await;
    }
    for _ in 0..3 {
        hits("near hit", &near).await?;
        hits("embedded hit", &embedded.space("default")?).await?;
    }
    stop.cancel();
    running.await?;
    Ok(())
}

async fn hits(name: &str, space: &Space) -> Result<()> {
    const HITS: usize = 2_000_000;
    let keys: Vec<_> = (0..1_000).map(|number| format!("key:{number}")).collect();
    for key in &keys {
        space.set(key, &1_u64).await?;
        // What was just written is told of once more by the server, and only then stays near.
        space.get::<u64>(key).await?;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    for key in &keys {
        space.get::<u64>(key).await?;
    }
    let clock = Instant::now();
    for number in 0..HITS {
        space.get::<u64>(&keys[number % keys.len()]).await?.context("a hit")?;
    }
    rate(name, HITS, clock);
    Ok(())
}

fn rate(name: &str, operations: usize, clock: Instant) {
    figure(name, operations as f64 / clock.elapsed().as_secs_f64(), "operations/s");
}

fn figure(name: &str, value: f64, unit: &str) {
    println!("{{\"figure\": {name:?}, \"value\": {value:.3}, \"unit\": {unit:?}}}");
}
