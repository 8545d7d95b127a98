//! What may be asked of a database: how it would carry out a statement, and to end what a backend does.

use serde::{Deserialize, Serialize};

/// Asks how a statement would be carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanRequest {
    /// The pool or the server: the `database` of a statement, the `name` of a server.
    pub database: String,
    /// The statement's id.
    pub statement: String,
    /// Whether it is carried out to measure it. Only what reads and has no parameters may be.
    #[serde(default)]
    pub analyze: bool,
}

/// How a statement would be carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanReport {
    /// The pool or the server.
    pub database: String,
    /// The statement's id.
    pub statement: String,
    /// The statement, normalised.
    pub text: String,
    /// How the plan was asked for: `EXPLAIN QUERY PLAN`, `EXPLAIN (GENERIC_PLAN)` …
    pub method: String,
    /// The lines of the plan, indented as the database does. Literals in conditions are left out.
    pub lines: Vec<String>,
    /// How long the database took to make it.
    pub took_ms: f64,
}

/// What is done to a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BackendSignal {
    /// Its statement is cancelled; the connection stays.
    Cancel,
    /// Its connection is ended.
    Terminate,
}

impl BackendSignal {
    /// The word for what was done, as the journal tells it.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Cancel => "cancelled the statement of",
            Self::Terminate => "ended",
        }
    }
}

/// What became of a signal to a backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackendAction {
    /// The server.
    pub database: String,
    /// The process of the backend.
    pub pid: i32,
    /// What was asked for.
    pub signal: BackendSignal,
    /// Whether the server has sent it: not when the backend was gone already.
    pub sent: bool,
}
