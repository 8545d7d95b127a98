//! A real service for tests: on a free port of loopback, with a small database of its own.

#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "../../../../crates/cache/tests/support/redis.rs"]
pub(crate) mod redis_server;

use reqwest::{Client, Response};
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;
use tournament::{
    Running,
    settings::{Caching, Serve},
};

/// The longest that anything may take that takes milliseconds when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct TestService {
    pub running: Running,
    client: Client,
    _data: TempDir,
}

/// An answer, and whether it came from the cache.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub status: u16,
    pub body: Value,
    pub cache: Option<String>,
}

impl TestService {
    pub(crate) async fn start(cache: Caching, redis: Option<String>) -> Self {
        Self::with(cache, redis, None, 4_000).await
    }

    /// A service of twenty tournaments that reports to a Miorai server.
    pub(crate) async fn reporting(cache: Caching, miorai: String) -> Self {
        Self::with(cache, None, Some(miorai), 40_000).await
    }

    async fn with(cache: Caching, redis: Option<String>, miorai: Option<String>, matches: u32) -> Self {
        let data = tempfile::tempdir().unwrap();
        let settings = Serve {
            addr: "127.0.0.1:0".parse().unwrap(),
            data: data.path().join("tournament.sqlite"),
            redis,
            cache,
            miorai,
            players: 80,
            matches,
            seed: 7,
        };
        let running = tournament::start(&settings).await.unwrap();
        Self { running, client: Client::new(), _data: data }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.client.get(self.url(path)).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.client.post(self.url(path)).json(body).send().await.unwrap()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.client.put(self.url(path)).json(body).send().await.unwrap()).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }
}

impl Answer {
    async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let cache = response.headers().get("x-cache").map(|value| value.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Self { status, body, cache }
    }

    pub(crate) fn is_hit(&self) -> bool {
        self.cache.as_deref() == Some("hit")
    }
}

/// Every read that there is.
pub(crate) const READS: [&str; 13] = [
    "/tournaments",
    "/tournaments?name=graz&page=0",
    "/tournaments/1",
    "/tournaments/2/standings",
    "/players/7",
    "/players/7/statistics",
    "/ranking",
    "/predictions?home=3&away=9",
    "/predictions?home=9&away=3",
    "/model",
    "/users/5/profile",
    "/users/5/permissions",
    "/users/5/statistics",
];
