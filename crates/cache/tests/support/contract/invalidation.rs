//! What is out of date goes, and what is there can be looked at.

use super::World;
use miorai_cache::{PeekForm, Remaining};
use std::collections::BTreeSet;

pub async fn entries_go_by_pattern(world: &impl World) {
    let space = world.space();
    let keys: Vec<_> = (0..1_500).map(|number| (format!("tournament:{number}:standings"), number)).collect();
    space.set_many(&keys).await.unwrap();
    space.set("player:1", &1).await.unwrap();
    assert_eq!(space.invalidate("tournament:1?:*").await, Ok(10));
    assert_eq!(space.invalidate("tournament:*").await, Ok(1_490));
    assert_eq!(space.invalidate("tournament:*").await, Ok(0));
    assert_eq!(space.get("player:1").await, Ok(Some(1)));
    assert_eq!(space.invalidate("*").await, Ok(1));
    assert_eq!(space.statistics().deletes, 1_501);
}

pub async fn entries_go_by_tag(world: &impl World) {
    let space = world.space();
    for number in 0..700 {
        space
            .entry(format!("{number}"))
            .tags(["all", if number % 2 == 0 { "even" } else { "odd" }])
            .set(&1)
            .await
            .unwrap();
    }
    assert_eq!(space.invalidate_tag("even").await, Ok(350));
    assert_eq!(space.get::<i32>("2").await, Ok(None));
    assert_eq!(space.get("3").await, Ok(Some(1)));
    assert_eq!(space.invalidate_tag("all").await, Ok(350));
    assert_eq!(space.invalidate_tag("all").await, Ok(0));
    assert_eq!(space.invalidate_tag("none").await, Ok(0));
}

pub async fn a_new_version_puts_all_out_of_sight(world: &impl World) {
    let space = world.space();
    space.set("key", &1).await.unwrap();
    assert_eq!(space.renew_version().await, Ok(2));
    assert_eq!(space.get::<i32>("key").await, Ok(None));
    space.set("key", &2).await.unwrap();
    assert_eq!(space.get("key").await, Ok(Some(2)));
    assert_eq!(space.renew_version().await, Ok(3));
}

pub async fn keys_are_browsed_in_pages(world: &impl World) {
    let space = world.space();
    let entries: Vec<_> = (0..500).map(|number| (format!("match:{number}"), number)).collect();
    space.set_many(&entries).await.unwrap();
    space.entry("other").tags(["tag"]).set(&1).await.unwrap();
    let (mut seen, mut from) = (BTreeSet::new(), None);
    loop {
        let page = space.browse("match:*", from.take(), 100).await.unwrap();
        for key in page.keys {
            assert_eq!(key.facts.kind, "string");
            assert!(matches!(key.facts.remaining, Remaining::For(_)));
            seen.insert(String::from_utf8(key.key).unwrap());
        }
        match page.next {
            // As a page of a browser hands it on.
            Some(next) => from = Some(next.to_string().parse().unwrap()),
            None => break,
        }
    }
    assert_eq!(seen, entries.into_iter().map(|(key, _)| key).collect());
}

pub async fn values_are_shown_safely(world: &impl World) {
    let space = world.space();
    space.set("json", &serde_json::json!({"name": "Anna"})).await.unwrap();
    let peek = space.peek("json", 1_000).await.unwrap().unwrap();
    assert_eq!((peek.form, peek.text.as_str()), (PeekForm::Json, "{\n  \"name\": \"Anna\"\n}"));
    assert_eq!((peek.total_bytes, peek.is_shortened), (15, false));
    assert_eq!(peek.facts.kind, "string");

    space.set("long", &"ł".repeat(5_000)).await.unwrap();
    let peek = space.peek("long", 101).await.unwrap().unwrap();
    assert!(peek.is_shortened && peek.text.len() <= 101, "{}", peek.text);
    assert_eq!(peek.total_bytes, 10_002);
    assert!(space.peek("none", 100).await.unwrap().is_none());
}

pub async fn a_space_knows_about_how_large_it_is(world: &impl World) {
    let space = world.space();
    assert_eq!(space.size().await.unwrap().keys, 0);
    let entries: Vec<_> = (0..500).map(|number| (format!("match:{number}"), "x".repeat(200))).collect();
    space.set_many(&entries).await.unwrap();
    space.entry("match:0").tags(["tag"]).set(&"x".repeat(200)).await.unwrap();
    let size = space.size().await.unwrap();
    assert!((250..=1_000).contains(&size.keys), "{size:?}");
    let each = size.bytes.unwrap() / size.keys;
    assert!((200..=800).contains(&each), "{size:?}");
}
