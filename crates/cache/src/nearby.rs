//! The near cache of one space: what was read from the server, held as values under the names that callers use.

use crate::{
    near::{Changes, Near, Ticket},
    stored::Remaining,
};
use miorai_model::Timestamp;
use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

/// The near cache of a space.
#[derive(Debug)]
pub(crate) struct Nearby {
    entries: Near<NearEntry>,
    /// `{prefix}:`
    beginning: String,
    /// Somebody has renewed the version of the space, so it is to be read again.
    version_changed: AtomicBool,
}

/// An entry as it was read.
#[derive(Clone)]
pub(crate) struct NearEntry {
    /// None for "there is no such thing".
    pub value: Option<Arc<dyn Any + Send + Sync>>,
    /// Until when it is fresh, when it is to be given out after that too.
    pub fresh_until: Option<Timestamp>,
}

impl Nearby {
    /// At most this many bytes.
    pub(crate) fn new(prefix: &str, bytes: u64) -> Self {
        Self { entries: Near::new(bytes), beginning: format!("{prefix}:"), version_changed: AtomicBool::new(false) }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Option<NearEntry> {
        self.entries.get(key)
    }

    /// To be taken before anything is asked of the server, the version too.
    pub(crate) fn ticket(&self, key: &[u8]) -> Option<Ticket> {
        self.entries.ticket(key)
    }

    pub(crate) fn keep(&self, ticket: Ticket, key: &[u8], entry: NearEntry, bytes: usize, remaining: Remaining) {
        self.entries.keep(ticket, key.to_vec(), entry, bytes, remaining);
    }

    /// Lets go of all entries.
    pub(crate) fn forget(&self) {
        self.entries.all();
    }

    pub(crate) fn is_listening(&self) -> bool {
        self.entries.is_listening()
    }

    /// Whether the version of the space has changed since this was asked last.
    pub(crate) fn take_version_changed(&self) -> bool {
        self.version_changed.load(SeqCst) && self.version_changed.swap(false, SeqCst)
    }
}

/// Changes are told by complete keys: `{prefix}:{version}:{key}`, `{prefix}:version`.
impl Changes for Nearby {
    fn one(&self, raw: &[u8]) {
        let Some(rest) = raw.strip_prefix(self.beginning.as_bytes()) else { return };
        if rest == b"version" {
            self.version_changed.store(true, SeqCst);
            self.entries.all();
        } else if let Some(colon) = rest.iter().position(|&byte| byte == b':') {
            self.entries.one(&rest[colon + 1..]);
        }
    }

    fn all(&self) {
        self.version_changed.store(true, SeqCst);
        self.entries.all();
    }

    fn begin(&self) {
        self.version_changed.store(true, SeqCst);
        self.entries.begin();
    }

    fn end(&self) {
        self.entries.end();
    }
}
