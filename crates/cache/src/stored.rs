//! What a backend is asked, and what it answers. Keys are complete here: prefix, version and name.

use bytes::Bytes;
use std::time::Duration;

/// A key as the server has it.
pub(crate) type RawKey = Vec<u8>;

/// An entry to be written.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub key: RawKey,
    /// The envelope: see `envelope`.
    pub value: Bytes,
    /// None for ever.
    pub ttl: Option<Duration>,
    /// Complete keys of the sets that hold the entries of a tag.
    pub tags: Vec<RawKey>,
}

/// How long an entry will still be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// There is no entry.
    Missing,
    /// It stays until it is deleted or evicted.
    Forever,
    /// It ends after this time.
    For(Duration),
}

/// One page of a scan.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScanPage {
    pub keys: Vec<RawKey>,
    /// Where to go on; none when the scan is through.
    pub next: Option<ScanCursor>,
}

/// Where a scan goes on: the server's own cursor, and which of several servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScanCursor {
    pub node: usize,
    pub cursor: u64,
}

/// What is known of one key without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// The type as Redis names it: `string`, `hash`, `list`, `set`, `zset`, `stream`.
    pub kind: String,
    /// How long it will still be there.
    pub remaining: Remaining,
    /// Bytes it takes in memory, overhead included, as far as the server tells.
    pub bytes: Option<u64>,
}
