//! Single entries, and many at once.

use super::World;
use crate::support::until;
use miorai_cache::{CacheError, Codec, Remaining};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Player {
    name: String,
    rating: f64,
}

fn player() -> Player {
    Player { name: "Łukasz \"the Rock\"\n".to_owned(), rating: 1_512.5 }
}

pub async fn a_value_is_given_back(world: &impl World) {
    let space = world.space();
    assert_eq!(space.get::<Player>("player:1").await, Ok(None));
    space.set("player:1", &player()).await.unwrap();
    assert_eq!(space.get("player:1").await, Ok(Some(player())));
    assert_eq!(space.exists("player:1").await, Ok(true));
    assert_eq!(space.exists("player:2").await, Ok(false));
}

pub async fn a_value_is_given_back_as_another_type(world: &impl World) {
    let space = world.space();
    space.set("player:1", &player()).await.unwrap();
    let value: serde_json::Value = space.get("player:1").await.unwrap().unwrap();
    assert_eq!(value["rating"], 1_512.5);
}

pub async fn an_entry_ends_after_its_lifetime(world: &impl World) {
    let space = world.space();
    space.entry("short").ttl(Duration::from_millis(80)).set(&1).await.unwrap();
    assert_eq!(space.get("short").await, Ok(Some(1)));
    until("the entry ends", async || space.get::<i32>("short").await == Ok(None)).await;
    assert_eq!(space.ttl("short").await, Ok(Remaining::Missing));
}

pub async fn a_lifetime_can_be_changed(world: &impl World) {
    let space = world.space();
    let seconds = |remaining| match remaining {
        Ok(Remaining::For(time)) => time.as_secs_f64(),
        other => panic!("no lifetime: {other:?}"),
    };
    space.set("key", &1).await.unwrap();
    let usual = seconds(space.ttl("key").await);
    assert!((269.0..=300.0).contains(&usual), "{usual} s: 300 s, and at most a tenth less");
    assert_eq!(space.expire("key", Some(Duration::from_secs(1_000))).await, Ok(true));
    assert!((995.0..=1_000.0).contains(&seconds(space.ttl("key").await)));
    assert_eq!(space.expire("key", None).await, Ok(true));
    assert_eq!(space.ttl("key").await, Ok(Remaining::Forever));
    assert_eq!(space.get("key").await, Ok(Some(1)));
    assert_eq!(space.expire("other", None).await, Ok(false));
    assert_eq!(space.expire("other", Some(Duration::from_secs(1))).await, Ok(false));
    assert_eq!(space.ttl("other").await, Ok(Remaining::Missing));
    space.entry("endless").forever().set(&1).await.unwrap();
    assert_eq!(space.ttl("endless").await, Ok(Remaining::Forever));
}

pub async fn a_deleted_entry_is_gone(world: &impl World) {
    let space = world.space();
    space.set("key", &1).await.unwrap();
    assert_eq!(space.delete("key").await, Ok(true));
    assert_eq!(space.delete("key").await, Ok(false));
    assert_eq!(space.get::<i32>("key").await, Ok(None));
}

pub async fn numbers_are_counted(world: &impl World) {
    let space = world.space();
    assert_eq!(space.increment("visits", 2).await, Ok(2));
    assert!(matches!(space.ttl("visits").await, Ok(Remaining::For(time)) if time > Duration::from_secs(290)));
    assert_eq!(space.increment("visits", -5).await, Ok(-3));
    assert_eq!(space.get::<i64>("visits").await, Ok(Some(-3)));
    space.entry("given").forever().set(&40_u8).await.unwrap();
    assert_eq!(space.increment("given", 2).await, Ok(42));
    assert_eq!(space.ttl("given").await, Ok(Remaining::Forever), "counting does not change how long it lives");
}

pub async fn a_text_is_not_counted(world: &impl World) {
    let space = world.space();
    space.set("name", &"Anna".to_owned()).await.unwrap();
    let error = space.increment("name", 1).await.unwrap_err();
    assert!(matches!(&error, CacheError::WrongType { key, .. } if key.contains("name")), "{error}");
    assert_eq!(space.get("name").await, Ok(Some("Anna".to_owned())));
}

pub async fn many_at_once(world: &impl World) {
    let space = world.space();
    space.set_many(&[("a", 1), ("b", 2)]).await.unwrap();
    assert_eq!(space.get_many(&["b", "none", "a"]).await, Ok(vec![Some(2), None, Some(1)]));
    assert_eq!(space.delete_many(&["a", "none", "b"]).await, Ok(2));
    assert_eq!(space.get_many::<i32, &str>(&[]).await, Ok(vec![]));
    assert_eq!(space.set_many::<i32, &str>(&[]).await, Ok(()));
    assert_eq!(space.delete_many::<&str>(&[]).await, Ok(0));
}

pub async fn every_form_of_values_is_given_back(world: &impl World) {
    for codec in [Codec::Json, Codec::MessagePack] {
        for compress_above in [None, Some(100)] {
            let space = world.space_with(|options| {
                options.codec = codec;
                options.compress_above = compress_above;
                options.stale_if_error = Duration::from_secs(10);
            });
            let players = vec![player(); 50];
            space.set("players", &players).await.unwrap();
            assert_eq!(space.get("players").await, Ok(Some(players)), "{codec:?}, {compress_above:?}");
        }
    }
}

pub async fn statistics_tell_what_happened(world: &impl World) {
    let space = world.space();
    space.set("key", &1).await.unwrap();
    for key in ["key", "key", "none"] {
        let _ = space.get::<i32>(key).await.unwrap();
    }
    space.delete("key").await.unwrap();
    let told = space.statistics();
    assert_eq!((told.hits, told.misses, told.sets, told.deletes, told.errors), (2, 1, 1, 1, 0));
    assert_eq!(told.hit_ratio(), Some(2.0 / 3.0));
    assert_eq!(told.space, "test");
    assert!(told.prefix.starts_with("prefix"));
    let text = serde_json::to_string(&told).unwrap();
    assert_eq!(serde_json::from_str::<miorai_cache::SpaceStatistics>(&text).unwrap(), told);
}
