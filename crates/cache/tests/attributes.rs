//! Functions with `#[cached]` and `#[invalidates]`, on a cache in the process.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use miorai_cache::{CacheManager, Declared, HasCache, cached, invalidates, key::KeyPart};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// A service that counts what it computes.
#[derive(Clone)]
struct Service {
    cache: CacheManager,
    computed: Arc<AtomicU32>,
}

impl HasCache for Service {
    fn cache(&self) -> &CacheManager {
        &self.cache
    }
}

struct PlayerId(i64);

impl KeyPart for PlayerId {
    fn write(&self, key: &mut miorai_cache::key::KeyValue<'_>) {
        key.display(&self.0);
    }
}

struct Filter {
    name: String,
    page: u32,
}

impl Service {
    fn new() -> Self {
        Self { cache: CacheManager::builder().build().unwrap(), computed: Arc::default() }
    }

    fn compute(&self) -> u32 {
        self.computed.fetch_add(1, Ordering::Relaxed) + 1
    }

    #[cached(key = "player:{id}", tags = ["players", "club:{club}"], skip(club))]
    async fn player(&self, id: i64, club: &str) -> Result<String, Infallible> {
        Ok(format!("{id} of {club}, computed {}", self.compute()))
    }

    #[cached(key = "list:{filter.name}:{filter.page}")]
    async fn list(&self, filter: &Filter) -> Result<u32, Infallible> {
        let _ = (&filter.name, filter.page);
        Ok(self.compute())
    }

    #[cached(key = "name:{name}")]
    async fn by_name(&self, name: &str) -> Result<u32, Infallible> {
        let _ = name;
        Ok(self.compute())
    }

    #[cached(key = "failing:{id}")]
    async fn failing(&self, id: PlayerId) -> Result<u32, String> {
        Err(format!("{} failed, computed {}", id.0, self.compute()))
    }

    #[cached(key = "maybe:{id}", negative = "30s")]
    async fn maybe(&self, id: i64) -> Result<Option<u32>, Infallible> {
        let computed = self.compute();
        Ok((id > 0).then_some(computed))
    }

    #[cached(key = "behind:{name}", ttl = "1h", stale_while_revalidate = "1h", stale_if_error = "2h")]
    async fn behind(&self, name: &str) -> Result<u32, Infallible> {
        let _ = name;
        Ok(self.compute())
    }

    #[cached(
        space(name = "shelf", prefix = "books", ttl = "2m", database = 5, hit_ratio_objective = 0.95),
        key = "book:{id}"
    )]
    async fn book(&self, id: u32) -> u32 {
        let _ = id;
        self.compute()
    }

    #[invalidates("player:{id}")]
    async fn rename(&self, id: i64, succeeds: bool) -> Result<(), String> {
        if succeeds { Ok(()) } else { Err(format!("{id} is not renamed")) }
    }

    #[invalidates("player:{id}", always)]
    async fn rename_at_any_rate(&self, id: i64) -> Result<(), String> {
        Err(id.to_string())
    }

    #[invalidates("name:{prefix}*")]
    async fn forget_names(&self, prefix: &str) {
        let _ = prefix;
    }

    #[invalidates(tags = ["club:{club}"])]
    #[invalidates("book:*", space = "shelf")]
    async fn close(&self, club: String) -> Result<String, Infallible> {
        Ok(club)
    }
}

#[cached(ttl = "1m")]
async fn sum(cache: &CacheManager, left: u32, mut right: Vec1) -> Result<u32, Infallible> {
    right.0 += left;
    Ok(right.0)
}

#[derive(Clone, Copy)]
struct Vec1(u32);

impl KeyPart for Vec1 {
    fn write(&self, key: &mut miorai_cache::key::KeyValue<'_>) {
        key.display(&self.0);
    }
}

#[cached(key = "generic:{value}:{N}", cache = holder.0, skip(T))]
async fn generic<T: KeyPart + Send + Sync, const N: usize>(
    holder: &(CacheManager, u32),
    value: &T,
) -> Result<usize, Infallible> {
    let _ = value;
    Ok(N + holder.1 as usize)
}

#[tokio::test]
async fn what_was_computed_once_is_found_and_other_arguments_are_computed() {
    let service = Service::new();
    assert_eq!(service.player(1, "north").await.unwrap(), "1 of north, computed 1");
    assert_eq!(service.player(1, "north").await.unwrap(), "1 of north, computed 1");
    assert_eq!(service.player(2, "north").await.unwrap(), "2 of north, computed 2");
}

#[tokio::test]
async fn invalidating_clears_exactly_what_is_meant_and_only_after_success() {
    let service = Service::new();
    let players = async || [service.player(1, "north").await.unwrap(), service.player(2, "south").await.unwrap()];
    let before = players().await;
    service.rename(1, false).await.unwrap_err();
    assert_eq!(players().await, before, "nothing was renamed");
    service.rename(1, true).await.unwrap();
    assert_eq!(players().await, ["1 of north, computed 3".to_owned(), before[1].clone()]);
    service.rename_at_any_rate(1).await.unwrap_err();
    assert_eq!(players().await[0], "1 of north, computed 4");
}

#[tokio::test]
async fn tags_and_other_spaces_are_cleared_too() {
    let service = Service::new();
    let (north, south) = (service.player(1, "north").await.unwrap(), service.player(2, "south").await.unwrap());
    assert_eq!([service.book(1).await, service.book(1).await], [3, 3]);
    assert_eq!(service.close("north".to_owned()).await.unwrap(), "north");
    assert_eq!(service.player(2, "south").await.unwrap(), south);
    assert_ne!(service.player(1, "north").await.unwrap(), north);
    assert_eq!(service.book(1).await, 5);
}

#[tokio::test]
async fn no_value_reaches_the_entry_of_another_or_acts_as_a_pattern() {
    let service = Service::new();
    let names = ["a", "a*", "a:b", "b"];
    for (computed, name) in (1..).zip(names) {
        assert_eq!(service.by_name(name).await.unwrap(), computed, "{name}");
    }
    let two_parts = Filter { name: "x:1".to_owned(), page: 2 };
    let other_parts = Filter { name: "x".to_owned(), page: 12 };
    assert_ne!(service.list(&two_parts).await.unwrap(), service.list(&other_parts).await.unwrap());

    service.forget_names("a*").await;
    let found = [
        service.by_name("a").await.unwrap(),
        service.by_name("a:b").await.unwrap(),
        service.by_name("b").await.unwrap(),
        service.by_name("a*").await.unwrap(),
    ];
    assert_eq!(found, [1, 3, 4, 7], "only the name with the star in it is cleared");
    service.forget_names("a").await;
    assert_eq!(service.by_name("b").await.unwrap(), 4);
    assert_eq!(service.by_name("a:b").await.unwrap(), 8);
}

#[tokio::test]
async fn errors_are_not_kept_and_nothing_is_kept_as_nothing() {
    let service = Service::new();
    assert_eq!(service.failing(PlayerId(1)).await.unwrap_err(), "1 failed, computed 1");
    assert_eq!(service.failing(PlayerId(1)).await.unwrap_err(), "1 failed, computed 2");
    assert_eq!(service.maybe(-1).await.unwrap(), None);
    assert_eq!(service.maybe(-1).await.unwrap(), None);
    assert_eq!(service.maybe(1).await.unwrap(), Some(4), "the second None was remembered");
    assert_eq!(service.cache.space("default").unwrap().statistics().negative_hits, 1);
}

#[tokio::test]
async fn one_call_can_be_refreshed_dropped_or_computed_without_the_cache() {
    let service = Service::new();
    assert!(!service.player_invalidate(1).await.unwrap());
    assert_eq!(service.player(1, "north").await.unwrap(), "1 of north, computed 1");
    assert_eq!(service.player_uncached(1, "north").await.unwrap(), "1 of north, computed 2");
    assert_eq!(service.player_refresh(1, "north").await.unwrap(), "1 of north, computed 3");
    assert_eq!(service.player(1, "north").await.unwrap(), "1 of north, computed 3");
    assert!(service.player_invalidate(1).await.unwrap());
    assert_eq!(service.player(1, "north").await.unwrap(), "1 of north, computed 4");

    assert_eq!(service.maybe_refresh(7).await.unwrap(), Some(5));
    assert_eq!(service.maybe(7).await.unwrap(), Some(5));
    assert_eq!(service.book_refresh(1).await, 6);
    assert_eq!(service.book(1).await, 6);
    assert!(service.book_invalidate(1).await.unwrap());
}

#[tokio::test]
async fn functions_take_owned_borrowed_and_generic_arguments() {
    let cache = CacheManager::builder().build().unwrap();
    assert_eq!(sum(&cache, 1, Vec1(2)).await.unwrap(), 3);
    assert!(sum_invalidate(&cache, 1, Vec1(2)).await.unwrap());
    let holder = (cache, 1);
    assert_eq!(generic::<_, 3>(&holder, &"text").await.unwrap(), 4);
    assert_eq!(generic::<_, 4>(&holder, &"text").await.unwrap(), 5);
    assert!(generic_invalidate::<_, 4>(&holder, &"text").await.unwrap());
    let service = Service::new();
    assert_eq!(service.behind("x").await.unwrap(), 1);
    assert_eq!(service.clone().behind("x").await.unwrap(), 1);
}

#[tokio::test]
async fn a_thousand_callers_of_one_function_compute_once() {
    let service = Service::new();
    let callers = (0..1_000).map(|_| {
        let service = service.clone();
        tokio::spawn(async move { service.by_name("all").await })
    });
    for caller in callers.collect::<Vec<_>>() {
        assert_eq!(caller.await.unwrap(), Ok(1));
    }
}

#[tokio::test]
async fn a_space_that_is_not_there_and_a_cache_that_is_off_leave_answers_as_they_are() {
    #[cached(space = "nowhere", key = "x:{id}")]
    async fn lost(cache: &CacheManager, id: i64) -> Result<i64, Infallible> {
        Ok(id)
    }
    let cache = CacheManager::builder().build().unwrap();
    assert_eq!(lost(&cache, 3).await.unwrap(), 3);
    assert!(lost_invalidate(&cache, 3).await.unwrap_err().to_string().contains("no cache space 'nowhere'"));

    let off = Service { cache: CacheManager::builder().off().build().unwrap(), ..Service::new() };
    assert_eq!([off.by_name("x").await.unwrap(), off.by_name("x").await.unwrap()], [1, 2]);
    assert_eq!([off.behind("x").await.unwrap(), off.behind("x").await.unwrap()], [3, 4]);
    assert_eq!(off.rename(1, true).await, Ok(()));
}

#[test]
fn spaces_and_key_schemes_are_known_without_configuration() {
    let cache = CacheManager::builder().build().unwrap();
    let shelf = cache.space("shelf").unwrap();
    assert_eq!(shelf.options().prefix, "books");
    assert_eq!(shelf.options().database, 5);
    assert_eq!(shelf.options().ttl, Some(std::time::Duration::from_mins(2)));
    assert!((shelf.options().hit_ratio_objective - 0.95).abs() < 1e-9);
    assert_eq!(shelf.statistics().schemas, ["book:{id}"]);
    let keys = Declared::keys("default");
    for known in
        ["player:{id}", "list:{filter.name}:{filter.page}", "generic:{value}:{N}", "attributes::sum:{left}:{right}"]
    {
        assert!(keys.contains(&known), "{known} of {keys:?}");
    }
}
