//! TLS, ACL users, databases, Sentinels.

use super::*;
use crate::{error::CacheError, test_redis::RedisSentinel};

#[tokio::test]
async fn tls_is_spoken_with_a_server_that_the_named_authority_vouches_for() {
    let (_server, port, authority) = TestServer::start_with_tls();
    let url = format!("rediss://127.0.0.1:{port}");
    let store = store_at(RedisOptions::from_url(&url).unwrap().ca_file(&authority).unwrap());
    store.set(&write("a", "1")).await.unwrap();
    assert_eq!(store.get(b"a").await.unwrap().as_deref(), Some(&b"1"[..]));
    let error = store_at(RedisOptions::from_url(&url).unwrap()).get(b"a").await.unwrap_err();
    assert!(matches!(&error, CacheError::Unreachable { cause, .. } if cause.contains("certificate")), "{error}");
}

#[tokio::test]
async fn an_acl_user_may_do_what_it_may_and_is_told_what_not() {
    let rules = "worker on >secret ~allowed:* +@all -@dangerous";
    let server = TestServer::start_with(&[&["--user"], &rules.split(' ').collect::<Vec<_>>()[..]].concat());
    let url = format!("redis://worker:secret@127.0.0.1:{}", server.port);
    let store = store_at(RedisOptions::from_url(&url).unwrap());
    store.set(&write("allowed:a", "1")).await.unwrap();
    let error = store.set(&write("other", "1")).await.unwrap_err();
    assert!(matches!(&error, CacheError::Refused { cause, .. } if cause.starts_with("NOPERM")), "{error}");
    let by_builder = RedisOptions::from_url(&server.url()).unwrap().login(Some("worker"), "secret");
    assert_eq!(store_at(by_builder).get(b"allowed:a").await.unwrap().as_deref(), Some(&b"1"[..]));
}

#[tokio::test]
async fn databases_are_apart_on_a_single_server() {
    let server = TestServer::start();
    let shared = RedisServer::new(RedisOptions::from_url(&format!("{}/2", server.url())).unwrap());
    let (two, five) = (RedisStore::new(&shared, 0), RedisStore::new(&shared, 3));
    two.set(&write("a", "two")).await.unwrap();
    assert_eq!(five.get(b"a").await.unwrap(), None);
    five.set(&write("a", "five")).await.unwrap();
    assert_eq!(server.cli(&["-n", "5", "get", "a"]), "five");
    assert_eq!(server.cli(&["-n", "2", "get", "a"]), "two");
}

#[tokio::test]
async fn behind_sentinels_the_new_master_is_followed() {
    let master = TestServer::start();
    let replica = TestServer::start_replica_of(&master);
    let sentinel = RedisSentinel::watch(&master);
    let limit = Duration::from_secs(30);
    until(limit, async || sentinel.replicas(), |replicas| *replicas == 1).await;
    let store = store_at(RedisOptions::sentinel(&[sentinel.url()], "main").unwrap());
    store.set(&write("a", "1")).await.unwrap();
    until(limit, async || replica.cli(&["get", "a"]), |value| value == "1").await;

    sentinel.fail_over();
    until(limit, async || sentinel.master_port(), |port| *port == Some(replica.port)).await;
    until(limit, async || master.cli(&["role"]), |role| role.starts_with("slave")).await;
    until(limit, || async { store.set(&write("b", "2")).await }, Result::is_ok).await.unwrap();
    assert_eq!(replica.cli(&["get", "b"]), "2");
    assert_eq!(store.increment(b"n", 1, None).await.unwrap(), 1);
}
