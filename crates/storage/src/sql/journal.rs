//! Events, kept in a database. The newest are at hand in memory, also while the database is gone.

use super::backend::{Backend, StoreError};
use crate::journal::{Journal, JournalError, JournalFilter, MAX_EVENTS, bounded, bounded_detail};
use async_trait::async_trait;
use miorai_model::{Event, Severity, Timestamp};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// So many events are at hand.
const AT_HAND: usize = 200;
/// So many may wait to be written down.
const WAITING: usize = 5_000;
/// And so many bytes of them.
const WAITING_BYTES: usize = 8 << 20;
/// Events written at once.
const AT_ONCE: usize = 500;

/// What has happened, kept in a database.
pub struct SqlJournal {
    backend: Arc<dyn Backend>,
    kept: Mutex<Kept>,
    /// Told when there is something to write.
    pub(super) wake: Notify,
}

#[derive(Default)]
struct Kept {
    /// The newest events, oldest first, without holes.
    newest: VecDeque<Event>,
    bytes: usize,
    /// The number of the last event.
    last_id: u64,
    /// Whether the store has told how far it has counted.
    numbered: bool,
    /// Events up to this one have been written down.
    written: u64,
}

impl SqlJournal {
    pub(super) fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, kept: Mutex::default(), wake: Notify::new() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on counting where the store is.
    pub(super) async fn load(&self) -> Result<(), StoreError> {
        let last = self.backend.last_event().await?.unwrap_or(0);
        let mut kept = self.kept();
        kept.last_id = kept.last_id.max(last);
        kept.numbered = true;
        Ok(())
    }

    /// Writes down what is not written yet.
    pub(super) async fn flush(&self) -> Result<(), StoreError> {
        loop {
            let events: Vec<Event> = {
                let kept = self.kept();
                let waiting = kept.newest.iter().filter(|event| event.id > kept.written);
                waiting.take(AT_ONCE).cloned().collect()
            };
            let Some(last) = events.last().map(|event| event.id) else { return Ok(()) };
            self.backend.add_events(&events).await?;
            let mut kept = self.kept();
            kept.written = last;
            kept.shrink();
        }
    }
}

impl Kept {
    fn next_id(&mut self, at: Timestamp) -> u64 {
        // While the store cannot be asked, the milliseconds of the time of day are above whatever it has counted.
        let least = if self.numbered { 0 } else { at.as_millis().max(0).unsigned_abs() };
        self.last_id = (self.last_id + 1).max(least);
        self.last_id
    }

    /// Drops what need not, or cannot, be at hand any more.
    fn shrink(&mut self) {
        while let Some(oldest) = self.newest.front() {
            let waits = oldest.id > self.written;
            let room = if waits { WAITING } else { AT_HAND };
            if self.newest.len() <= room && self.bytes <= WAITING_BYTES {
                return;
            }
            self.bytes -= size(oldest);
            self.newest.pop_front();
        }
    }
}

fn size(event: &Event) -> usize {
    size_of::<Event>() + event.source.len() + event.message.len() + event.detail.as_ref().map_or(0, String::len)
}

#[async_trait]
impl Journal for SqlJournal {
    fn append_detailed(
        &self,
        at: Timestamp,
        severity: Severity,
        source: &str,
        message: &str,
        detail: Option<&str>,
    ) -> Event {
        let mut kept = self.kept();
        let id = kept.next_id(at);
        let (source, message, detail) = (source.to_owned(), bounded(message), bounded_detail(detail));
        let event = Event { id, at, severity, source, message, detail };
        kept.bytes += size(&event);
        kept.newest.push_back(event.clone());
        kept.shrink();
        self.wake.notify_one();
        event
    }

    async fn recent(&self, filter: &JournalFilter) -> Result<Vec<Event>, JournalError> {
        let limit = filter.limit.min(MAX_EVENTS);
        let (mut events, begin) = {
            let kept = self.kept();
            let wanted = kept.newest.iter().rev().filter(|event| filter.wants(event));
            (wanted.take(limit).cloned().collect::<Vec<_>>(), kept.newest.front().map(|event| event.id))
        };
        if events.len() < limit {
            let before_id = [filter.before_id, begin].into_iter().flatten().min();
            let older = JournalFilter { limit: limit - events.len(), before_id, ..filter.clone() };
            match self.backend.events(&older).await {
                Ok(older) => events.extend(older),
                // Something is better than nothing; the health tells what is the matter.
                Err(_) if !events.is_empty() => {}
                Err(error) => return Err(JournalError::Unavailable(error.to_string())),
            }
        }
        Ok(events)
    }
}
