//! What a store of events can do.

use async_trait::async_trait;
use miorai_model::{Event, Severity, Timestamp};

/// The most events that one question is answered with.
pub const MAX_EVENTS: usize = 1_000;

/// The most characters of a message; what is longer is cut and ends in `…`.
pub const MAX_MESSAGE: usize = 1_000;

/// The most bytes of a detail; what is larger is left out.
pub const MAX_DETAIL: usize = 16 * 1_024;

/// A store of events.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Adds an event, which gets the next number. It must not wait for anything.
    fn append(&self, at: Timestamp, severity: Severity, source: &str, message: &str) -> Event {
        self.append_detailed(at, severity, source, message, None)
    }

    /// Adds an event with more about it: the text of a JSON value, at most [`MAX_DETAIL`] bytes. It must not wait for
    /// anything.
    fn append_detailed(
        &self,
        at: Timestamp,
        severity: Severity,
        source: &str,
        message: &str,
        detail: Option<&str>,
    ) -> Event;

    /// The newest events that pass the filter, newest first.
    async fn recent(&self, filter: &JournalFilter) -> Result<Vec<Event>, JournalError>;
}

/// Which events are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFilter {
    /// At most this many, and never more than [`MAX_EVENTS`].
    pub limit: usize,
    /// Only those with a smaller number: the next page after the last event of the one before.
    pub before_id: Option<u64>,
    /// Only those that matter at least this much.
    pub min_severity: Option<Severity>,
    /// Only those of this source.
    pub source: Option<String>,
    /// Only those whose message contains this, in upper or lower case.
    pub text: Option<String>,
}

impl Default for JournalFilter {
    /// The newest hundred.
    fn default() -> Self {
        Self { limit: 100, before_id: None, min_severity: None, source: None, text: None }
    }
}

impl JournalFilter {
    /// Whether `event` is wanted, the limit aside.
    pub fn wants(&self, event: &Event) -> bool {
        self.before_id.is_none_or(|before| event.id < before)
            && self.min_severity.is_none_or(|least| event.severity >= least)
            && self.source.as_ref().is_none_or(|source| event.source == *source)
            && self.text.as_ref().is_none_or(|text| event.message.to_lowercase().contains(&text.to_lowercase()))
    }
}

/// Why the journal could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The store cannot be read now.
    #[error("the journal cannot be read: {0}")]
    Unavailable(String),
}

/// `detail`, if it is not too large.
pub fn bounded_detail(detail: Option<&str>) -> Option<String> {
    detail.filter(|detail| detail.len() <= MAX_DETAIL).map(str::to_owned)
}

/// `message` cut to [`MAX_MESSAGE`] characters.
pub fn bounded(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        None => message.to_owned(),
        // The mark takes the place of the last character.
        Some(_) => message.chars().take(MAX_MESSAGE - 1).chain(['…']).collect(),
    }
}
