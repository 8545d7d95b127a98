//! The last events.

use crate::journal::{Journal, JournalError, JournalFilter, MAX_EVENTS, bounded, bounded_detail};
use async_trait::async_trait;
use miorai_model::{Event, Severity, Timestamp};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

/// The last events, at most as many as it was given room for.
#[derive(Debug)]
pub struct MemoryJournal {
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Oldest first.
    events: VecDeque<Event>,
    /// The number of the last event.
    last_id: u64,
}

impl Default for MemoryJournal {
    /// Room for a thousand.
    fn default() -> Self {
        Self::new(1_000)
    }
}

impl MemoryJournal {
    /// Room for `limit` events, at least one.
    pub fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), kept: Mutex::default() }
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    fn append_detailed(
        &self,
        at: Timestamp,
        severity: Severity,
        source: &str,
        message: &str,
        detail: Option<&str>,
    ) -> Event {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last_id += 1;
        let (source, message, detail) = (source.to_owned(), bounded(message), bounded_detail(detail));
        let event = Event { id: kept.last_id, at, severity, source, message, detail };
        while kept.events.len() >= self.limit {
            kept.events.pop_front();
        }
        kept.events.push_back(event.clone());
        event
    }

    async fn recent(&self, filter: &JournalFilter) -> Result<Vec<Event>, JournalError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = kept.events.iter().rev().filter(|event| filter.wants(event));
        Ok(wanted.take(filter.limit.min(MAX_EVENTS)).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_event_goes_when_it_is_full() {
        let journal = MemoryJournal::new(2);
        for message in ["a", "b", "c"] {
            journal.append(Timestamp::default(), Severity::Info, "server", message);
        }
        let events = journal.recent(&JournalFilter::default()).await.unwrap();
        assert_eq!(events.iter().map(|e| (e.id, e.message.as_str())).collect::<Vec<_>>(), [(3, "c"), (2, "b")]);
    }
}
