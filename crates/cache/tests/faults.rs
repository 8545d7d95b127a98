//! Whatever ails the Redis, callers get their values within the limits, health says why, and afterwards all is right
//! again without a restart.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

mod support;

use miorai_cache::{CacheManager, RedisOptions, Space, SpaceOptions};
use miorai_model::Status;
use std::{
    convert::Infallible,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};
use support::{proxy::SlowNetwork, redis::RedisServer, until};

/// The limits here: an answer within 200 ms, a connection within 200 ms, one retry.
const LIMIT: Duration = Duration::from_millis(200);
/// What a caller may wait at the very most: question, lock and writing back, each tried twice, on a busy machine.
const WORST: Duration = Duration::from_secs(3);

struct Caller {
    cache: CacheManager,
    space: Space,
    computed: AtomicU32,
}

impl Caller {
    fn new(url: &str) -> Self {
        let options = RedisOptions::from_url(url)
            .unwrap()
            .response_timeout(LIMIT)
            .connect_timeout(LIMIT)
            .pauses(Duration::from_millis(50), LIMIT);
        let space = SpaceOptions::new("test", "prefix", Duration::from_mins(5));
        let cache = CacheManager::builder().redis(options).space(space).build().unwrap();
        Self { space: cache.space("test").unwrap(), cache, computed: AtomicU32::new(0) }
    }

    async fn ask(&self, key: &str) -> String {
        let compute = || async {
            self.computed.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(format!("value of {key}"))
        };
        self.space.get_or_compute(key, compute).await.unwrap_or_else(|never| match never {})
    }

    /// Several callers ask for several keys, and all get values in time.
    async fn gets_values_in_time(&self) {
        for round in 0..3 {
            let begun = Instant::now();
            let keys: Vec<_> = (0..20).map(|number| format!("{round}:{number}")).collect();
            let values = futures_util::future::join_all(keys.iter().map(|key| self.ask(key))).await;
            assert!(keys.iter().zip(&values).all(|(key, value)| *value == format!("value of {key}")));
            assert!(begun.elapsed() < WORST, "{:?}", begun.elapsed());
        }
    }

    /// Health is degraded and says these words.
    async fn says(&self, words: &str) {
        let health = self.cache.health().await;
        let test = health.iter().find(|health| health.space == "test").unwrap();
        assert_eq!(test.status, Status::Degraded, "{}", test.reason);
        assert!(test.reason.contains(words), "{}", test.reason);
    }

    /// What is computed is kept again.
    async fn is_right_again(&self) {
        until("values are kept again", async || {
            let key = format!("again:{}", self.computed.load(Ordering::Relaxed));
            self.ask(&key).await;
            let before = self.computed.load(Ordering::Relaxed);
            self.ask(&key).await;
            self.computed.load(Ordering::Relaxed) == before
        })
        .await;
        let health = self.space.health().await;
        assert_eq!(health.status, Status::Healthy, "{}", health.reason);
    }
}

#[tokio::test]
async fn a_server_that_is_killed_and_comes_back_empty() {
    let mut server = RedisServer::start();
    let caller = Caller::new(&server.url());
    caller.gets_values_in_time().await;
    server.kill();
    caller.gets_values_in_time().await;
    caller.says("refused").await;
    server.restart();
    caller.is_right_again().await;
    assert!(caller.space.statistics().errors > 0);
}

#[tokio::test]
async fn a_server_that_is_paused() {
    let server = RedisServer::start();
    let caller = Caller::new(&server.url());
    caller.ask("key").await;
    server.pause();
    caller.gets_values_in_time().await;
    caller.says("no").await;
    server.go_on();
    caller.is_right_again().await;
}

#[tokio::test]
async fn a_server_without_memory() {
    let server = RedisServer::start_with(&["--maxmemory-policy", "noeviction"]);
    let caller = Caller::new(&server.url());
    server.cli(&["config", "set", "maxmemory", "1"]);
    caller.gets_values_in_time().await;
    let error = caller.space.set("key", &1).await.unwrap_err().to_string();
    assert!(error.contains("OOM"), "{error}");
    caller.says("OOM").await;
    server.cli(&["config", "set", "maxmemory", "0"]);
    caller.is_right_again().await;
}

#[tokio::test]
async fn a_replica_that_only_reads() {
    let master = RedisServer::start();
    let replica = RedisServer::start_replica_of(&master);
    let caller = Caller::new(&replica.url());
    caller.gets_values_in_time().await;
    let error = caller.space.set("key", &1).await.unwrap_err().to_string();
    assert!(error.contains("READONLY"), "{error}");
    caller.says("READONLY").await;
    replica.cli(&["replicaof", "no", "one"]);
    caller.is_right_again().await;
}

#[tokio::test]
async fn a_wrong_password() {
    let server = RedisServer::start_with(&["--requirepass", "right"]);
    let caller = Caller::new(&format!("redis://:wrong@127.0.0.1:{}", server.port));
    caller.gets_values_in_time().await;
    caller.says("WRONGPASS").await;
    server.cli(&["config", "set", "requirepass", "wrong"]);
    caller.is_right_again().await;
}

#[tokio::test]
async fn a_slow_network() {
    let server = RedisServer::start();
    let network = SlowNetwork::before(server.port).await;
    let caller = Caller::new(&format!("redis://127.0.0.1:{}", network.port));
    caller.ask("key").await;
    network.delay(Duration::from_millis(60));
    caller.gets_values_in_time().await;
    caller.says("took").await;
    network.delay(Duration::from_secs(1));
    caller.gets_values_in_time().await;
    caller.says("no").await;
    network.delay(Duration::ZERO);
    caller.is_right_again().await;
}
