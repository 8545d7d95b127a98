//! How entries are looked at and cleared.

use serde::{Deserialize, Serialize};

/// Asks for entries of a space to be cleared.
///
/// With `preview`, only counts what would go and gives a token. With the token, clears that. With a pattern alone,
/// clears at once when it matches no more than `limit` keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ClearRequest {
    /// The id of the space.
    pub space: String,
    /// Which entries: a glob in Redis' syntax, matched against keys without their prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Whether it should only be told what would go.
    pub preview: bool,
    /// The token of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The name of the space, typed: needed for the pattern `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// The most keys that a pattern without a preview may match; 1 000 when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Whether the answer should come at once, with the number of a job to follow, instead of at the end.
    pub follow: bool,
}

/// What would be cleared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClearPreview {
    /// How many keys match.
    pub matched: u64,
    /// Some of them, at most 20, without their prefix.
    pub sample: Vec<String>,
    /// Bytes that they take, estimated from a sample.
    pub bytes: u64,
    /// What computing them again costs: keys times the mean time of a computation; nothing when that is not known.
    pub recompute_seconds: Option<f64>,
    /// How long clearing will take.
    pub seconds_estimated: f64,
    /// Clears exactly this when it is given back within five minutes, once.
    pub token: String,
}

/// What was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cleared {
    /// How many entries.
    pub cleared: u64,
    /// How long it took.
    pub duration_ms: f64,
}

/// How a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClearState {
    /// It clears.
    Running,
    /// All is cleared.
    Done,
    /// It was stopped; what was cleared until then is gone.
    Cancelled,
    /// It has not cleared anything more because more keys match than were previewed.
    Refused,
    /// It failed.
    Failed,
}

/// A job that clears, and how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClearProgress {
    /// Its number.
    pub job: u64,
    /// The id of the space.
    pub space: String,
    /// Which entries.
    pub pattern: String,
    /// How it stands.
    pub state: ClearState,
    /// Keys looked at so far.
    pub scanned: u64,
    /// Entries cleared so far.
    pub cleared: u64,
    /// Entries that were previewed.
    pub total: u64,
    /// Entries cleared per second.
    pub keys_per_second: f64,
    /// How long it has been running, or ran.
    pub duration_ms: f64,
    /// One sentence on how it stands.
    pub message: String,
}

/// Keys of a space, a page of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyPage {
    /// The keys, in no order.
    pub keys: Vec<KeyLine>,
    /// Where to go on; nothing at the end.
    pub cursor: Option<String>,
}

/// What is known of a key without its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyLine {
    /// The key without its prefix; bytes that are no text as `\xff`, and a backslash as `\\`.
    pub key: String,
    /// The type as Redis names it.
    #[serde(rename = "type")]
    pub kind: String,
    /// How long it will still be there; nothing for ever.
    pub ttl_seconds: Option<f64>,
    /// Bytes it takes in memory, as far as it is known.
    pub bytes: Option<u64>,
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValueForm {
    /// JSON, laid out for people.
    Json,
    /// Text as it is.
    Text,
    /// Bytes that are no text, as hexadecimal numbers.
    Binary,
    /// "There is no such thing."
    Nothing,
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyDetail {
    /// The key, its type, lifetime and size.
    #[serde(flatten)]
    pub line: KeyLine,
    /// How the value is shown.
    pub form: ValueForm,
    /// The value, or its beginning.
    pub value: String,
    /// Whether there is more of it.
    pub shortened: bool,
}

/// The prefixes of keys that take most memory, estimated from a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrefixReport {
    /// How many keys were looked at.
    pub sampled: u64,
    /// Whether these are all keys of the space.
    pub complete: bool,
    /// The prefixes, most memory first.
    pub prefixes: Vec<PrefixLine>,
}

/// A prefix among the keys looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrefixLine {
    /// What the keys begin with, up to a colon, without the space's prefix.
    pub prefix: String,
    /// How many there are in the sample.
    pub keys: u64,
    /// Bytes they take.
    pub bytes: u64,
    /// Share of the bytes of the whole sample.
    pub share_ratio: f64,
}
