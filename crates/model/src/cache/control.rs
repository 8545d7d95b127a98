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
    /// Which entries: a glob in Redis' syntax, matched against keys without their prefix. A `[` that is not closed takes
    /// in the rest of the glob, as it does in Redis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Whether it should only be told what would go.
    pub preview: bool,
    /// The token of a preview.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The name of the space, typed: needed for patterns that match everything, such as `*`.
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
    /// Whether it is all of the space, so that its name is to be given in `confirm`.
    pub confirm: bool,
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

/// Asks for keys of a space.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct KeyQuery {
    /// The id of the space.
    pub space: String,
    /// Which keys: a glob in Redis' syntax; all when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Keys of this type alone, as Redis names it.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Keys alone that will be there no longer than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_at_most_seconds: Option<u64>,
    /// Keys alone that take at least so much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_at_least: Option<u64>,
    /// Where to go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// About how many keys; 50 when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl KeyQuery {
    /// Whether a key that matches the pattern is what was asked for in all else.
    pub fn keeps(&self, key: &KeyLine) -> bool {
        self.kind.as_ref().is_none_or(|kind| *kind == key.kind)
            && self.ttl_at_most_seconds.is_none_or(|most| key.ttl_seconds.is_some_and(|ttl| ttl <= most as f64))
            && self.bytes_at_least.is_none_or(|least| key.bytes.is_some_and(|bytes| bytes >= least))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_by_type_lifetime_and_size() {
        let key =
            KeyLine { key: "a".to_owned(), kind: "string".to_owned(), ttl_seconds: Some(50.0), bytes: Some(1_000) };
        let query = KeyQuery::default;
        for (query, kept) in [
            (query(), true),
            (KeyQuery { kind: Some("string".to_owned()), ..query() }, true),
            (KeyQuery { kind: Some("hash".to_owned()), ..query() }, false),
            (KeyQuery { ttl_at_most_seconds: Some(60), ..query() }, true),
            (KeyQuery { ttl_at_most_seconds: Some(40), ..query() }, false),
            (KeyQuery { bytes_at_least: Some(1_000), ..query() }, true),
            (KeyQuery { bytes_at_least: Some(1_001), ..query() }, false),
        ] {
            assert_eq!(query.keeps(&key), kept, "{query:?}");
        }
        let lasting = KeyLine { ttl_seconds: None, bytes: None, ..key };
        assert!(!KeyQuery { ttl_at_most_seconds: Some(60), ..query() }.keeps(&lasting));
        assert!(!KeyQuery { bytes_at_least: Some(0), ..query() }.keeps(&lasting));
    }
}
