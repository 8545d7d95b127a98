//! A Redis that a real Django application fills through django-redis: its keys are seen, matched and cleared exactly,
//! and values that both write as JSON are read by both.
//!
//! Django is installed from its package registry at the first run. Where that is not to be had, each test says that it
//! was skipped.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

#[path = "support/python.rs"]
mod python;
mod support;

use miorai_cache::{
    CacheManager, PeekForm, RedisOptions, Remaining, Space, SpaceOptions,
    control::{Clearer, ControlError},
};
use python::Django;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};
use support::{near::run_until_near, redis::RedisServer, until};
use tokio_util::sync::CancellationToken;

/// A Redis that Django has filled, and the cache as it is set up without any configuration.
fn filled() -> Option<(RedisServer, Django, CacheManager)> {
    let server = RedisServer::start();
    let django = Django::on(server.url())?;
    django.does("write");
    let cache = CacheManager::builder().redis(RedisOptions::from_url(&server.url()).unwrap()).build().unwrap();
    Some((server, django, cache))
}

fn keys(of: &Value) -> BTreeSet<String> {
    of.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect()
}

async fn clear(space: &Space, pattern: &str) -> (u64, u64) {
    let clearer = Clearer::default();
    let preview = clearer.preview(space, pattern, None).await.unwrap();
    let outcome = clearer.start(space, &preview.token).unwrap().wait().await.unwrap();
    (preview.matched, outcome.cleared)
}

#[tokio::test]
async fn what_matches_is_previewed_and_cleared_and_nothing_else() {
    let Some((_server, django, cache)) = filled() else { return };
    let space = cache.space("default").unwrap();
    let before = django.does("keys");
    // 2 500 standings, three odd keys, one for ever, one compressed; neither of another version nor of another space.
    assert_eq!(clear(&space, "tournament:*").await, (2_505, 2_505));
    let after = django.does("keys");
    let gone = |key: &String| key.starts_with("tournament:");
    let expected: BTreeSet<_> = keys(&before["default"]).into_iter().filter(|key| !gone(key)).collect();
    assert_eq!(expected.len(), 304);
    assert_eq!(keys(&after["default"]), expected, "players, 'tourn*', 'Tournament:5', 'visits', 'settings'");
    for other in ["session", "ml_predictions", "of another version"] {
        assert_eq!((&after[other], after[other].as_array().unwrap().len()), (&before[other], 1), "{other}");
    }
}

#[tokio::test]
async fn signs_of_patterns_and_of_other_alphabets_are_matched_as_they_are() {
    let Some((_server, django, cache)) = filled() else { return };
    let space = cache.space("default").unwrap();
    assert_eq!(clear(&space, "tourn\\*").await, (1, 1));
    assert_eq!(clear(&space, "tournament:5:\\[a]*").await, (1, 1));
    assert_eq!(clear(&space, "tournament:5:*é*").await, (1, 1));
    assert_eq!(clear(&space, "*two words").await, (1, 1));
    assert_eq!(clear(&space, "player:[0-9]").await, (10, 10));
    assert_eq!(space.invalidate("player:?[13579]").await, Ok(45));
    let left = keys(&django.does("keys")["default"]);
    assert!(left.contains("Tournament:5") && left.contains("player:10") && !left.contains("player:11"), "{left:?}");
    let everything = Clearer::default().preview(&space, "*", None).await;
    assert!(matches!(everything, Err(ControlError::NameWanted { .. })), "{everything:?}");
}

#[tokio::test]
async fn its_spaces_are_the_three_that_are_there_without_configuration() {
    let Some((_server, django, cache)) = filled() else { return };
    for (name, left) in [("session", 0), ("ml_predictions", 0)] {
        assert_eq!(clear(&cache.space(name).unwrap(), "tournament:5:*").await, (1, 1), "{name}");
        assert_eq!(django.does("keys")[name].as_array().unwrap().len(), left, "{name}");
    }
}

#[tokio::test]
async fn its_pickles_are_shown_as_bytes_and_its_lifetimes_as_they_are() {
    let Some((_server, _django, cache)) = filled() else { return };
    let space = cache.space("default").unwrap();
    let page = space.browse("player:7", None, 10).await.unwrap();
    assert_eq!(page.keys.len(), 1);
    assert!(matches!(page.keys[0].facts.remaining, Remaining::For(left) if left <= Duration::from_mins(5)));
    assert_eq!(space.ttl("tournament:5:for ever").await, Ok(Remaining::Forever));
    let peek = space.peek("player:7", 1_000).await.unwrap().unwrap();
    assert_eq!((peek.form, peek.text.starts_with("80 ")), (PeekForm::Binary, true), "{peek:?}");
    // Read as a value it is none that we know: a miss, counted, and computed anew.
    assert_eq!(space.get::<Value>("player:7").await, Ok(None));
    assert_eq!(space.statistics().corrupted, 1);
    let computed = space.get_or_compute("player:7", || async { Ok::<_, String>(json!({"rating": 1})) }).await;
    assert_eq!(computed, Ok(json!({"rating": 1})));
}

#[tokio::test]
async fn values_in_json_and_counters_are_shared_both_ways() {
    let Some((_server, django, cache)) = filled() else { return };
    let space = cache.space("default").unwrap();
    assert_eq!(space.get::<Value>("settings").await, Ok(Some(json!({"name": "Open", "rounds": 7}))));
    assert_eq!(space.increment("visits", 1).await, Ok(42));
    space.set("ours", &json!({"by": "miorai"})).await.unwrap();
    space.entry("ours:2").ttl(Duration::from_secs(9)).set(&1).await.unwrap();
    let seen = django.does("count");
    assert_eq!((&seen["ours"], &seen["visits"]), (&json!({"by": "miorai"}), &json!(42)));
    assert_eq!(django.does("clear"), json!(2), "its delete_pattern finds ours");
    assert_eq!(space.get::<Value>("ours").await, Ok(None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_writes_replaces_what_is_near() {
    let Some((server, django, _)) = filled() else { return };
    let mut options = SpaceOptions::new("default", "miorai", Duration::from_mins(5));
    (options.database, options.near_bytes) = (1, Some(1 << 20));
    let redis = RedisOptions::from_url(&server.url()).unwrap();
    let cache = CacheManager::builder().redis(redis).space(options).build().unwrap();
    let stop = CancellationToken::new();
    run_until_near(&cache, "default", &stop);
    let space = cache.space("default").unwrap();
    let name = async || space.get::<Value>("settings").await.unwrap().unwrap()["name"].clone();
    assert_eq!((name().await, name().await), (json!("Open"), json!("Open")));
    assert_eq!(space.statistics().near_hits, 1);
    django.does("rewrite");
    until("the new value is seen", async || name().await == "Cup").await;
    stop.cancel();
}
