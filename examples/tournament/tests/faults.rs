//! The service goes on answering whatever ails its Redis, and uses it again afterwards.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use serde_json::{Value, json};
use std::time::{Duration, Instant};
use support::{PATIENCE, READS, TestService, proxy::SlowNetwork, redis_server::RedisServer};
use tokio::time::{sleep, timeout};
use tournament::settings::Caching;

/// The longest that an answer may take while nobody listens at the address of the Redis: nobody waits for long.
const WITHOUT_REDIS: Duration = Duration::from_secs(5);
/// And while it does not answer: the question, the lock and writing back, each tried twice for a second.
const WITHOUT_ANSWER: Duration = Duration::from_secs(8);

/// What every read answers.
async fn answers(service: &TestService) -> Vec<Value> {
    let mut answers = Vec::new();
    for path in READS {
        answers.push(service.get(path).await.body);
    }
    answers
}

/// Every read is answered as before, and in time; a result is taken.
async fn goes_on(service: &TestService, before: &[Value], limit: Duration) {
    for (path, expected) in READS.iter().zip(before) {
        let answer = timeout(limit, service.get(path)).await.expect("an answer comes in time");
        assert_eq!((answer.status, &answer.body), (200, expected), "{path}");
    }
    let result = json!({ "tournament": 1, "home": 3, "away": 7, "home_score": 0, "away_score": 2, "reporter": 5 });
    let written = timeout(limit, service.post("/matches", &result)).await.expect("an answer comes in time");
    assert_eq!(written.status, 201);
}

/// Answers come from the cache: from one that is written to, as nobody has asked for these players before.
async fn uses_its_cache_again(service: &TestService) {
    let begun = Instant::now();
    for player in (20..80).cycle() {
        let path = format!("/players/{player}");
        service.get(&path).await;
        if service.get(&path).await.is_hit() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the cache is not used again");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_redis_that_is_killed_and_comes_back_costs_time_but_no_answer() {
    let mut redis = RedisServer::start();
    let service = TestService::start(Caching::On, Some(redis.url())).await;
    let before = answers(&service).await;
    redis.kill();
    goes_on(&service, &before, WITHOUT_REDIS).await;
    redis.restart();
    uses_its_cache_again(&service).await;
    let changed = service.get("/tournaments/1").await;
    assert_ne!(changed.body, before[2], "what was written in the meantime is seen");
}

#[tokio::test]
async fn a_redis_that_was_never_there_does_not_keep_the_service_from_starting() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let service = TestService::start(Caching::On, Some(format!("redis://127.0.0.1:{port}"))).await;
    for path in READS {
        let answer = timeout(WITHOUT_REDIS, service.get(path)).await.expect("an answer comes in time");
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_redis_that_is_paused_costs_time_but_no_answer() {
    let redis = RedisServer::start();
    let service = TestService::start(Caching::On, Some(redis.url())).await;
    let before = answers(&service).await;
    redis.pause();
    goes_on(&service, &before, WITHOUT_ANSWER).await;
    redis.go_on();
    uses_its_cache_again(&service).await;
}

#[tokio::test]
async fn a_redis_without_memory_costs_no_answer() {
    let redis = RedisServer::start();
    redis.cli(&["config", "set", "maxmemory", "1"]);
    let service = TestService::start(Caching::On, Some(redis.url())).await;
    let before = answers(&service).await;
    goes_on(&service, &before, WITHOUT_REDIS).await;
    assert_eq!(redis.cli(&["dbsize"]), "0", "it takes nothing");
    redis.cli(&["config", "set", "maxmemory", "0"]);
    uses_its_cache_again(&service).await;
}

#[tokio::test]
async fn a_replica_that_only_reads_costs_no_answer() {
    let master = RedisServer::start();
    let replica = RedisServer::start_replica_of(&master);
    let service = TestService::start(Caching::On, Some(replica.url())).await;
    let before = answers(&service).await;
    goes_on(&service, &before, WITHOUT_REDIS).await;
    replica.cli(&["replicaof", "no", "one"]);
    uses_its_cache_again(&service).await;
}

#[tokio::test]
async fn a_wrong_password_costs_no_answer() {
    let redis = RedisServer::start_with(&["--requirepass", "right"]);
    let service = TestService::start(Caching::On, Some(format!("redis://:wrong@127.0.0.1:{}", redis.port))).await;
    let before = answers(&service).await;
    goes_on(&service, &before, WITHOUT_REDIS).await;
    redis.cli(&["config", "set", "requirepass", "wrong"]);
    uses_its_cache_again(&service).await;
}

#[tokio::test]
async fn a_slow_network_costs_time_but_no_answer() {
    let redis = RedisServer::start();
    let network = SlowNetwork::before(redis.port).await;
    let service = TestService::start(Caching::On, Some(format!("redis://127.0.0.1:{}", network.port))).await;
    for delay in [Duration::from_millis(60), Duration::from_secs(3)] {
        network.delay(delay);
        goes_on(&service, &answers(&service).await, WITHOUT_ANSWER).await;
    }
    network.delay(Duration::ZERO);
    uses_its_cache_again(&service).await;
}
