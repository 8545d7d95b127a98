//! Entries, many at once, counters, locks, tags, scans: on a single server and on a cluster.

use super::*;
use crate::{
    error::CacheError,
    redis::cleared::Cleared,
    stored::{KeyFacts, Remaining, ScanCursor},
};
use std::collections::BTreeSet;

/// Every promise about entries, on a single server of its own and on one cluster, which is emptied in between.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod on_a_single_server {
            $(#[tokio::test]
            async fn $name() {
                let server = super::TestServer::start();
                super::$name(&super::store_on(&server), &|arguments| server.cli(arguments)).await;
            })*
        }

        #[tokio::test]
        async fn all_of_it_holds_on_a_cluster() {
            let cluster = RedisCluster::start();
            let store = store_on_cluster(&cluster);
            $(
                $name(&store, &|arguments| cluster.nodes[0].cli(&[&["-c"], arguments].concat())).await;
                for node in &cluster.nodes {
                    node.cli(&["flushall"]);
                }
            )*
        }
    };
}

type Cli<'a> = &'a (dyn Fn(&[&str]) -> String + Sync);

on_both! {
    what_was_set_is_got_until_it_is_deleted
    keys_and_values_may_have_any_bytes
    entries_end_after_their_lifetime
    many_entries_are_handled_at_once
    counters_count_and_live_as_long_as_they_should
    a_lock_is_held_by_one_and_given_back_by_its_holder_alone
    what_was_cleared_since_then_is_told
    a_tag_knows_its_entries_and_lives_as_long_as_the_longest
    a_scan_finds_every_key_that_matches_and_no_other
    keys_are_described_without_their_values
    other_types_are_shown_by_their_first_elements
    a_key_of_another_type_is_named_as_such
}

/// Futures of the store may go from thread to thread.
#[tokio::test(flavor = "multi_thread")]
async fn tasks_share_a_store() {
    let server = TestServer::start();
    let store = store_on(&server);
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let key = format!("key:{number}");
                store.set_many(&[write(&key, "1")]).await.unwrap();
                store.get(key.as_bytes()).await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().is_some());
    }
}

async fn what_was_set_is_got_until_it_is_deleted(store: &RedisStore, cli: Cli<'_>) {
    assert_eq!(store.get(b"a").await.unwrap(), None);
    store.set(&write("a", "1")).await.unwrap();
    assert_eq!(store.get(b"a").await.unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(cli(&["get", "a"]), "1");
    assert_eq!(store.remaining(b"a").await.unwrap(), Remaining::Forever);
    assert_eq!(store.delete(&[b"a".to_vec(), b"b".to_vec()]).await.unwrap(), 1);
    assert_eq!(store.remaining(b"a").await.unwrap(), Remaining::Missing);
    assert!(store.keeps(b"mark").await.unwrap() < Duration::from_secs(1));
}

async fn keys_and_values_may_have_any_bytes(store: &RedisStore, _: Cli<'_>) {
    let all: Vec<u8> = (0..=255).collect();
    let entry = Write { key: all.clone(), value: all.clone().into(), ttl: None, tags: Vec::new() };
    store.set(&entry).await.unwrap();
    assert_eq!(store.get(&all).await.unwrap().as_deref(), Some(&all[..]));
    let large = Write { key: vec![b'k'; 1 << 20], value: vec![b'v'; 8 << 20].into(), ttl: None, tags: Vec::new() };
    store.set(&large).await.unwrap();
    assert_eq!(store.get(&large.key).await.unwrap(), Some(large.value));
    store.set(&write("", "empty key")).await.unwrap();
    assert_eq!(store.get(b"").await.unwrap().as_deref(), Some(&b"empty key"[..]));
}

async fn entries_end_after_their_lifetime(store: &RedisStore, _: Cli<'_>) {
    assert_eq!(store.remaining(b"a").await.unwrap(), Remaining::Missing);
    store.set(&write("a", "1")).await.unwrap();
    assert_eq!(store.remaining(b"a").await.unwrap(), Remaining::Forever);
    assert!(store.expire(b"a", Some(Duration::from_secs(9))).await.unwrap());
    let (value, remaining) = store.get_with_remaining(b"a").await.unwrap().unwrap();
    assert_eq!(value, &b"1"[..]);
    assert!(matches!(remaining, Remaining::For(left) if left > Duration::from_secs(8)), "{remaining:?}");
    assert!(store.expire(b"a", None).await.unwrap());
    assert_eq!(store.remaining(b"a").await.unwrap(), Remaining::Forever);
    assert!(!store.expire(b"b", None).await.unwrap());
    assert!(!store.expire(b"b", Some(Duration::from_secs(1))).await.unwrap());
    store.set(&Write { ttl: Some(Duration::from_millis(30)), ..write("a", "2") }).await.unwrap();
    until(Duration::from_secs(5), || store.get(b"a"), |value| matches!(value, Ok(None))).await.unwrap();
}

async fn many_entries_are_handled_at_once(store: &RedisStore, cli: Cli<'_>) {
    let keys: Vec<_> = (0..500).map(|number| format!("key:{number}").into_bytes()).collect();
    let ttl = Some(Duration::from_mins(1));
    let writes: Vec<_> = (0..500).map(|n| Write { ttl, ..write(&format!("key:{n}"), &n.to_string()) }).collect();
    store.set_many(&writes).await.unwrap();
    assert_eq!(cli(&["ttl", "key:17"]), "60");
    let values = store.get_many(&[&keys[..], &[b"none".to_vec()]].concat()).await.unwrap();
    assert_eq!(values.len(), 501);
    assert!((0..500).all(|n| values[n].as_deref() == Some(n.to_string().as_bytes())));
    assert_eq!(values[500], None);
    assert_eq!(store.delete(&keys).await.unwrap(), 500);
    assert_eq!(store.get_many(&[]).await.unwrap(), Vec::<Option<Bytes>>::new());
    assert_eq!(store.delete(&[]).await.unwrap(), 0);
}

async fn counters_count_and_live_as_long_as_they_should(store: &RedisStore, cli: Cli<'_>) {
    let ttl = Some(Duration::from_mins(1));
    assert_eq!(store.increment(b"n", 5, ttl).await.unwrap(), 5);
    cli(&["expire", "n", "30"]);
    assert_eq!(store.increment(b"n", -7, ttl).await.unwrap(), -2);
    assert_eq!(cli(&["ttl", "n"]), "30", "only a new counter gets a lifetime");
    assert_eq!(store.increment(b"m", 1, None).await.unwrap(), 1);
    assert_eq!(cli(&["ttl", "m"]), "-1");
    store.set(&write("text", "abc")).await.unwrap();
    let error = store.increment(b"text", 1, ttl).await.unwrap_err();
    assert!(matches!(&error, CacheError::WrongType { key, .. } if key == "'text'"), "{error}");
}

async fn a_lock_is_held_by_one_and_given_back_by_its_holder_alone(store: &RedisStore, cli: Cli<'_>) {
    let lease = Duration::from_secs(30);
    let (begin, token) = store.lock(b"lock", lease, b"log").await.unwrap();
    let token = token.unwrap();
    let lock = async || store.lock(b"lock", lease, b"log").await.unwrap().1;
    assert_eq!(lock().await, None);
    assert_eq!(store.unlock(Some((b"lock", token.wrapping_add(1))), b"log", &begin).await.unwrap(), []);
    assert_eq!(lock().await, None, "a stranger cannot give it back");
    assert_eq!(cli(&["ttl", "lock"]), "30");
    assert_eq!(store.unlock(Some((b"lock", token)), b"log", &begin).await.unwrap(), []);
    assert!(lock().await.is_some());
}

async fn what_was_cleared_since_then_is_told(store: &RedisStore, cli: Cli<'_>) {
    let lease = Duration::from_secs(30);
    let lines = [
        Cleared::Key(Bytes::from_static(b"a\xff")),
        Cleared::Glob(Bytes::from_static(b"a*")),
        Cleared::Tag(Bytes::from_static(b"t")),
        Cleared::Everything,
    ];
    let (from_the_start, _) = store.lock(b"lock", lease, b"log").await.unwrap();
    store.log_cleared(b"log", &lines[..1]).await.unwrap();
    let (after_the_first, _) = store.lock(b"lock", lease, b"log").await.unwrap();
    store.log_cleared(b"log", &lines[1..]).await.unwrap();
    assert_eq!(store.unlock(None, b"log", &from_the_start).await.unwrap(), lines);
    assert_eq!(store.unlock(None, b"log", &after_the_first).await.unwrap(), lines[1..]);
    let (at_the_end, _) = store.lock(b"lock", lease, b"log").await.unwrap();
    assert_eq!(store.unlock(None, b"log", &at_the_end).await.unwrap(), []);
    assert_eq!(cli(&["ttl", "log"]), "3600");

    for _ in 0..1_200 {
        store.log_cleared(b"log", &lines[..1]).await.unwrap();
    }
    assert_eq!(store.unlock(None, b"log", &at_the_end).await.unwrap(), [Cleared::Everything], "some lines are lost");
    assert!(cli(&["xlen", "log"]).parse::<u32>().unwrap() < 1_200, "it does not grow");
}

async fn a_tag_knows_its_entries_and_lives_as_long_as_the_longest(store: &RedisStore, cli: Cli<'_>) {
    let tagged = |key, seconds: Option<u64>| Write {
        ttl: seconds.map(Duration::from_secs),
        tags: vec![b"tag".to_vec()],
        ..write(key, "x")
    };
    let lifetime = || cli(&["ttl", "tag"]);
    store.set(&tagged("a", Some(50))).await.unwrap();
    assert_eq!(lifetime(), "50");
    store.set(&tagged("b", Some(90))).await.unwrap();
    store.set(&tagged("c", Some(10))).await.unwrap();
    assert_eq!(lifetime(), "90");
    store.set_many(&[tagged("d", None)]).await.unwrap();
    assert_eq!(lifetime(), "-1");
    store.set(&tagged("e", Some(10))).await.unwrap();
    assert_eq!(lifetime(), "-1");
    let mut members = BTreeSet::new();
    loop {
        let popped = store.pop_tag(b"tag", 2).await.unwrap();
        if popped.is_empty() {
            break;
        }
        members.extend(popped);
    }
    assert_eq!(members, ["a", "b", "c", "d", "e"].map(|key| key.as_bytes().to_vec()).into());
}

async fn a_scan_finds_every_key_that_matches_and_no_other(store: &RedisStore, _: Cli<'_>) {
    let writes: Vec<_> =
        (0..300).flat_map(|n| [write(&format!("yes:{n}"), ""), write(&format!("no:{n}"), "")]).collect();
    store.set_many(&writes).await.unwrap();
    let (mut found, mut next, mut pages) = (BTreeSet::new(), Some(ScanCursor::default()), 0);
    while let Some(cursor) = next {
        let page = store.scan(b"yes:*", cursor, 50).await.unwrap();
        found.extend(page.keys);
        next = page.next;
        pages += 1;
    }
    assert_eq!(found, (0..300).map(|n| format!("yes:{n}").into_bytes()).collect());
    assert!(pages > 5, "{pages} pages");
}

async fn keys_are_described_without_their_values(store: &RedisStore, cli: Cli<'_>) {
    store.set(&Write { ttl: Some(Duration::from_mins(1)), ..write("text", "value") }).await.unwrap();
    cli(&["rpush", "list", "a"]);
    let facts = store.facts(&["text", "none", "list"].map(|key| key.as_bytes().to_vec())).await.unwrap();
    let [Some(text), None, Some(list)] = &facts[..] else { panic!("{facts:?}") };
    assert!(matches!(text, KeyFacts { kind, remaining: Remaining::For(_), bytes: Some(32..200) } if kind == "string"));
    assert_eq!((list.kind.as_str(), list.remaining), ("list", Remaining::Forever));
    assert_eq!(store.beginning(b"text", 3).await.unwrap(), Some((Bytes::from_static(b"val"), 5)));
    assert_eq!(store.beginning(b"none", 3).await.unwrap(), None);
}

async fn other_types_are_shown_by_their_first_elements(store: &RedisStore, cli: Cli<'_>) {
    for command in ["rpush list a b c", "sadd set a", "hset hash f v", "zadd zset 1.5 m", "xadd stream 1-1 f v"] {
        cli(&command.split(' ').collect::<Vec<_>>());
    }
    let shown = async |kind: &str, most| {
        let elements = store.elements(kind.as_bytes(), kind, most).await.unwrap().unwrap();
        (elements.total, elements.first.iter().map(|parts| parts.join(&b' ')).collect::<Vec<_>>())
    };
    assert_eq!(shown("list", 2).await, (3, vec![b"a".to_vec(), b"b".to_vec()]));
    assert_eq!(shown("set", 2).await, (1, vec![b"a".to_vec()]));
    assert_eq!(shown("hash", 2).await, (1, vec![b"f v".to_vec()]));
    assert_eq!(shown("zset", 2).await, (1, vec![b"m 1.5".to_vec()]));
    assert_eq!(shown("stream", 2).await, (1, vec![b"1-1 f v".to_vec()]));
    assert_eq!(store.elements(b"x", "module", 2).await.unwrap(), None);
}

async fn a_key_of_another_type_is_named_as_such(store: &RedisStore, cli: Cli<'_>) {
    cli(&["rpush", "list", "a"]);
    let error = store.get(b"list").await.unwrap_err();
    assert!(
        matches!(&error, CacheError::WrongType { key, cause } if key == "'list'" && cause.starts_with("WRONGTYPE"))
    );
    assert_eq!(store.get_many(&[b"list".to_vec()]).await.unwrap(), [None]);
    store.set(&write("list", "now a text")).await.unwrap();
    assert!(store.get(b"list").await.unwrap().is_some());
}
