//! Near caches in tests.

use miorai_cache::CacheManager;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Runs a manager behind until stopped, and waits until it hears of changes to a space.
pub fn run_until_near(cache: &CacheManager, space: &str, stop: &CancellationToken) {
    tokio::spawn(cache.clone().run(stop.clone()));
    let space = cache.space(space).unwrap();
    let limit = Instant::now() + Duration::from_secs(10);
    tokio::task::block_in_place(|| {
        while !space.is_near() {
            assert!(Instant::now() < limit, "the near cache is not on within ten seconds");
            std::thread::sleep(Duration::from_millis(2));
        }
    });
}
