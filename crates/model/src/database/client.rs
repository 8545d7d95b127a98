//! The program's own side: its statements and its pools.

use serde::{Deserialize, Serialize};

/// A pool of connections and how it does. Totals count from its start or from the last reset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PoolReport {
    /// Its name, which is the label `db.client.connection.pool.name` of its series.
    pub name: String,
    /// `sqlite` or `postgresql`.
    pub system: String,
    /// The database that it leads to.
    pub namespace: String,
    /// Connections that are open.
    pub size: u64,
    /// How many there may be.
    pub max: u64,
    /// Of those open, how many are in use.
    pub used: u64,
    /// Of those open, how many wait for use.
    pub idle: u64,
    /// Callers that wait for a connection just now.
    pub pending: u64,
    /// Connections asked for.
    pub acquisitions: u64,
    /// Of these, how many had to wait because every connection was in use.
    pub waits: u64,
    /// Of these, how many were given up.
    pub timeouts: u64,
    /// Pool efficiency: the share of acquisitions that were served without waiting; nothing before the first.
    pub efficiency_ratio: Option<f64>,
    /// Mean time until a connection was there.
    pub mean_wait_ms: Option<f64>,
    /// 95 of 100 had it within this time.
    pub p95_wait_ms: Option<f64>,
    /// 99 of 100 had it within this time.
    pub p99_wait_ms: Option<f64>,
    /// How long a statement may take before the database ends it; nothing when it may take for ever.
    pub statement_timeout_ms: Option<f64>,
    /// How many statements have failed, by kind; only kinds that there were.
    pub errors: Vec<ErrorCount>,
}

/// How often something has gone wrong in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorCount {
    /// The way.
    pub kind: StatementError,
    /// How often.
    pub count: u64,
}

/// In which way a statement has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StatementError {
    /// It took longer than it may, and the database ended it.
    Timeout,
    /// Somebody cancelled it.
    Cancelled,
    /// There was no connection for it in time.
    Pool,
    /// The connection broke, or could not be made.
    Connection,
    /// It waited for a lock in vain: a deadlock, a lock timeout, a busy database.
    Lock,
    /// It would have broken a constraint, such as a unique key.
    Constraint,
    /// The user lacks a right.
    Right,
    /// The statement is wrong: a syntax error, an unknown table or column.
    Statement,
    /// Anything else: what was read did not fit, the disk is full.
    Other,
}

impl StatementError {
    /// All of them, by the place that [`Self::index`] gives.
    pub const EVERY: [Self; 9] = [
        Self::Timeout,
        Self::Cancelled,
        Self::Pool,
        Self::Connection,
        Self::Lock,
        Self::Constraint,
        Self::Right,
        Self::Statement,
        Self::Other,
    ];

    /// Its place among all.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The word for it, as labels (`error.type`) and people read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
            Self::Pool => "pool",
            Self::Connection => "connection",
            Self::Lock => "lock",
            Self::Constraint => "constraint",
            Self::Right => "right",
            Self::Statement => "statement",
            Self::Other => "other",
        }
    }
}

/// The statements of the program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementsReport {
    /// For how long they have been counted.
    pub counted_seconds: f64,
    /// From how long on a statement is slow.
    pub slow_threshold_ms: f64,
    /// Calls of all statements.
    pub calls: u64,
    /// Of these, how many failed.
    pub errors: u64,
    /// Of these, how many were slow.
    pub slow: u64,
    /// Share of calls that were slow; nothing before the first.
    pub slow_ratio: Option<f64>,
    /// Mean time of a call; nothing before the first.
    pub mean_ms: Option<f64>,
    /// Calls of statements that are not told apart, because there are too many different ones.
    pub overflow: u64,
    /// Each statement, those that took most time in all first.
    pub statements: Vec<StatementReport>,
    /// The newest slow calls, newest first.
    pub slow_calls: Vec<SlowStatement>,
}

/// A statement, told apart from others by its normalised text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementReport {
    /// Its fingerprint, sixteen hexadecimal digits: the same text has the same one on every machine.
    pub id: String,
    /// The pool it ran on; `other` for what ran on a connection that is in no watched pool.
    pub database: String,
    /// `sqlite` or `postgresql`; empty when it is not known.
    pub system: String,
    /// What it does and to what, in few words: `SELECT players, matches`.
    pub summary: String,
    /// Its text, with every literal as `?` and every list as `(…)`.
    pub text: String,
    /// How often it was called.
    pub calls: u64,
    /// Of these, how many failed.
    pub errors: u64,
    /// Of these, how many were ended by the statement timeout.
    pub timeouts: u64,
    /// Of these, how many were slow.
    pub slow: u64,
    /// Rows that it gave or changed.
    pub rows: u64,
    /// Time of all calls.
    pub total_ms: f64,
    /// Share of the time of all statements.
    pub time_ratio: f64,
    /// Mean time of a call.
    pub mean_ms: f64,
    /// Half take no longer.
    pub p50_ms: f64,
    /// 95 of 100 take no longer.
    pub p95_ms: f64,
    /// 99 of 100 take no longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
    /// How long ago it was last called.
    pub last_seconds_ago: f64,
}

/// One call that was slow. Its parameters are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlowStatement {
    /// How long ago it ended.
    pub age_seconds: f64,
    /// The fingerprint of the statement.
    pub id: String,
    /// The pool it ran on.
    pub database: String,
    /// The normalised text.
    pub text: String,
    /// How long it took.
    pub duration_ms: f64,
    /// Rows that it gave or changed.
    pub rows: u64,
    /// In which way it failed, when it did.
    pub error: Option<StatementError>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_stands_at_its_place() {
        for (place, error) in StatementError::EVERY.into_iter().enumerate() {
            assert_eq!(error.index(), place);
            assert_eq!(serde_json::to_value(error).unwrap(), error.word());
        }
    }
}
