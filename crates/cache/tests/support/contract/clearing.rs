//! Clearing on behalf of an admin.

use super::World;
use crate::support::clock::ManualClock;
use miorai_cache::{
    Space,
    control::{Clearer, ControlError, JobState},
};
use std::time::Duration;

async fn fill(space: &Space, from: u32, to: u32) {
    let entries: Vec<_> = (from..to).map(|number| (format!("match:{number}"), number)).collect();
    for part in entries.chunks(1_000) {
        space.set_many(part).await.unwrap();
    }
}

pub async fn what_was_previewed_is_cleared(world: &impl World) {
    let (space, clearer) = (world.space(), Clearer::default());
    fill(&space, 0, 3_000).await;
    space.get_or_compute("player:1", || async { Ok::<_, String>(1) }).await.unwrap();
    let preview = clearer.preview(&space, "match:*", None).await.unwrap();
    assert_eq!(preview.matched, 3_000);
    assert!(preview.sample.len() == 20 && preview.sample.iter().all(|key| key.starts_with("match:")));
    assert!(preview.bytes > 3_000 * 10 && preview.bytes < 3_000 * 1_000, "{}", preview.bytes);
    assert!(preview.recompute_seconds.is_some() && preview.seconds_estimated > 0.0);

    let job = clearer.start(&space, &preview.token).unwrap();
    let outcome = job.wait().await.unwrap();
    assert_eq!((outcome.cleared, outcome.is_cancelled), (3_000, false));
    let progress = job.progress();
    assert_eq!((progress.state, progress.cleared, progress.total), (JobState::Done, 3_000, 3_000));
    assert_eq!(space.get("player:1").await, Ok(Some(1)));
    assert_eq!(space.exists("match:1").await, Ok(false));
}

pub async fn a_preview_holds_once_for_five_minutes_for_its_space(world: &impl World) {
    let cache = world.cache(|_| {});
    let (space, other) = (cache.space("test").unwrap(), cache.space("default").unwrap());
    let clock = ManualClock::new();
    let clearer = Clearer::with_clock(clock.clone());
    fill(&space, 0, 10).await;
    let refused = |error: ControlError| assert!(matches!(error, ControlError::NoPreview { .. }), "{error}");

    let token = clearer.preview(&space, "match:1*", None).await.unwrap().token;
    refused(clearer.start(&other, &token).unwrap_err());
    let token = clearer.preview(&space, "match:1*", None).await.unwrap().token;
    assert_eq!(clearer.start(&space, &token).unwrap().wait().await.unwrap().cleared, 1);
    refused(clearer.start(&space, &token).unwrap_err());
    let token = clearer.preview(&space, "match:2*", None).await.unwrap().token;
    clock.advance(Duration::from_secs(299));
    clearer.preview(&space, "match:*", None).await.unwrap();
    clock.advance(Duration::from_secs(1));
    refused(clearer.start(&space, &token).unwrap_err());
    refused(clearer.start(&space, "made up").unwrap_err());
    assert_eq!(space.exists("match:2").await, Ok(true));
}

pub async fn nothing_is_cleared_when_more_match_than_were_previewed(world: &impl World) {
    let (space, clearer) = (world.space(), Clearer::default());
    fill(&space, 0, 100).await;
    let token = clearer.preview(&space, "match:*", None).await.unwrap().token;
    fill(&space, 100, 110).await;
    assert_eq!(clearer.start(&space, &token).unwrap().wait().await.unwrap().cleared, 110, "a tenth more may match");

    fill(&space, 0, 100).await;
    let token = clearer.preview(&space, "match:*", None).await.unwrap().token;
    fill(&space, 100, 200).await;
    let job = clearer.start(&space, &token).unwrap();
    let error = job.wait().await.unwrap_err();
    assert!(matches!(error, ControlError::Drifted { previewed: 100, matched: 111.. }), "{error}");
    assert_eq!(job.progress().state, JobState::Refused);
    assert_eq!(space.invalidate("match:*").await, Ok(200));
}

pub async fn all_of_a_space_is_cleared_only_when_its_name_is_typed(world: &impl World) {
    let (space, clearer) = (world.space(), Clearer::default());
    fill(&space, 0, 10).await;
    for (pattern, typed) in [("*", None), ("**", Some("tset")), ("*", Some(""))] {
        let wanted = Err(ControlError::NameWanted { space: "test".to_owned() });
        assert_eq!(clearer.preview(&space, pattern, typed).await, wanted);
        assert_eq!(clearer.clear_now(&space, pattern, typed, 1_000).await.map(drop), wanted.map(drop));
    }
    let preview = clearer.preview(&space, "*", Some("test")).await.unwrap();
    assert_eq!(clearer.start(&space, &preview.token).unwrap().wait().await.unwrap().cleared, 10);
}

pub async fn without_a_preview_only_little_is_cleared(world: &impl World) {
    let (space, clearer) = (world.space(), Clearer::default());
    fill(&space, 0, 101).await;
    let refused = clearer.clear_now(&space, "match:*", None, 100).await;
    assert_eq!(refused, Err(ControlError::TooMany { limit: 100 }));
    assert_eq!(clearer.clear_now(&space, "match:*", None, 101).await.unwrap().cleared, 101);
    assert!(matches!(clearer.clear_now(&space, "", None, 1).await, Err(ControlError::Cache(_))));
}

pub async fn a_clearing_can_be_stopped(world: &impl World) {
    let (space, clearer) = (world.space(), Clearer::default());
    fill(&space, 0, 20_000).await;
    let token = clearer.preview(&space, "match:*", None).await.unwrap().token;
    let job = clearer.start(&space, &token).unwrap();
    job.cancel();
    let outcome = job.wait().await.unwrap();
    assert!(outcome.is_cancelled && outcome.cleared < 20_000, "{outcome:?}");
    assert_eq!(job.progress().state, JobState::Cancelled);
    assert_eq!(space.invalidate("match:*").await, Ok(20_000 - outcome.cleared));
}
