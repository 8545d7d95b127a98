//! How large a space is said to be.

use super::TestServer;
use crate::{CacheManager, RedisOptions, Space};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const OWN: usize = 5_000;

async fn space_with_entries(server: &TestServer) -> Space {
    let options = RedisOptions::from_url(&server.url()).unwrap();
    let space = CacheManager::builder().redis(options).build().unwrap().space("default").unwrap();
    let entries: Vec<_> = (0..OWN).map(|number| (format!("match:{number}"), number)).collect();
    space.set_many(&entries).await.unwrap();
    space
}

/// Writes or deletes the keys of another program, all at one moment.
fn others(server: &TestServer, command: &str) {
    let script = format!("for number = 1, 5000 do redis.call({command}) end");
    assert_eq!(server.cli(&["eval", &script, "0"]), "");
}

#[tokio::test]
async fn a_space_among_many_other_keys_is_estimated() {
    let server = TestServer::start();
    let space = space_with_entries(&server).await;
    others(&server, "'set', 'other:' .. number, number");
    let size = space.size().await.unwrap();
    assert!((4_000..=6_000).contains(&size.keys), "{size:?}");
    let each = size.bytes.unwrap() / size.keys;
    assert!((60..=200).contains(&each), "{size:?}");
}

#[tokio::test]
async fn keys_that_others_write_and_delete_meanwhile_do_not_change_the_estimate() {
    const ESTIMATES: usize = 50;
    let server = Arc::new(TestServer::start());
    let space = space_with_entries(&server).await;
    let done = Arc::new(AtomicBool::new(false));
    let (their_server, their_end) = (server.clone(), done.clone());
    let others = std::thread::spawn(move || {
        while !their_end.load(Ordering::Relaxed) {
            others(&their_server, "'set', 'other:' .. number, number");
            others(&their_server, "'del', 'other:' .. number");
        }
    });
    let mut wrong = Vec::new();
    for _ in 0..ESTIMATES {
        let size = space.size().await.unwrap();
        if !(3_500..=7_000).contains(&size.keys) {
            wrong.push(size.keys);
        }
    }
    done.store(true, Ordering::Relaxed);
    others.join().unwrap();
    assert!(wrong.is_empty(), "{wrong:?} were told of {OWN}");
}
