//! How fast a hit is when entries are held in the process: `cargo bench -p miorai-cache --bench embedded`.
//!
//! Each figure is the median of many short rounds on one thread. A hit is an asynchronous call with a key among 1 000 or
//! 10 000 that gives a cloned value; it is driven as a task drives it. At last two threads ask at once.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints what it has measured")]

use miorai_cache::{CacheManager, Space};
use std::{hint::black_box, time::Instant};

const ROUNDS: usize = 75;
const CALLS: usize = 100_000;
const SIZES: [usize; 2] = [1_000, 10_000];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for entries in SIZES {
        runtime.block_on(embedded(entries));
    }
    two_threads();
}

async fn embedded(entries: usize) {
    let space = CacheManager::builder().build().unwrap().space("default").unwrap();
    let keys = fill(&space, entries).await;
    let plain = measure(&keys, async |key| _ = black_box(space.get::<u64>(key).await)).await;
    let computed = measure(&keys, async |key| _ = black_box(compute(&space, key).await)).await;
    let entry = measure(&keys, async |key| _ = black_box(compute_entry(&space, key).await)).await;
    let missed = measure(&keys, async |_| _ = black_box(space.get::<u64>("none").await)).await;
    let written = measure(&keys, async |key| _ = black_box(space.set(key, &1_u64).await)).await;
    println!("{entries} entries in the process");
    println!("  hit                           {plain:6.1} ns  {:5.2} million/s", 1e3 / plain);
    println!("  hit by get_or_compute         {computed:6.1} ns  adds {:5.1} ns", computed - plain);
    println!("  hit by entry().get_or_compute {entry:6.1} ns  adds {:5.1} ns", entry - plain);
    println!("  miss                          {missed:6.1} ns");
    println!("  write                         {written:6.1} ns");
}

fn two_threads() {
    let space = CacheManager::builder().build().unwrap().space("default").unwrap();
    let ask = |space: Space| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let keys = fill(&space, SIZES[1]).await;
            measure(&keys, async |key| _ = black_box(space.get::<u64>(key).await)).await
        })
    };
    let other = std::thread::spawn({
        let space = space.clone();
        move || ask(space)
    });
    let (one, other) = (ask(space), other.join().unwrap());
    println!("two threads, {} entries: hits of {one:.1} and {other:.1} ns", SIZES[1]);
}

async fn fill(space: &Space, entries: usize) -> Vec<String> {
    let keys: Vec<String> = (0..entries).map(|number| format!("tournament:{number}")).collect();
    for (number, key) in keys.iter().enumerate() {
        space.set(key, &(number as u64)).await.unwrap();
    }
    keys
}

async fn compute(space: &Space, key: &str) -> Result<u64, std::convert::Infallible> {
    space.get_or_compute(key, || async { Ok(0) }).await
}

async fn compute_entry(space: &Space, key: &str) -> Result<u64, std::convert::Infallible> {
    space.entry(key).get_or_compute(|| async { Ok(0) }).await
}

/// The median of the nanoseconds that a call takes.
async fn measure(keys: &[String], call: impl AsyncFn(&str)) -> f64 {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for number in 0..CALLS {
            // Far apart, as callers are.
            call(&keys[number.wrapping_mul(7_919) % keys.len()]).await;
        }
        rounds.push(begun.elapsed().as_nanos() as f64 / CALLS as f64);
    }
    rounds.sort_unstable_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}
