//! What is told of caches: spaces, the servers they are on, and how entries are cleared.

mod control;
mod server;

pub use control::{
    ClearPreview, ClearProgress, ClearRequest, ClearState, Cleared, KeyDetail, KeyLine, KeyPage, KeyQuery, PrefixLine,
    PrefixReport, ValueForm,
};
pub use server::{
    CommandReport, DatabaseReport, LatencyEvent, MemoryReport, PersistenceReport, ReplicationReport, ServerReport,
    SlowCommand,
};

use crate::health::Status;
use serde::{Deserialize, Serialize};

/// Every space and every server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CacheReport {
    /// Spaces: the server's own first, then those of other programs, by name.
    pub spaces: Vec<SpaceReport>,
    /// The Redis servers that are watched, in the order of the configuration.
    pub servers: Vec<ServerReport>,
}

impl CacheReport {
    /// The space of this id.
    pub fn space(&self, id: &str) -> Option<&SpaceReport> {
        self.spaces.iter().find(|space| space.id == id)
    }
}

/// Where the entries of a space are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// In the memory of the program itself.
    Embedded,
    /// On a Redis.
    Redis,
}

/// A space and how it does. Totals count from the start of the programs that use it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpaceReport {
    /// What requests call it: its name, behind `application/` when another program has reported it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The program that has reported it; nothing for those of the server itself and of its configuration.
    pub application: Option<String>,
    /// How many processes use it, as far as they have reported.
    pub instances: u32,
    /// How it is.
    pub status: Status,
    /// One sentence: what was found, and for anything but healthy what to do.
    pub message: String,
    /// How long its backend took to answer; nothing when there was nothing to ask.
    pub response_time_ms: Option<f64>,
    /// Where its entries are.
    pub backend: Backend,
    /// What its keys begin with.
    pub prefix: String,
    /// The database on a single server.
    pub database: i64,
    /// Lookups that found an entry.
    pub hits: u64,
    /// Lookups that found none.
    pub misses: u64,
    /// Share of lookups that found an entry; nothing before the first lookup.
    pub hit_ratio: Option<f64>,
    /// What the hit ratio should reach.
    pub hit_ratio_objective: f64,
    /// Lookups, writes and deletions just now; nothing before the second reading.
    pub operations_per_second: Option<f64>,
    /// Hits on entries after their lifetime.
    pub stale_hits: u64,
    /// Hits on "there is no such thing".
    pub negative_hits: u64,
    /// Hits that the near cache answered.
    pub near_hits: u64,
    /// Entries written.
    pub sets: u64,
    /// Entries deleted.
    pub deletes: u64,
    /// Entries that had to go because there was no room.
    pub evictions: u64,
    /// Operations that failed.
    pub errors: u64,
    /// Entries that could not be read and were taken for missing.
    pub corrupted: u64,
    /// Callers that waited for a computation already under way.
    pub waits: u64,
    /// Values computed because there was no entry.
    pub computations: u64,
    /// Mean time of computing a value; nothing before the first.
    pub mean_compute_seconds: Option<f64>,
    /// How long operations take; nothing before the first.
    pub latency: Option<Latency>,
    /// Entries held, as far as it is known.
    pub keys: Option<u64>,
    /// Bytes that the entries take, as far as it is known.
    pub memory_bytes: Option<u64>,
    /// How long an entry lives unless said otherwise; nothing for ever, or when it is not known.
    pub ttl_seconds: Option<f64>,
    /// Templates of the keys that the program has declared: `tournament:{id}`.
    pub schemas: Vec<String>,
}

/// How long operations take. Of a space that several processes use, the figures of the slowest: quantiles cannot be
/// averaged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Latency {
    /// The mean.
    pub mean_seconds: f64,
    /// Half take no longer.
    pub p50_seconds: f64,
    /// 95 of 100 take no longer.
    pub p95_seconds: f64,
    /// 99 of 100 take no longer.
    pub p99_seconds: f64,
}
