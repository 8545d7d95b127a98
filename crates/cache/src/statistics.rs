//! What is told of a space: how often it helped, how fast, how much it holds.

use serde::{Deserialize, Serialize};

/// Where the entries of a space are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// In the process.
    Embedded,
    /// On a Redis.
    Redis,
}

/// Figures of a space since the process began to use it, of this process alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpaceStatistics {
    /// The name of the space.
    pub space: String,
    /// What its keys begin with.
    pub prefix: String,
    /// Its database on a single Redis server.
    pub database: i64,
    /// Where its entries are.
    pub backend: BackendKind,
    /// Questions that were answered from the cache, from stale, negative and near entries too.
    pub hits: u64,
    /// Questions that were not.
    pub misses: u64,
    /// Hits on entries after their lifetime, given out while they were computed anew or because that failed.
    pub stale_hits: u64,
    /// Hits on "there is no such thing".
    pub negative_hits: u64,
    /// Hits that did not go to the server.
    pub near_hits: u64,
    /// Entries written.
    pub sets: u64,
    /// Entries deleted or invalidated.
    pub deletes: u64,
    /// Entries that had to make room for others; a server tells its own.
    pub evictions: u64,
    /// What the backend failed to do.
    pub errors: u64,
    /// Values that could not be read: they count as misses too.
    pub corrupted: u64,
    /// Callers that waited for the computation of another.
    pub waits: u64,
    /// Computations that were done.
    pub computations: u64,
    /// How long they took together.
    pub compute_seconds_total: f64,
    /// Entries held, where the process knows.
    pub keys: Option<u64>,
    /// Bytes held, where the process knows.
    pub bytes: Option<u64>,
    /// How long questions took.
    pub latency: LatencySummary,
    /// The hit ratio that is aimed at.
    pub hit_ratio_objective: f64,
    /// Schemes of keys that the code declares: `tournament:{id}`.
    pub schemas: Vec<String>,
}

impl SpaceStatistics {
    /// Hits among all questions, 0 to 1; none before the first question.
    pub fn hit_ratio(&self) -> Option<f64> {
        let questions = self.hits + self.misses;
        (questions > 0).then(|| self.hits as f64 / questions as f64)
    }

    /// The mean time of a computation; none before the first.
    pub fn mean_compute_seconds(&self) -> Option<f64> {
        (self.computations > 0).then(|| self.compute_seconds_total / self.computations as f64)
    }
}

/// How long questions took, in seconds. On the embedded backend one question in 64 is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencySummary {
    /// How many were measured.
    pub count: u64,
    /// Their mean.
    pub mean_seconds: f64,
    /// Half of them took no longer.
    pub p50_seconds: f64,
    /// 95 of 100 took no longer.
    pub p95_seconds: f64,
    /// 99 of 100 took no longer.
    pub p99_seconds: f64,
}
