//! What is hostile or broken is refused or passed over; nothing breaks.

use super::World;
use miorai_cache::CacheError;

pub async fn keys_may_have_any_bytes(world: &impl World) {
    let space = world.space();
    let keys: [&[u8]; 5] = [b"\0", b"\xff\xfe", b"with space\r\n", "ключ".as_bytes(), b"*?[\\"];
    for (number, key) in keys.iter().enumerate() {
        space.set(key, &number).await.unwrap();
    }
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(space.get(key).await, Ok(Some(number)), "{key:?}");
    }
}

pub async fn an_empty_key_is_refused(world: &impl World) {
    let space = world.space();
    let refused = |error: CacheError| assert!(error.to_string().contains("it is empty"), "{error}");
    refused(space.get::<i32>("").await.unwrap_err());
    refused(space.set("", &1).await.unwrap_err());
    refused(space.delete("").await.unwrap_err());
    refused(space.increment("", 1).await.unwrap_err());
    refused(space.ttl("").await.unwrap_err());
    refused(space.set_many(&[("good", 1), ("", 2)]).await.unwrap_err());
    assert_eq!(space.get::<i32>("good").await, Ok(None), "either all are kept or none");
    let computed = space.get_or_compute("", || async { Ok::<_, String>(1) }).await;
    assert_eq!(computed, Ok(1), "the caller gets the computed value all the same");
}

pub async fn a_key_of_a_megabyte_is_taken(world: &impl World) {
    let space = world.space();
    let mut key = vec![b'k'; 1 << 20];
    space.set(&key, &1).await.unwrap();
    assert_eq!(space.get(&key).await, Ok(Some(1)));
    key.push(b'k');
    let error = space.get::<i32>(&key).await.unwrap_err().to_string();
    assert!(error.contains("1 MiB") && error.len() < 300, "{error}");
}

pub async fn a_value_that_is_too_large_is_refused(world: &impl World) {
    let space = world.space();
    let large = "x".repeat(64 << 20);
    let error = space.set("large", &large).await.unwrap_err();
    assert_eq!(error.to_string(), "the value of 'large' has 67108866 bytes; 33554432 bytes are the limit of its space");
    let computed = space.get_or_compute("large", || async { Ok::<_, String>(large.clone()) }).await;
    assert!(computed.unwrap() == large, "the caller gets it all the same");
    assert_eq!(space.exists("large").await, Ok(false));
}

pub async fn hostile_globs_do_no_harm(world: &impl World) {
    let space = world.space();
    space.set("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbba", &1).await.unwrap();
    for (glob, expected) in [("b[", 0), ("[", 0), ("\\", 0), ("*****c", 0), ("b*b*b*b*b*b*b*b*b*b*c", 0), ("*****a", 1)]
    {
        assert_eq!(space.invalidate(glob).await, Ok(expected), "{glob}");
    }
    assert!(matches!(space.invalidate("").await, Err(CacheError::BadPattern { .. })));
    assert!(matches!(space.invalidate(&"*".repeat(100_000)).await, Err(CacheError::BadPattern { .. })));
}

pub async fn a_value_of_another_type_is_a_miss(world: &impl World) {
    let space = world.space();
    space.set("key", &"text".to_owned()).await.unwrap();
    assert_eq!(space.get::<Vec<u32>>("key").await, Ok(None));
    let told = space.statistics();
    assert_eq!((told.corrupted, told.misses, told.errors), (1, 1, 0));
    let computed = space.get_or_compute("key", || async { Ok::<_, String>(vec![1_u32]) }).await;
    assert_eq!(computed, Ok(vec![1]));
    assert_eq!(space.get("key").await, Ok(Some(vec![1_u32])), "what was computed takes its place");
}
