//! Tables, indexes, and what could be better about them.

use serde::{Deserialize, Serialize};

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableReport {
    /// Schema and name.
    pub name: String,
    /// Bytes with indexes and what is stored apart.
    pub total_bytes: u64,
    /// Bytes of the table itself.
    pub table_bytes: u64,
    /// Bytes of its indexes.
    pub index_bytes: u64,
    /// Rows, as the server estimates them.
    pub live_rows: u64,
    /// Rows that are deleted or outdated and not cleared away yet.
    pub dead_rows: u64,
    /// Times that it was read from one end to the other.
    pub sequential_scans: u64,
    /// Rows read that way.
    pub sequential_rows: u64,
    /// Times that it was read by an index.
    pub index_scans: u64,
    /// Rows inserted.
    pub inserted: u64,
    /// Rows updated.
    pub updated: u64,
    /// Rows deleted.
    pub deleted: u64,
    /// Share of its blocks that were found in memory.
    pub cache_hit_ratio: Option<f64>,
    /// How long ago it was last vacuumed, by hand or by itself.
    pub vacuumed_seconds_ago: Option<f64>,
    /// How long ago its statistics were last taken.
    pub analyzed_seconds_ago: Option<f64>,
}

/// An index.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexReport {
    /// Schema and name.
    pub name: String,
    /// The table, with its schema.
    pub table: String,
    /// Bytes.
    pub bytes: u64,
    /// Times that it was used since the statistics were reset.
    pub scans: u64,
    /// Whether it keeps rows unique, or belongs to a constraint: then it is needed even if nobody reads by it.
    pub is_constraint: bool,
    /// Whether it can be used: a build that broke off leaves one that cannot.
    pub is_valid: bool,
    /// How it was made.
    pub definition: String,
}

/// What kind of thing could be better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HintKind {
    /// An index that nobody uses.
    UnusedIndex,
    /// An index whose columns another one begins with.
    DuplicateIndex,
    /// An index that cannot be used.
    InvalidIndex,
    /// A table that is read from one end to the other again and again.
    MissingIndex,
    /// A foreign key without an index on its columns.
    UnindexedForeignKey,
    /// A table with many rows that are not cleared away.
    DeadRows,
    /// A transaction that has been open for long.
    LongTransaction,
    /// Connections are nearly all in use.
    Connections,
    /// Blocks are read from disk too often.
    CacheHitRatio,
}

/// Something that could be better, with the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hint {
    /// What kind.
    pub kind: HintKind,
    /// What it is about: an index, a table, a backend.
    pub subject: String,
    /// One sentence: what was found, with the figures.
    pub evidence: String,
    /// What to do, and what to look at first.
    pub advice: String,
    /// The statement that does it, when one does.
    pub statement: Option<String>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingRight {
    /// What cannot be shown without it.
    pub what: String,
    /// Why not, in one sentence.
    pub reason: String,
    /// The statements that change it, for a superuser of that database; each a line.
    pub statements: Vec<String>,
    /// What else has to be done: a line in `postgresql.conf` and a restart.
    pub also: Option<String>,
}
