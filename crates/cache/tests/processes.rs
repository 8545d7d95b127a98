//! Programs that share a Redis: what one of them invalidates does not come back from a computation of another.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

mod support;

use miorai_cache::{CacheManager, RedisOptions, Space, SpaceOptions, control::Clearer};
use std::{
    convert::Infallible,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use support::{
    redis::{RedisCluster, RedisServer},
    until,
};
use tokio::sync::oneshot;

/// The space of another process: a manager shares nothing with others but the Redis.
fn process(redis: RedisOptions) -> Space {
    let options = SpaceOptions::new("test", "prefix", Duration::from_mins(5));
    CacheManager::builder().redis(redis).space(options).build().unwrap().space("test").unwrap()
}

/// Has one process compute while another invalidates; what the key holds afterwards.
async fn after<T>(one: &Space, key: &str, invalidate: impl AsyncFnOnce() -> T) -> Option<u32> {
    let (begun, begins) = oneshot::channel();
    let (go, goes) = oneshot::channel::<()>();
    let computing = {
        let (space, key) = (one.clone(), key.to_owned());
        tokio::spawn(async move {
            let compute = || async {
                begun.send(()).unwrap();
                goes.await.unwrap();
                Ok::<_, Infallible>(1_u32)
            };
            space.entry(key).tags(["tag"]).get_or_compute(compute).await
        })
    };
    begins.await.unwrap();
    invalidate().await;
    go.send(()).unwrap();
    assert_eq!(computing.await.unwrap(), Ok(1), "who asked before the change gets what was true then");
    one.get(key).await.unwrap()
}

async fn nothing_comes_back(one: &Space, other: &Space) {
    assert_eq!(after(one, "key:0", async || ()).await, Some(1), "without an invalidation it is kept");
    let of_others = async || {
        other.delete("key:9").await.unwrap();
        other.invalidate("other:*").await.unwrap();
        other.invalidate_tag("other").await.unwrap();
    };
    assert_eq!(after(one, "key:1", of_others).await, Some(1), "other entries are no concern of it");

    assert_eq!(after(one, "key:2", async || other.delete("key:2").await.unwrap()).await, None);
    assert_eq!(after(one, "key:3", async || other.invalidate("*:3").await.unwrap()).await, None);
    assert_eq!(after(one, "key:4", async || other.invalidate_tag("tag").await.unwrap()).await, None);
    let many: Vec<_> = (0..500).map(|number| format!("key:{number}")).collect();
    assert_eq!(after(one, "key:5", async || other.delete_many(&many).await.unwrap()).await, None);
    let cleared = async || {
        let clearer = Clearer::default();
        let preview = clearer.preview(other, "key:*", None).await.unwrap();
        clearer.start(other, &preview.token).unwrap().wait().await.unwrap();
    };
    assert_eq!(after(one, "key:6", cleared).await, None);
    assert_eq!(after(one, "key:7", async || other.renew_version().await.unwrap()).await, None);
}

#[tokio::test]
async fn what_another_process_invalidates_does_not_come_back() {
    let server = RedisServer::start();
    let options = || RedisOptions::from_url(&server.url()).unwrap();
    nothing_comes_back(&process(options()), &process(options())).await;
}

#[tokio::test]
async fn nor_does_it_on_a_cluster() {
    let cluster = RedisCluster::start();
    let options = || RedisOptions::cluster(&cluster.urls()).unwrap();
    nothing_comes_back(&process(options()), &process(options())).await;
}

#[tokio::test]
async fn a_caller_that_goes_away_after_its_value_was_written_leaves_nothing_out_of_date() {
    let server = RedisServer::start();
    let options = || RedisOptions::from_url(&server.url()).unwrap();
    let (one, other) = (process(options()), process(options()));
    for round in 0..50 {
        let key = format!("key:{round}");
        let asking = {
            let (one, other, key) = (one.clone(), other.clone(), key.clone());
            tokio::spawn(async move {
                let compute = || async {
                    other.delete(&key).await.unwrap();
                    Ok::<_, Infallible>(1_u32)
                };
                one.get_or_compute(&key, compute).await
            })
        };
        // It is called off at another moment each time.
        tokio::time::sleep(Duration::from_micros(100 * round)).await;
        asking.abort();
        drop(asking.await);
        until("nothing is left of it", async || one.get::<u32>(&key).await.unwrap().is_none()).await;
    }
}

#[tokio::test]
async fn a_thousand_callers_in_two_processes_compute_once() {
    static COMPUTED: AtomicU32 = AtomicU32::new(0);
    let server = RedisServer::start();
    let options = || RedisOptions::from_url(&server.url()).unwrap();
    let (one, other) = (process(options()), process(options()));
    let callers: Vec<_> = (0..1_000)
        .map(|number| {
            let space = if number % 2 == 0 { one.clone() } else { other.clone() };
            tokio::spawn(async move {
                let compute = || async {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Ok::<_, Infallible>(COMPUTED.fetch_add(1, Ordering::Relaxed) + 1)
                };
                space.get_or_compute("key", compute).await
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok(1));
    }
}
