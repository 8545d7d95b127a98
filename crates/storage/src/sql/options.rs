//! What may be set of a store.

use crate::tier::{COUNT, LIFETIMES};
use std::time::Duration;

/// How much is kept, and for how long.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreOptions {
    /// So many frames are kept in memory, at least.
    pub frames_in_memory: usize,
    /// At most so many while the database cannot be written to.
    pub frames_waiting: usize,
    /// How long each tier is kept.
    pub lifetimes: [Duration; COUNT],
    /// At most so many bytes are kept in the database; then the oldest of the tier goes that has lived the greatest share
    /// of its lifetime.
    pub max_bytes: u64,
    /// The time between two blocks: what a kill can cost.
    pub flush_every: Duration,
    /// At most so many events are kept.
    pub max_events: usize,
    /// How long an event is kept.
    pub event_lifetime: Duration,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            frames_in_memory: 900,
            frames_waiting: 1_800,
            lifetimes: LIFETIMES,
            max_bytes: 2 << 30,
            flush_every: Duration::from_secs(5),
            max_events: 10_000,
            event_lifetime: Duration::from_hours(90 * 24),
        }
    }
}
