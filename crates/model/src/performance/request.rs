//! One slow request, and why it was slow.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A request that was among the slowest of its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlowRequest {
    /// Its id, as its answer told it in `X-Request-Id`.
    pub request_id: String,
    /// When it came in.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    #[serde(with = "crate::rfc3339")]
    pub at: Timestamp,
    /// The program that answered it; nothing for this one.
    pub service: Option<String>,
    /// `GET`, `POST` …
    pub method: String,
    /// The route that it matched, not its path: that may hold what is nobody's business.
    pub route: String,
    /// The status of its answer; 0 when it was given up before there was one.
    pub status: u16,
    /// From its head being read to the head of its answer.
    pub duration_ms: f64,
    /// Where the time went.
    pub parts: Parts,
    /// What it did, in order, as far as there was room to note it.
    pub chain: Vec<Step>,
    /// Steps that found no room in the chain. Their times are in `parts` all the same.
    pub steps_left_out: u32,
}

/// Where the time of a request went. Steps that ran at the same time are added up, so the parts may be more than the whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Parts {
    /// Looking into caches.
    pub cache_ms: f64,
    /// Statements.
    pub database_ms: f64,
    /// Waiting for a connection or a turn.
    pub queue_ms: f64,
    /// Everything else: the program's own work. Never negative.
    pub rest_ms: f64,
}

/// One thing that a request did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// What kind of thing.
    pub kind: StepKind,
    /// Which: the space and the template of the key, the text of the statement without its parameters.
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How often it was done in a row: many times the same statement are one that is missing.
    pub times: u32,
    /// When it began, from the beginning of the request.
    pub at_ms: f64,
    /// How long it took, all times together.
    pub took_ms: f64,
    /// Rows that a statement gave or changed.
    pub rows: Option<u64>,
}

/// What kinds of things a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// A lookup in a cache.
    Cache,
    /// A statement.
    Database,
    /// Waiting for a connection or a turn.
    Queue,
    /// Anything else that the program has noted.
    Other,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// The cache had it.
    Hit,
    /// The cache had it, past its lifetime.
    Stale,
    /// The cache did not have it.
    Miss,
    /// It failed.
    Failed,
}

impl Outcome {
    /// As `X-Cache` tells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Hit => "HIT",
            Self::Stale => "STALE",
            Self::Miss => "MISS",
            Self::Failed => "ERROR",
        }
    }
}
