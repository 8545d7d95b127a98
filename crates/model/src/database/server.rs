//! A PostgreSQL server and how it does.

use super::objects::{Hint, IndexReport, MissingRight, TableReport};
use crate::health::Status;
use serde::{Deserialize, Serialize};

/// A PostgreSQL server and the database on it that is watched. What is not known, because it does not answer or the
/// user lacks a right, is nothing or empty; `missing_rights` says which right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostgresReport {
    /// Its name in the configuration, which is the label `server` of its series.
    pub name: String,
    /// Host and port.
    pub address: String,
    /// The database that is looked into.
    pub database: String,
    /// The user that looks.
    pub user: String,
    /// How it is.
    pub status: Status,
    /// One sentence: what was found, and for anything but healthy what to do.
    pub message: String,
    /// How long the last questions took.
    pub response_time_ms: Option<f64>,
    /// Its version: `15.14`.
    pub version: String,
    /// `primary` or `replica`; empty when it is not known.
    pub role: String,
    /// How long it has been running.
    pub uptime_seconds: Option<f64>,
    /// Size of the database.
    pub database_bytes: Option<u64>,
    /// Connections.
    pub connections: ConnectionsReport,
    /// What it has done.
    pub traffic: TrafficReport,
    /// Bytes and time by which a replica is behind, or its replicas are.
    pub replicas: Vec<ReplicaReport>,
    /// Backends that do something, or hold a transaction open: longest first.
    pub activity: Vec<BackendReport>,
    /// Who waits for whom.
    pub blocking: Vec<BlockingReport>,
    /// The biggest tables.
    pub tables: Vec<TableReport>,
    /// The biggest indexes.
    pub indexes: Vec<IndexReport>,
    /// The statements that took most time in all, from `pg_stat_statements`.
    pub statements: Vec<ServerStatement>,
    /// What could be better.
    pub hints: Vec<Hint>,
    /// What could not be read, and the statement that changes it.
    pub missing_rights: Vec<MissingRight>,
}

impl PostgresReport {
    /// A server of which nothing but its address is known yet.
    pub fn unknown(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            address: address.into(),
            status: Status::Healthy,
            message: "It has not been asked yet.".to_owned(),
            ..Self::default()
        }
    }
}

/// Connections of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionsReport {
    /// Clients connected.
    pub used: Option<u64>,
    /// How many there may be.
    pub max: Option<u64>,
    /// Those that run a statement.
    pub active: u64,
    /// Those that do nothing.
    pub idle: u64,
    /// Those that do nothing while they hold a transaction open.
    pub idle_in_transaction: u64,
    /// Those that wait for a lock.
    pub waiting: u64,
}

/// What a database has done. Totals count from the last reset of its statistics; rates are of the last seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrafficReport {
    /// Transactions committed.
    pub commits: u64,
    /// Transactions rolled back.
    pub rollbacks: u64,
    /// Both, just now; nothing before the second reading.
    pub transactions_per_second: Option<f64>,
    /// Share of blocks that were found in the server's memory; nothing before the first.
    pub cache_hit_ratio: Option<f64>,
    /// Rows that statements have gone through.
    pub rows_returned: u64,
    /// Rows that were inserted, updated or deleted.
    pub rows_changed: u64,
    /// Deadlocks.
    pub deadlocks: u64,
    /// Statements cancelled because a replica had to apply changes.
    pub conflicts: u64,
    /// Files written because memory for sorting or joining was too small.
    pub temp_files: u64,
    /// Bytes of them.
    pub temp_bytes: u64,
    /// Age of the oldest transaction that is open.
    pub oldest_transaction_seconds: Option<f64>,
}

/// A replica of a server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplicaReport {
    /// Name and address of the replica; `self` on a replica.
    pub name: String,
    /// `streaming`, `catchup` …
    pub state: String,
    /// Bytes that it has not applied yet.
    pub lag_bytes: Option<u64>,
    /// Time that it is behind.
    pub lag_seconds: Option<f64>,
}

/// A backend: the process that serves one connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackendReport {
    /// Its process.
    pub pid: i32,
    /// The user.
    pub user: String,
    /// The database.
    pub database: String,
    /// The name that the application gives itself.
    pub application: String,
    /// The address of the client; empty for a local one.
    pub client: String,
    /// `active`, `idle in transaction` …
    pub state: String,
    /// What it waits for: `Lock: transactionid`; empty when it does not.
    pub wait: String,
    /// How long its transaction has been open.
    pub transaction_seconds: Option<f64>,
    /// How long its statement has been running; for one that is idle, how long it has been so.
    pub statement_seconds: Option<f64>,
    /// Its statement, normalised: values are left out.
    pub text: String,
    /// The backends that it waits for.
    pub blocked_by: Vec<i32>,
}

/// A backend that waits for a lock, and the one that holds it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockingReport {
    /// Who waits.
    pub waiting_pid: i32,
    /// For how long.
    pub waiting_seconds: Option<f64>,
    /// What it wants to do.
    pub waiting_text: String,
    /// The lock: `ShareLock on transaction`, `AccessExclusiveLock on public.matches`.
    pub lock: String,
    /// Who holds it.
    pub blocking_pid: i32,
    /// What that backend is: `idle in transaction`, `active` …
    pub blocking_state: String,
    /// How long its transaction has been open.
    pub blocking_seconds: Option<f64>,
    /// Its last statement.
    pub blocking_text: String,
    /// Whether that backend waits for nobody itself: end this one, and the line moves.
    pub is_root: bool,
}

/// A statement as the server has counted it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerStatement {
    /// The `queryid` of `pg_stat_statements`.
    pub id: String,
    /// The user.
    pub user: String,
    /// Its text, normalised.
    pub text: String,
    /// How often it was called.
    pub calls: u64,
    /// Rows that it gave or changed.
    pub rows: u64,
    /// Time of all calls.
    pub total_ms: f64,
    /// Share of the time of all statements.
    pub time_ratio: f64,
    /// Mean time of a call.
    pub mean_ms: f64,
    /// Standard deviation of the times.
    pub stddev_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// Share of blocks that were found in the server's memory.
    pub cache_hit_ratio: Option<f64>,
}
