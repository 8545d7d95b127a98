//! Servers that are killed, paused, full, read-only or locked: what the store makes of it.

use super::*;
use crate::error::CacheError;
use std::time::Instant;

/// As in production, with shorter limits so that tests are quick.
fn impatient(server: &TestServer) -> RedisStore {
    store_at(
        RedisOptions::from_url(&server.url())
            .unwrap()
            .response_timeout(Duration::from_millis(200))
            .connect_timeout(Duration::from_millis(200))
            .pauses(Duration::from_millis(50), Duration::from_millis(200)),
    )
}

async fn works_again(store: &RedisStore) {
    until(Duration::from_secs(10), || async { store.set(&write("again", "1")).await }, Result::is_ok).await.unwrap();
    assert_eq!(store.get(b"again").await.unwrap().as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn a_server_that_is_restarted_is_found_again_without_an_error() {
    let mut server = TestServer::start();
    let store = impatient(&server);
    store.set(&write("a", "1")).await.unwrap();
    server.restart();
    assert_eq!(store.get(b"a").await.unwrap(), None, "it has been restarted empty");
    server.restart();
    tokio::task::yield_now().await;
    until(Duration::from_secs(5), || store.increment(b"n", 1, None), Result::is_ok).await.unwrap();
}

#[tokio::test]
async fn a_server_that_was_killed_fails_callers_at_once_and_is_found_again() {
    let mut server = TestServer::start();
    let store = impatient(&server);
    store.set(&write("a", "1")).await.unwrap();
    server.kill();
    for _ in 0..5 {
        let begun = Instant::now();
        let error = store.get(b"a").await.unwrap_err();
        assert!(matches!(error, CacheError::Unreachable { .. }), "{error}");
        assert!(begun.elapsed() < Duration::from_millis(450));
    }
    let error = store.get(b"a").await.unwrap_err().to_string();
    assert!(error.contains("refused") && error.contains("not asked for another"), "{error}");
    server.restart();
    works_again(&store).await;
}

#[tokio::test]
async fn a_paused_server_holds_nobody_up_for_longer_than_the_limits() {
    let server = TestServer::start();
    let store = impatient(&server);
    store.set(&write("a", "1")).await.unwrap();
    server.pause();
    let begun = Instant::now();
    let error = store.get(b"a").await.unwrap_err();
    assert!(matches!(error, CacheError::Timeout { .. }), "{error}");
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    // One more, and the breaker opens: from then on callers fail at once.
    drop(store.get(b"a").await);
    let begun = Instant::now();
    let crowd = futures_util::future::join_all((0..100).map(|_| store.get(b"a"))).await;
    assert!(crowd.iter().all(Result::is_err));
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    server.go_on();
    works_again(&store).await;
}

#[tokio::test]
async fn a_crowd_that_meets_a_paused_server_waits_once_not_one_after_the_other() {
    let server = TestServer::start();
    let store = impatient(&server);
    server.pause();
    let begun = Instant::now();
    let crowd = futures_util::future::join_all((0..200).map(|_| store.get(b"a"))).await;
    assert!(crowd.iter().all(Result::is_err));
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    server.go_on();
    works_again(&store).await;
}

#[tokio::test]
async fn a_server_without_memory_refuses_in_its_own_words_and_still_reads() {
    let server = TestServer::start_with(&["--maxmemory-policy", "noeviction"]);
    let store = impatient(&server);
    store.set(&write("a", "1")).await.unwrap();
    server.cli(&["config", "set", "maxmemory", "1"]);
    let error = store.set(&write("b", "2")).await.unwrap_err();
    assert!(matches!(&error, CacheError::Refused { cause, .. } if cause.starts_with("OOM")), "{error}");
    assert!(store.get(b"a").await.unwrap().is_some());
    server.cli(&["config", "set", "maxmemory", "0"]);
    works_again(&store).await;
}

#[tokio::test]
async fn a_replica_refuses_writes_in_its_own_words() {
    let master = TestServer::start();
    let replica = TestServer::start_replica_of(&master);
    let store = impatient(&replica);
    let error = store.set(&write("a", "1")).await.unwrap_err();
    assert!(matches!(&error, CacheError::Refused { cause, .. } if cause.starts_with("READONLY")), "{error}");
    replica.cli(&["replicaof", "no", "one"]);
    works_again(&store).await;
}

#[tokio::test]
async fn a_wrong_password_is_said_and_the_server_is_not_stormed() {
    let server = TestServer::start_with(&["--requirepass", "right"]);
    let url = format!("redis://:wrong@127.0.0.1:{}", server.port);
    let store = store_at(RedisOptions::from_url(&url).unwrap());
    for _ in 0..50 {
        let error = store.get(b"a").await.unwrap_err();
        assert!(matches!(&error, CacheError::Refused { cause, .. } if cause.contains("WRONGPASS")), "{error}");
        assert!(!error.to_string().contains("right") && !error.to_string().contains(":wrong"), "{error}");
    }
    let connections = server.cli(&["info", "stats"]);
    let refused = connections.lines().find_map(|line| line.trim().strip_prefix("total_connections_received:"));
    assert!(refused.unwrap().parse::<u32>().unwrap() < 10, "{refused:?}");
    let without = store_on(&server).get(b"a").await.unwrap_err();
    assert!(matches!(&without, CacheError::Refused { cause, .. } if cause.contains("NOAUTH")), "{without}");
    server.cli(&["config", "set", "requirepass", "wrong"]);
    works_again(&store).await;
}

#[tokio::test]
async fn a_crowd_shares_few_connections_and_who_finds_no_room_is_told() {
    let server = TestServer::start();
    let options = RedisOptions::from_url(&server.url()).unwrap().connections(2);
    let store = store_at(options.clone());
    let answers = futures_util::future::join_all((0..1_000).map(|_| store.remaining(b"a"))).await;
    assert!(answers.iter().all(Result::is_ok));
    let clients = server.cli(&["client", "list"]);
    assert!(clients.matches("lib-name=miorai").count() <= 2 && clients.lines().count() <= 3, "{clients}");

    let store = store_at(options.wait(Duration::from_millis(100)).response_timeout(Duration::from_secs(2)));
    store.keeps(b"mark").await.unwrap();
    server.pause();
    let begun = Instant::now();
    let answers = futures_util::future::join_all((0..200).map(|_| store.remaining(b"a"))).await;
    server.go_on();
    let busy = answers.iter().filter(|answer| matches!(answer, Err(CacheError::Busy { connections: 2, .. }))).count();
    assert_eq!(busy, 200 - 2 * 64);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_cluster_that_loses_a_master_fails_only_that_master_s_keys() {
    let mut cluster = RedisCluster::start();
    for node in &cluster.nodes {
        node.cli(&["config", "set", "cluster-require-full-coverage", "no"]);
    }
    let options = RedisOptions::cluster(&cluster.urls()).unwrap();
    let store = store_at(options.response_timeout(Duration::from_millis(300)));
    let keys: Vec<_> = (0..30).map(|number| format!("key:{number}")).collect();
    for key in &keys {
        store.set(&write(key, "1")).await.unwrap();
    }
    cluster.nodes[1].kill();
    let begun = Instant::now();
    let mut answered = 0;
    for key in &keys {
        answered += usize::from(store.get(key.as_bytes()).await.is_ok());
    }
    assert!((10..30).contains(&answered), "{answered} of 30");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    cluster.nodes[1].restart();
}
