//! A Redis server and how it does.

use crate::health::Status;
use serde::{Deserialize, Serialize};

/// A Redis server and how it does. What is not known, because it does not answer or does not tell, is nothing or empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerReport {
    /// Its name in the configuration, which is the label `server` of its series.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// How it is.
    pub status: Status,
    /// One sentence: what was found, and for anything but healthy what to do.
    pub message: String,
    /// How long the last questions took.
    pub response_time_ms: Option<f64>,
    /// What kind of server it is: `redis` or `valkey`.
    pub product: String,
    /// Its version.
    pub version: String,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: String,
    /// How long it has been running.
    pub uptime_seconds: Option<u64>,
    /// Lookups that found their key, since its start.
    pub hits: u64,
    /// Lookups that did not.
    pub misses: u64,
    /// Share of lookups that found their key; nothing before the first.
    pub hit_ratio: Option<f64>,
    /// Commands per second, as the server itself works it out.
    pub operations_per_second: Option<f64>,
    /// Connections of clients.
    pub clients_connected: Option<u64>,
    /// Clients that wait in a blocking call.
    pub clients_blocked: Option<u64>,
    /// How many clients there may be.
    pub clients_limit: Option<u64>,
    /// Keys evicted because of the limit of memory.
    pub evicted_keys: u64,
    /// Keys whose lifetime ended.
    pub expired_keys: u64,
    /// Memory.
    pub memory: MemoryReport,
    /// Databases that have keys.
    pub databases: Vec<DatabaseReport>,
    /// What is kept on disk.
    pub persistence: Option<PersistenceReport>,
    /// Who follows whom.
    pub replication: Option<ReplicationReport>,
    /// The commands that took most time in all, first those that took most.
    pub commands: Vec<CommandReport>,
    /// The newest entries of its slow log, newest first. Values and secrets are left out.
    pub slow_log: Vec<SlowCommand>,
    /// Events that its latency monitor has seen.
    pub latency_events: Vec<LatencyEvent>,
}

impl ServerReport {
    /// A server of which nothing but its address is known yet.
    pub fn unknown(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
            status: Status::Healthy,
            message: "It has not been asked yet.".to_owned(),
            response_time_ms: None,
            product: String::new(),
            version: String::new(),
            mode: String::new(),
            uptime_seconds: None,
            hits: 0,
            misses: 0,
            hit_ratio: None,
            operations_per_second: None,
            clients_connected: None,
            clients_blocked: None,
            clients_limit: None,
            evicted_keys: 0,
            expired_keys: 0,
            memory: MemoryReport::default(),
            databases: Vec::new(),
            persistence: None,
            replication: None,
            commands: Vec::new(),
            slow_log: Vec::new(),
            latency_events: Vec::new(),
        }
    }
}

/// The memory of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemoryReport {
    /// Allocated.
    pub used_bytes: Option<u64>,
    /// The most ever allocated.
    pub peak_bytes: Option<u64>,
    /// Given by the system.
    pub rss_bytes: Option<u64>,
    /// The limit; nothing when there is none.
    pub limit_bytes: Option<u64>,
    /// What the system has given, as a multiple of what is allocated.
    pub fragmentation_ratio: Option<f64>,
    /// What happens at the limit: `noeviction`, `allkeys-lru` …
    pub eviction_policy: String,
}

/// A database that has keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatabaseReport {
    /// Its number.
    pub database: u32,
    /// Keys.
    pub keys: u64,
    /// Keys with a lifetime.
    pub expires: u64,
    /// Mean of the lifetimes that are left.
    pub mean_ttl_seconds: f64,
}

/// What a server keeps on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PersistenceReport {
    /// Whether it still loads its data.
    pub loading: bool,
    /// Changes since the last snapshot was written.
    pub changes_since_save: u64,
    /// How long ago that was, by the server's clock.
    pub last_save_age_seconds: Option<u64>,
    /// Whether the last snapshot succeeded.
    pub last_save_ok: bool,
    /// Where every change is written to a file as well: whether the last write succeeded.
    pub append_only_ok: Option<bool>,
}

/// Who follows whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplicationReport {
    /// `primary` or `replica`.
    pub role: String,
    /// Host and port of the primary of a replica.
    pub primary: Option<String>,
    /// Whether a replica is connected to its primary.
    pub link_up: Option<bool>,
    /// Replicas connected.
    pub replicas: u64,
    /// Bytes that the replica furthest behind has not confirmed yet.
    pub lag_bytes: Option<u64>,
}

/// What a command costs in all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommandReport {
    /// Its name: `get`, `config|set`.
    pub command: String,
    /// Calls since the start of the server.
    pub calls: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Mean time of a call.
    pub mean_seconds: f64,
    /// Half take no longer; since Redis 7.
    pub p50_seconds: Option<f64>,
    /// 99 of 100 take no longer; since Redis 7.
    pub p99_seconds: Option<f64>,
}

/// An entry of the slow log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlowCommand {
    /// Its number on the server.
    pub id: u64,
    /// How long ago it was, by the server's clock.
    pub age_seconds: f64,
    /// How long it took.
    pub duration_seconds: f64,
    /// The command and its first arguments, shortened.
    pub command: String,
    /// Address and, if it has one, name of the client.
    pub client: String,
}

/// An event that the server's latency monitor has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatencyEvent {
    /// What was slow: `command`, `fork`, `expire-cycle` …
    pub event: String,
    /// How long ago it was last seen, by the server's clock.
    pub age_seconds: f64,
    /// How long it took then.
    pub latest_seconds: f64,
    /// The longest it has ever taken.
    pub worst_seconds: f64,
}
