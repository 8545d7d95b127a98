//! What ages by the clock, with a clock that is set by hand; and what is only so in the process.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

mod support;

use miorai_cache::{CacheManager, CacheManagerBuilder, Remaining, Space, SpaceOptions};
use std::time::Duration;
use support::clock::ManualClock;

const TTL: Duration = Duration::from_secs(100);

fn space(clock: &std::sync::Arc<ManualClock>, set_up: impl FnOnce(&mut SpaceOptions)) -> Space {
    let mut options = SpaceOptions { jitter_ratio: 0.0, ..SpaceOptions::new("test", "test", TTL) };
    set_up(&mut options);
    let builder: CacheManagerBuilder = CacheManager::builder().space(options).clock(clock.clone());
    builder.build().unwrap().space("test").unwrap()
}

async fn ask(space: &Space, outcome: Result<i32, &'static str>) -> Result<i32, &'static str> {
    space.get_or_compute("key", || async move { outcome }).await
}

#[tokio::test]
async fn an_entry_lives_exactly_as_long_as_was_said() {
    let clock = ManualClock::new();
    let space = space(&clock, |_| {});
    space.set("key", &1).await.unwrap();
    clock.advance(Duration::from_millis(99_999));
    assert_eq!(space.get("key").await, Ok(Some(1)));
    assert_eq!(space.ttl("key").await, Ok(Remaining::For(Duration::from_millis(1))));
    clock.advance(Duration::from_millis(1));
    assert_eq!(space.get::<i32>("key").await, Ok(None));
    assert_eq!(space.exists("key").await, Ok(false));
    assert_eq!(space.delete("key").await, Ok(false), "what is over does not count as deleted");
}

#[tokio::test]
async fn lifetimes_differ_within_the_bounds_of_jitter() {
    let clock = ManualClock::new();
    let space = space(&clock, |options| options.jitter_ratio = 0.2);
    let mut shortest = TTL;
    for number in 0..500 {
        let key = number.to_string();
        space.set(&key, &1).await.unwrap();
        let Ok(Remaining::For(left)) = space.ttl(&key).await else { panic!("no lifetime") };
        assert!((Duration::from_secs(80)..=TTL).contains(&left), "{left:?}");
        shortest = shortest.min(left);
    }
    assert!(shortest < Duration::from_secs(85), "they are spread over all of the bounds: {shortest:?}");
}

#[tokio::test]
async fn a_stale_value_is_given_out_for_as_long_as_was_said_and_no_longer() {
    let clock = ManualClock::new();
    let space = space(&clock, |options| options.stale_if_error = Duration::from_secs(50));
    assert_eq!(ask(&space, Ok(1)).await, Ok(1));
    clock.advance(TTL + Duration::from_secs(49));
    assert_eq!(ask(&space, Err("down")).await, Ok(1));
    clock.advance(Duration::from_secs(1));
    assert_eq!(ask(&space, Err("down")).await, Err("down"));
    assert_eq!(space.statistics().stale_hits, 1);
}

#[tokio::test]
async fn nothing_is_remembered_for_as_long_as_was_said() {
    let clock = ManualClock::new();
    let space = space(&clock, |options| options.negative_ttl = Some(Duration::from_secs(5)));
    let ask =
        |answer: Option<i32>| space.get_or_compute_optional("key", move || async move { Ok::<_, String>(answer) });
    assert_eq!(ask(None).await, Ok(None));
    clock.advance(Duration::from_secs(4));
    assert_eq!(ask(Some(1)).await, Ok(None));
    clock.advance(Duration::from_secs(1));
    assert_eq!(ask(Some(1)).await, Ok(Some(1)));
}

#[tokio::test]
async fn it_holds_no_more_bytes_than_it_may_and_counts_what_had_to_go() {
    let space = space(&ManualClock::new(), |options| options.max_bytes = 100_000);
    for number in 0..1_000 {
        space.entry(number.to_string()).tags(["all"]).set(&"x".repeat(1_000)).await.unwrap();
    }
    let told = space.statistics();
    assert!(told.bytes.unwrap() <= 100_000 && told.keys.unwrap() <= 80, "{told:?}");
    assert!(told.evictions >= 900, "{told:?}");
    assert_eq!(space.invalidate_tag("all").await.unwrap(), told.keys.unwrap(), "tags forget what had to go");
}

#[tokio::test]
async fn an_unknown_space_is_told_the_known_ones() {
    let error = CacheManager::builder().build().unwrap().space("sesion").unwrap_err();
    assert_eq!(error.to_string(), "there is no cache space 'sesion'; known are 'default', 'session', 'ml_predictions'");
}

#[tokio::test]
async fn what_has_ended_gives_its_room_back() {
    let clock = ManualClock::new();
    let space = space(&clock, |_| {});
    for number in 0..500 {
        space.entry(format!("short:{number}")).tags(["short"]).ttl(Duration::from_secs(10)).set(&1).await.unwrap();
        space.set(format!("long:{number}"), &1).await.unwrap();
    }
    space.set("none", &1).await.unwrap();
    space.expire("none", None).await.unwrap();
    assert_eq!(space.statistics().keys, Some(1_001));
    clock.advance(Duration::from_secs(11));
    let told = space.statistics();
    assert_eq!((told.keys, told.evictions), (Some(501), 0), "what ends is not evicted");
    clock.advance(TTL);
    assert_eq!(space.statistics().keys, Some(1));
}

#[tokio::test]
async fn what_is_written_anew_ends_at_its_new_time() {
    let clock = ManualClock::new();
    let space = space(&clock, |_| {});
    space.entry("key").ttl(Duration::from_secs(10)).set(&1).await.unwrap();
    space.set("key", &2).await.unwrap();
    space.entry("counted").ttl(Duration::from_secs(10)).set(&1).await.unwrap();
    space.expire("counted", Some(Duration::from_secs(50))).await.unwrap();
    clock.advance(Duration::from_secs(20));
    assert_eq!((space.statistics().keys, space.statistics().evictions), (Some(2), 0));
    assert_eq!((space.get("key").await, space.get("counted").await), (Ok(Some(2)), Ok(Some(1))));
    clock.advance(Duration::from_secs(31));
    assert_eq!(space.get::<i32>("counted").await, Ok(None));
    assert_eq!(space.increment("counted", 5).await, Ok(5), "it begins anew");
    assert_eq!(space.ttl("counted").await, Ok(Remaining::For(TTL)));
}

#[tokio::test]
async fn a_value_as_large_as_may_be_finds_room() {
    let space = space(&ManualClock::new(), |_| {});
    for number in 0..2_000 {
        space.set(format!("small:{number}"), &number).await.unwrap();
    }
    let largest = "x".repeat((32 << 20) - 2);
    space.set("largest", &largest).await.unwrap();
    assert_eq!(space.get("largest").await, Ok(Some(largest)));
}

#[tokio::test]
async fn what_is_written_over_is_not_evicted() {
    let space = space(&ManualClock::new(), |_| {});
    for number in 0..3_000 {
        space.entry("key").tags(["all"]).set(&number).await.unwrap();
    }
    assert_eq!((space.statistics().keys, space.statistics().evictions), (Some(1), 0));
    assert_eq!(space.invalidate_tag("all").await, Ok(1));
}

#[test]
fn many_threads_count_together() {
    let space = space(&ManualClock::new(), |_| {});
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                runtime().block_on(async {
                    for _ in 0..2_500 {
                        space.increment("count", 1).await.unwrap();
                    }
                });
            });
        }
    });
    assert_eq!(runtime().block_on(space.get("count")), Ok(Some(10_000)));
}
