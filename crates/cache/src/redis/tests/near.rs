//! The near cache: told of changes in this process, in others, on a cluster, and by the way round.

use super::*;
use crate::near::Near;
use std::{
    io::{BufRead, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

const PREFIX: &str = "near";
const KEY: &str = "near:1:key";

/// A store with a near cache that listens.
struct Reader {
    store: RedisStore,
    near: Arc<Near<Bytes>>,
    stop: CancellationToken,
}

impl Reader {
    fn start(options: RedisOptions) -> Self {
        let near = Arc::new(Near::new(1 << 20));
        let store = store_at(options).with_near(PREFIX, near.clone());
        let stop = CancellationToken::new();
        let (listener, changes, stopped) = (store.clone(), near.clone(), stop.clone());
        tokio::spawn(async move { listener.listen(PREFIX, changes, stopped).await });
        Self { store, near, stop }
    }

    async fn listens(&self, wanted: bool) {
        until(Duration::from_secs(10), async || self.near.is_listening(), |listens| *listens == wanted).await;
    }

    /// As a space reads: from the near cache, else from the server, kept for the next time.
    async fn get(&self, key: &[u8]) -> Option<Bytes> {
        if let Some(value) = self.near.get(key) {
            return Some(value);
        }
        let ticket = self.near.ticket(key);
        let (value, remaining) = self.store.get_with_remaining(key).await.unwrap()?;
        if let Some(ticket) = ticket {
            self.near.keep(ticket, key.to_vec(), value.clone(), value.len(), remaining);
        }
        Some(value)
    }

    /// Reads until the value is in the near cache.
    async fn has_kept(&self, value: &str) {
        let limit = Duration::from_secs(5);
        until(limit, || self.get(KEY.as_bytes()), |got| got.as_deref() == Some(value.as_bytes())).await;
        until(
            limit,
            || async {
                self.get(KEY.as_bytes()).await;
                self.near.get(KEY.as_bytes())
            },
            Option::is_some,
        )
        .await;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn options(server: &TestServer) -> RedisOptions {
    RedisOptions::from_url(&server.url()).unwrap()
}

#[tokio::test]
async fn changes_by_others_are_told_and_one_s_own_are_known_at_once() {
    let server = TestServer::start();
    let reader = Reader::start(options(&server));
    reader.listens(true).await;
    server.cli(&["set", KEY, "1"]);
    reader.has_kept("1").await;
    for change in [&["set", KEY, "2"][..], &["expire", KEY, "100"], &["del", KEY], &["flushall"]] {
        server.cli(&["set", KEY, "1"]);
        reader.has_kept("1").await;
        server.cli(change);
        until(Duration::from_secs(1), async || reader.near.get(KEY.as_bytes()), Option::is_none).await;
    }
    for number in 0..100 {
        let value = number.to_string();
        reader.store.set(&write(KEY, &value)).await.unwrap();
        assert_eq!(reader.get(KEY.as_bytes()).await.as_deref(), Some(value.as_bytes()));
    }
    reader.store.delete(&[KEY.into()]).await.unwrap();
    assert_eq!(reader.get(KEY.as_bytes()).await, None);
}

#[tokio::test]
async fn without_its_listener_the_near_cache_is_off_and_comes_back_empty() {
    let mut server = TestServer::start();
    let reader = Reader::start(
        options(&server)
            .response_timeout(Duration::from_millis(200))
            .pauses(Duration::from_millis(20), Duration::from_millis(100)),
    );
    reader.listens(true).await;
    server.cli(&["set", KEY, "1"]);
    reader.has_kept("1").await;
    server.pause();
    reader.listens(false).await;
    assert_eq!(reader.near.get(KEY.as_bytes()), None);
    server.go_on();
    reader.listens(true).await;
    reader.has_kept("1").await;
    let begun = Instant::now();
    server.kill();
    reader.listens(false).await;
    assert!(begun.elapsed() < Duration::from_millis(500), "the end of the connection is noticed at once");
    server.restart();
    reader.listens(true).await;
    assert_eq!(reader.get(KEY.as_bytes()).await, None, "it has been restarted empty");
}

#[tokio::test]
async fn where_tracking_is_forbidden_programs_tell_each_other() {
    let rules = "worker on >secret ~* &* +@all -client|tracking";
    let server = TestServer::start_with(&[&["--user"], &rules.split(' ').collect::<Vec<_>>()[..]].concat());
    let login = || options(&server).login(Some("worker"), "secret");
    let (reader, writer) = (Reader::start(login()), Reader::start(login()));
    reader.listens(true).await;
    writer.listens(true).await;
    for number in 0..20 {
        let value = number.to_string();
        writer.store.set(&write(KEY, &value)).await.unwrap();
        reader.has_kept(&value).await;
    }
}

#[tokio::test]
async fn on_a_cluster_every_master_tells() {
    let cluster = RedisCluster::start();
    let reader = Reader::start(RedisOptions::cluster(&cluster.urls()).unwrap());
    reader.listens(true).await;
    let writer = store_on_cluster(&cluster);
    let keys: Vec<_> = (0..50).map(|number| format!("near:1:{number}")).collect();
    for round in 0..3 {
        for key in &keys {
            writer.set(&write(key, &round.to_string())).await.unwrap();
        }
        for key in &keys {
            let wanted = Some(Bytes::from(round.to_string()));
            until(Duration::from_secs(1), || reader.get(key.as_bytes()), |got| *got == wanted).await;
            until(
                Duration::from_secs(1),
                || async {
                    reader.get(key.as_bytes()).await;
                    reader.near.get(key.as_bytes())
                },
                |got| *got == wanted,
            )
            .await;
        }
    }
}

/// Another process with a near cache on the same server.
struct OtherProcess {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

const ADDRESS: &str = "MIORAI_TEST_NEAR_ADDRESS";

impl OtherProcess {
    fn start(server: &TestServer) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "redis::tests::near::the_other_process", "--nocapture"])
            .env(ADDRESS, server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (ask, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, ask, answers }
    }

    /// Has it wait until its near cache holds something else than `value`, and say what.
    fn next_after(&mut self, value: &str) {
        writeln!(self.ask, "{value}").unwrap();
    }

    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "the other process has ended");
            // What the test harness prints there is not an answer.
            if let Some((_, answer)) = line.split_once("near holds ") {
                return answer.trim().to_owned();
            }
        }
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Does nothing as a test of its own.
#[tokio::test]
async fn the_other_process() {
    let Ok(address) = std::env::var(ADDRESS) else { return };
    let reader = Reader::start(RedisOptions::from_url(&address).unwrap());
    reader.listens(true).await;
    for before in std::io::stdin().lines().map_while(Result::ok) {
        let changed = |value: &Option<Bytes>| value.as_deref() != Some(before.as_bytes());
        println!("near holds still what it was");
        let value = loop {
            let value = reader.get(KEY.as_bytes()).await;
            // Gives way to the task that hears of changes.
            tokio::task::yield_now().await;
            if changed(&value) && reader.near.get(KEY.as_bytes()) == value {
                break value.unwrap_or_default();
            }
        };
        println!("near holds {}", String::from_utf8_lossy(&value));
    }
}

#[tokio::test]
async fn two_processes_agree_within_50_milliseconds_of_a_change() {
    let server = TestServer::start();
    let store = store_on(&server);
    store.set(&write(KEY, "0")).await.unwrap();
    let mut other = OtherProcess::start(&server);
    other.next_after("");
    assert_eq!(other.answer(), "still what it was");
    assert_eq!(other.answer(), "0");
    let mut took = Vec::new();
    for number in 1..=50 {
        other.next_after(&(number - 1).to_string());
        assert_eq!(other.answer(), "still what it was");
        let begun = Instant::now();
        store.set(&write(KEY, &number.to_string())).await.unwrap();
        assert_eq!(other.answer(), number.to_string());
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    println!("median {:?}, longest {:?}", took[took.len() / 2], took[took.len() - 1]);
    assert!(took[took.len() - 1] < Duration::from_millis(50), "{took:?}");
}
