//! The example service under load, on a Redis that everything befalls, watched by the dashboard: in each case the
//! service goes on answering within its limits, the dashboard says what is wrong, and afterwards all is right again
//! without a restart of either.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "../../crates/cache/tests/support/proxy.rs"]
#[allow(unreachable_pub, reason = "it is shared with the tests of the cache")]
mod proxy;
#[path = "../../crates/cache/tests/support/redis.rs"]
mod redis_server;
mod support;

use proxy::SlowNetwork;
use redis_server::RedisServer;
use reqwest::Client;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use support::TestServer;
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::sleep};
use tournament::settings::{Caching, Serve};

/// The longest that an answer of the service may take, whatever ails its Redis: a look, a note of what is out of date
/// and a deletion, each given up after a second and tried once more, on a busy machine.
const LIMIT: Duration = Duration::from_secs(8);
/// How long the dashboard may take to see something, and everything to be right again: the longest pause of those who
/// try again is five seconds.
const SEEN_WITHIN: Duration = Duration::from_secs(20);
const CLIENTS: usize = 4;
const READS: [&str; 7] = [
    "/tournaments/1",
    "/tournaments/2/standings",
    "/players/7/statistics",
    "/ranking",
    "/predictions?home=3&away=9",
    "/users/5/profile",
    "/model",
];

/// Those whose answers no result of the load changes: they are the same whatever befalls.
const UNCHANGED: [&str; 2] = ["/tournaments/2/standings", "/model"];

/// Who asks the service all the time.
struct Load {
    asked: Arc<Asked>,
    clients: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Asked {
    answers: AtomicU64,
    hits: AtomicU64,
    slowest_ms: AtomicU64,
    /// What the unchanged ones have answered first.
    first: Mutex<HashMap<&'static str, String>>,
    wrong: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Load {
    fn start(service: &str) -> Self {
        let asked = Arc::new(Asked::default());
        let client = |number| tokio::spawn(ask(asked.clone(), service.to_owned(), number));
        Self { clients: (0..CLIENTS).map(client).collect(), asked }
    }

    /// Since this was asked last: how many answers there were, how many from the cache, and the slowest. All are right.
    fn take(&self) -> (u64, u64, Duration) {
        let wrong = std::mem::take(&mut *self.asked.wrong.lock().unwrap());
        assert_eq!(wrong, [""; 0]);
        let take = |number: &AtomicU64| number.swap(0, Relaxed);
        let Asked { answers, hits, slowest_ms, .. } = &*self.asked;
        (take(answers), take(hits), Duration::from_millis(take(slowest_ms)))
    }

    async fn end(self) {
        self.asked.is_over.store(true, Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
    }
}

/// Asks one after the other; each fortieth request reports a result, which makes other answers out of date.
async fn ask(asked: Arc<Asked>, service: String, client: usize) {
    let http = Client::new();
    let result = json!({ "tournament": 1, "home": 3, "away": 7, "home_score": 2, "away_score": 0, "reporter": 5 });
    for number in client.. {
        if asked.is_over.load(Relaxed) {
            return;
        }
        let begun = Instant::now();
        let path = READS[number % READS.len()];
        let (request, expected) = match number % 40 {
            0 => (http.post(format!("{service}/matches")).json(&result), 201),
            _ => (http.get(format!("{service}{path}")), 200),
        };
        match request.send().await {
            Ok(answer) if answer.status() == expected => {
                let is_hit = answer.headers().get("x-cache").is_some_and(|cache| cache == "hit");
                asked.hits.fetch_add(is_hit.into(), Relaxed);
                if expected == 200 && UNCHANGED.contains(&path) {
                    let body = answer.text().await.unwrap();
                    let first = asked.first.lock().unwrap().entry(path).or_insert_with(|| body.clone()).clone();
                    if body != first {
                        asked.wrong.lock().unwrap().push(format!("{path}: {body} instead of {first}"));
                    }
                }
            }
            other => asked.wrong.lock().unwrap().push(format!("{path}: {other:?}")),
        }
        asked.answers.fetch_add(1, Relaxed);
        asked.slowest_ms.fetch_max(begun.elapsed().as_millis() as u64, Relaxed);
        // Four people, not a flood.
        sleep(Duration::from_millis(5)).await;
    }
}

/// What the dashboard says of the caches: the status of the check, and every sentence about a space or a server.
async fn said(dashboard: &TestServer) -> (Value, String) {
    let health: Value = dashboard.get("/api/core/health/detailed/").await.json().await.unwrap();
    let status: Value = dashboard.get("/api/core/monitoring/cache-status/").await.json().await.unwrap();
    let about = ["spaces", "servers"].iter().flat_map(|kind| status[kind].as_array().unwrap());
    let words = about.map(|one| format!("{}: {}", one["name"], one["message"]));
    let check = &health["checks"]["cache"];
    (check["status"].clone(), words.chain([check["message"].to_string()]).collect::<Vec<_>>().join("\n"))
}

async fn until_said(dashboard: &TestServer, case: &str, status: &str, words: &str) {
    let begun = Instant::now();
    loop {
        let (now, all) = said(dashboard).await;
        if now == status && all.contains(words) {
            return;
        }
        assert!(begun.elapsed() < SEEN_WITHIN, "{case}: not '{words}' but {now}:\n{all}");
        sleep(Duration::from_millis(100)).await;
    }
}

struct World {
    redis: RedisServer,
    network: SlowNetwork,
    load: Load,
    dashboard: TestServer,
}

impl World {
    /// Something befalls: the service goes on, and the dashboard says these words.
    async fn suffers(&self, case: &str, words: &str) {
        until_said(&self.dashboard, case, "degraded", words).await;
        let (answers, _, slowest) = self.load.take();
        assert!(slowest < LIMIT, "{case}: an answer took {slowest:?}");
        assert!(answers > 0, "{case}: nobody was answered");
    }

    /// It is over: the cache is used again, and the dashboard is content.
    async fn is_right_again(&self, case: &str) {
        until_said(&self.dashboard, case, "healthy", "").await;
        let (_, _, slowest) = self.load.take();
        assert!(slowest < LIMIT, "{case}: an answer took {slowest:?}");
        let begun = Instant::now();
        // Nine of ten are hits when all is well.
        loop {
            sleep(Duration::from_millis(500)).await;
            let (answers, hits, _) = self.load.take();
            if answers > 20 && hits * 2 > answers {
                return;
            }
            assert!(begun.elapsed() < SEEN_WITHIN, "{case}: {hits} hits in {answers} answers");
        }
    }

    fn cli(&self, password: &str, command: &[&str]) {
        let answer = self.redis.cli(&[&["--no-auth-warning", "-a", password], command].concat());
        assert!(answer == "OK" || answer.parse::<u32>().is_ok(), "{command:?}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_befalls_the_redis_the_example_answers_and_the_dashboard_says_what_is_wrong() {
    let redis = RedisServer::start_with(&["--requirepass", "right"]);
    let network = SlowNetwork::before(redis.port).await;
    let url = format!("redis://:right@127.0.0.1:{}", network.port);
    let data = TempDir::new().unwrap();
    let settings = Serve {
        addr: "127.0.0.1:0".parse().unwrap(),
        data: data.path().join("tournament.sqlite"),
        redis: Some(url.clone()),
        cache: Caching::On,
        players: 80,
        matches: 4_000,
        seed: 7,
        miorai: None,
    };
    let service = tournament::start(&settings).await.unwrap();
    let dashboard = TestServer::start(&[("cache.redis_url", url.into())]).await;
    let load = Load::start(&format!("http://{}", service.addr));
    let mut world = World { redis, network, load, dashboard };
    world.is_right_again("at first").await;

    world.redis.pause();
    world.suffers("paused", "did not answer within").await;
    world.redis.go_on();
    world.is_right_again("paused").await;

    world.redis.kill();
    world.suffers("killed", "Values are computed without the cache").await;
    world.redis.restart();
    world.is_right_again("restarted empty").await;

    world.cli("right", &["config", "set", "maxmemory", "1"]);
    world.suffers("out of memory", "raise maxmemory").await;
    world.cli("right", &["config", "set", "maxmemory", "0"]);
    world.is_right_again("out of memory").await;

    let primary = RedisServer::start();
    world.cli("right", &["replicaof", "127.0.0.1", &primary.port.to_string()]);
    world.suffers("a replica that only reads", "READONLY").await;
    world.cli("right", &["replicaof", "no", "one"]);
    world.is_right_again("a replica that only reads").await;

    world.cli("right", &["config", "set", "requirepass", "other"]);
    world.cli("other", &["client", "kill", "type", "normal", "skipme", "yes"]);
    world.suffers("wrong password", "refuses the password").await;
    world.cli("other", &["config", "set", "requirepass", "right"]);
    world.is_right_again("wrong password").await;

    world.network.delay(Duration::from_millis(120));
    world.suffers("slow network", "did not answer within 200 ms: it is stopped, busy or far away").await;
    world.network.delay(Duration::from_millis(1_500));
    world.suffers("network that is slower than the limits", "Values are computed without the cache").await;
    world.network.delay(Duration::ZERO);
    world.is_right_again("slow network").await;

    world.load.end().await;
    service.stop().await;
    world.dashboard.running.stop().await;
}
