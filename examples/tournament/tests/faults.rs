//! The service goes on answering whatever ails its Redis.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use serde_json::json;
use std::time::{Duration, Instant};
use support::{PATIENCE, READS, TestService, redis_server::RedisServer};
use tokio::time::{sleep, timeout};
use tournament::settings::Caching;

/// The longest that an answer may take while a server is gone: nobody listens, so nobody waits for long.
const WITHOUT_REDIS: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_redis_that_is_killed_and_comes_back_costs_time_but_no_answer() {
    let mut redis = RedisServer::start();
    let service = TestService::start(Caching::On, Some(redis.url())).await;
    let mut before = Vec::new();
    for path in READS {
        before.push(service.get(path).await.body);
    }

    redis.kill();
    for (path, expected) in READS.iter().zip(&before) {
        let answer = timeout(WITHOUT_REDIS, service.get(path)).await.expect("an answer comes in time");
        assert_eq!((answer.status, &answer.body), (200, expected), "{path}");
    }
    let result = json!({ "tournament": 1, "home": 3, "away": 7, "home_score": 0, "away_score": 2, "reporter": 5 });
    let written = timeout(WITHOUT_REDIS, service.post("/matches", &result)).await.expect("an answer comes in time");
    assert_eq!(written.status, 201);

    redis.restart();
    let begun = Instant::now();
    while !service.get("/tournaments/2/standings").await.is_hit() {
        assert!(begun.elapsed() < PATIENCE, "the cache is not used again");
        sleep(Duration::from_millis(50)).await;
    }
    let changed = service.get("/tournaments/1").await;
    assert_ne!(changed.body, before[2], "what was written in the meantime is seen");
}

#[tokio::test]
async fn a_redis_that_was_never_there_does_not_keep_the_service_from_starting() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let service = TestService::start(Caching::On, Some(format!("redis://127.0.0.1:{port}"))).await;
    for path in READS {
        assert_eq!(
            timeout(WITHOUT_REDIS, service.get(path)).await.expect("an answer comes in time").status,
            200,
            "{path}"
        );
    }
}
