//! Programs on one Redis know of each other.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

mod support;

use miorai_cache::{CacheManager, RedisOptions, Registry};
use support::{redis::RedisServer, until};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_program_tells_of_its_spaces_while_it_runs() {
    let server = RedisServer::start();
    let options = || RedisOptions::from_url(&server.url()).unwrap();
    let registry = Registry::new(options());
    assert_eq!(registry.instances().await.unwrap(), []);

    let stop = CancellationToken::new();
    let cache = CacheManager::builder().application("shop").redis(options()).build().unwrap();
    let running = tokio::spawn(cache.clone().run(stop.clone()));
    let session = cache.space("session").unwrap();
    session.set("a", &1).await.unwrap();
    session.get::<i32>("a").await.unwrap();

    until("its hit is told", async || {
        let instances = cache.instances().await.unwrap();
        instances.iter().flat_map(|instance| &instance.spaces).any(|space| space.space == "session" && space.hits == 1)
    })
    .await;
    let instances = registry.instances().await.unwrap();
    let [instance] = &instances[..] else { panic!("{instances:?}") };
    assert_eq!((instance.application.as_str(), instance.pid), ("shop", std::process::id()));
    assert_eq!(instance.spaces.len(), 3);
    let key = format!("miorai:instance:shop:{}", instance.instance);
    assert!((1..=15).contains(&server.cli(&["ttl", &key]).parse::<i32>().unwrap()));

    stop.cancel();
    running.await.unwrap();
    assert_eq!(registry.instances().await.unwrap(), [], "it has taken leave");
}

#[tokio::test]
async fn what_cannot_be_read_is_left_out() {
    let server = RedisServer::start();
    server.cli(&["set", "miorai:instance:future:1", "{\"application\": 7}"]);
    server.cli(&["rpush", "miorai:instance:list:1", "a"]);
    for key in ["miorai:instance:future:1", "miorai:instance:list:1", "miorai:instance:gone:1"] {
        server.cli(&["zadd", "miorai:instances", "1", key]);
    }
    let registry = Registry::new(RedisOptions::from_url(&server.url()).unwrap());
    assert_eq!(registry.instances().await.unwrap(), []);
}

#[tokio::test]
async fn who_is_heard_of_no_more_takes_no_room() {
    let server = RedisServer::start();
    for number in 0..50 {
        server.cli(&["zadd", "miorai:instances", "1", &format!("miorai:instance:crashed:{number}")]);
    }
    let options = RedisOptions::from_url(&server.url()).unwrap();
    let cache = CacheManager::builder().application("shop").redis(options).build().unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(cache.clone().run(stop.clone()));
    until("only who runs is listed", async || server.cli(&["zcard", "miorai:instances"]) == "1").await;
    assert_eq!(cache.instances().await.unwrap().len(), 1);
    stop.cancel();
    running.await.unwrap();
    assert!((1..=15).contains(&server.cli(&["ttl", "miorai:instances"]).parse::<i32>().unwrap()));
}
