//! Things that happened: lines of the journal.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How much an event matters. Ordered from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Somebody should look at it.
    Warning,
    /// Something failed.
    Error,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its number in the journal, growing.
    pub id: u64,
    /// When it happened.
    pub at: Timestamp,
    /// How much it matters.
    pub severity: Severity,
    /// The part it happened in: `server`, `collector`, `health`, `clock`.
    pub source: String,
    /// One sentence.
    pub message: String,
    /// More about it for those who ask, as the text of a JSON value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
