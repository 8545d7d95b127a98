//! What is not there is computed: once.

use super::World;
use crate::support::until;
use miorai_cache::Space;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::sync::{Notify, oneshot};

const LONG: Duration = Duration::from_mins(1);

/// A computation that counts how often it runs.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Counted {
    async fn give<T>(&self, value: T) -> Result<T, String> {
        self.0.fetch_add(1, SeqCst);
        tokio::task::yield_now().await;
        Ok(value)
    }

    async fn fail<T>(&self) -> Result<T, String> {
        self.0.fetch_add(1, SeqCst);
        tokio::task::yield_now().await;
        Err("out of order".to_owned())
    }

    fn runs(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// Puts an entry that is stale at once.
async fn put_stale(space: &Space, value: i32) {
    let entry = space.entry("key").ttl(Duration::from_millis(1)).stale_while_revalidate(LONG).stale_if_error(LONG);
    entry.set(&value).await.unwrap();
    until("the entry is stale", async || space.get::<i32>("key").await == Ok(None)).await;
    assert_eq!(space.exists("key").await, Ok(true));
}

pub async fn what_is_there_is_not_computed(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    for _ in 0..3 {
        assert_eq!(space.get_or_compute("key", || counted.give(7)).await, Ok(7));
    }
    assert_eq!(counted.runs(), 1);
    let told = space.statistics();
    assert_eq!((told.hits, told.misses, told.computations), (2, 1, 1));
    assert!(told.compute_seconds_total > 0.0);
}

pub async fn a_thousand_callers_of_a_missing_key_compute_once(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    let callers: Vec<_> = (0..1_000)
        .map(|_| {
            let (space, counted) = (space.clone(), counted.clone());
            tokio::spawn(async move { space.get_or_compute("key", || counted.give("answer".to_owned())).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), Ok("answer".to_owned()));
    }
    assert_eq!(counted.runs(), 1);
    assert_eq!(space.statistics().computations, 1);
}

pub async fn an_error_is_the_callers_own_and_is_not_kept(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    let callers = (0..20).map(|_| space.get_or_compute::<i32, _, _, _>("key", || counted.fail()));
    for outcome in futures_util::future::join_all(callers).await {
        assert_eq!(outcome, Err("out of order".to_owned()));
    }
    assert_eq!(space.get_or_compute("key", || counted.give(1)).await, Ok(1));
}

pub async fn a_leader_that_goes_away_hands_over(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    let (started, starts) = oneshot::channel();
    let leader = {
        let space = space.clone();
        tokio::spawn(async move {
            let endless = || async {
                started.send(()).unwrap();
                std::future::pending::<Result<i32, String>>().await
            };
            space.get_or_compute("key", endless).await
        })
    };
    starts.await.unwrap();
    let waiters: Vec<_> = (0..10)
        .map(|_| {
            let (space, counted) = (space.clone(), counted.clone());
            tokio::spawn(async move { space.get_or_compute("key", || counted.give(2)).await })
        })
        .collect();
    until("all wait", async || space.statistics().waits == 10).await;
    leader.abort();
    for waiter in waiters {
        assert_eq!(waiter.await.unwrap(), Ok(2));
    }
    assert_eq!(counted.runs(), 1);
}

pub async fn a_panic_stays_with_its_caller(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    let go = Arc::new(Notify::new());
    let (started, starts) = oneshot::channel();
    let leader = {
        let (space, go) = (space.clone(), go.clone());
        tokio::spawn(async move {
            let breaks = || async {
                started.send(()).unwrap();
                go.notified().await;
                panic!("the computation is broken")
            };
            space.get_or_compute::<i32, String, _, _>("key", breaks).await
        })
    };
    starts.await.unwrap();
    let waiter = {
        let (space, counted) = (space.clone(), counted.clone());
        tokio::spawn(async move { space.get_or_compute("key", || counted.give(3)).await })
    };
    until("both are there", async || space.statistics().waits == 1).await;
    go.notify_one();
    assert!(leader.await.unwrap_err().is_panic());
    assert_eq!(waiter.await.unwrap(), Ok(3));
    assert_eq!(space.get("key").await, Ok(Some(3)));
}

pub async fn a_stale_value_is_given_out_while_it_is_computed_anew(world: &impl World) {
    let space = world.space();
    put_stale(&space, 1).await;
    let (started, starts) = oneshot::channel();
    let go = Arc::new(Notify::new());
    let first = {
        let (space, go) = (space.clone(), go.clone());
        tokio::spawn(async move {
            let compute = || async {
                started.send(()).unwrap();
                go.notified().await;
                Ok::<_, String>(2)
            };
            space.entry("key").stale_while_revalidate(LONG).get_or_compute(compute).await
        })
    };
    starts.await.unwrap();
    let counted = Counted::default();
    for _ in 0..5 {
        let entry = space.entry("key").stale_while_revalidate(LONG);
        assert_eq!(entry.get_or_compute(|| counted.give(9)).await, Ok(1), "the others get what is stale");
    }
    go.notify_one();
    assert_eq!(first.await.unwrap(), Ok(2));
    assert_eq!(space.get_or_compute("key", || counted.give(9)).await, Ok(2));
    assert_eq!(counted.runs(), 0);
    assert_eq!(space.statistics().stale_hits, 5);
}

pub async fn a_stale_value_is_refreshed_behind(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    put_stale(&space, 1).await;
    let entry = space.entry("key").stale_while_revalidate(LONG).refresh_behind();
    let own = counted.clone();
    assert_eq!(entry.get_or_compute(|| async move { own.give(2).await }).await, Ok(1), "nobody waits");
    until("it is computed anew", async || space.get("key").await == Ok(Some(2))).await;
    assert_eq!(counted.runs(), 1);
}

pub async fn a_stale_value_is_given_out_when_computing_fails(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    put_stale(&space, 1).await;
    let entry = space.entry("key").stale_if_error(LONG);
    assert_eq!(entry.get_or_compute(|| counted.fail()).await, Ok(1));
    assert_eq!(counted.runs(), 1);
    let outcome = space.get_or_compute::<i32, _, _, _>("key", || counted.fail()).await;
    assert_eq!(outcome, Err("out of order".to_owned()), "who does not want what is stale gets the error");
}

pub async fn nothing_is_remembered(world: &impl World) {
    let space = world.space_with(|options| options.negative_ttl = Some(LONG));
    let counted = Counted::default();
    for _ in 0..3 {
        assert_eq!(space.get_or_compute_optional::<i32, _, _, _>("key", || counted.give(None)).await, Ok(None));
    }
    assert_eq!(counted.runs(), 1);
    assert_eq!(space.statistics().negative_hits, 2);
    assert_eq!(space.get_or_compute("key", || counted.give(1)).await, Ok(1), "who wants a value has it computed");
    assert_eq!(space.get_or_compute_optional("key", || counted.give(None)).await, Ok(Some(1)));
}

pub async fn nothing_is_not_remembered_unless_wanted(world: &impl World) {
    let (space, counted) = (world.space(), Counted::default());
    for _ in 0..2 {
        assert_eq!(space.get_or_compute_optional::<i32, _, _, _>("key", || counted.give(None)).await, Ok(None));
    }
    assert_eq!(counted.runs(), 2);
}

pub async fn what_is_invalidated_while_it_is_computed_is_not_kept(world: &impl World) {
    let space = world.space();
    for how in 0..5 {
        let outdated = || async {
            match how {
                0 => drop(space.delete("key").await.unwrap()),
                1 => drop(space.invalidate("k*").await.unwrap()),
                2 => drop(space.invalidate_tag("tag").await.unwrap()),
                3 => drop(space.renew_version().await.unwrap()),
                _ => space.set("key", &"new".to_owned()).await.unwrap(),
            }
            Ok::<_, String>("old".to_owned())
        };
        let computed = space.entry("key").tags(["tag"]).get_or_compute(outdated).await;
        assert_eq!(computed, Ok("old".to_owned()));
        let expected = (how == 4).then(|| "new".to_owned());
        assert_eq!(space.get("key").await, Ok(expected), "{how}");
    }
}
