//! What the tests of the cache share.

#![allow(dead_code, unused_imports, unused_macros, unreachable_pub, reason = "each test binary uses some of it")]
#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

pub mod clock;
pub mod contract;
pub mod near;
pub mod proxy;
pub mod redis;

use std::time::{Duration, Instant};

/// Waits until something holds; fails when it does not within ten seconds.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !holds().await {
        assert!(Instant::now() < limit, "{what}: not within ten seconds");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
