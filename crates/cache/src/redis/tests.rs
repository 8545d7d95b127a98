//! Promises of the Redis backend, on real servers.

mod entries;
mod faults;
mod near;
mod size;
mod topologies;

use super::{RedisOptions, RedisServer, RedisStore};
use crate::{
    stored::Write,
    test_redis::{RedisCluster, RedisServer as TestServer},
};
use bytes::Bytes;
use std::time::Duration;

fn store_at(options: RedisOptions) -> RedisStore {
    RedisStore::new(&RedisServer::new(options), 0)
}

fn store_on(server: &TestServer) -> RedisStore {
    store_at(RedisOptions::from_url(&server.url()).unwrap())
}

fn store_on_cluster(cluster: &RedisCluster) -> RedisStore {
    store_at(RedisOptions::cluster(&cluster.urls()).unwrap())
}

fn write(key: &str, value: &str) -> Write {
    Write { key: key.into(), value: Bytes::copy_from_slice(value.as_bytes()), ttl: None, tags: Vec::new() }
}

/// Asks until the answer is as wanted, within a limit of time.
async fn until<T, F: Future<Output = T>>(
    limit: Duration,
    mut ask: impl FnMut() -> F,
    wanted: impl Fn(&T) -> bool,
) -> T {
    let begun = std::time::Instant::now();
    loop {
        let answer = ask().await;
        if wanted(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < limit, "not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
