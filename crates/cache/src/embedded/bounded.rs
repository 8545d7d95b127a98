//! The map of the entries: bounded by bytes, and telling who had to go.

use super::held::Held;
use foldhash::fast::RandomState;
use quick_cache::{Lifecycle, OptionsBuilder, Weighter, sync::Cache};
use std::sync::Arc;

/// A key, shared by all that know of the entry.
pub(super) type Key = Arc<[u8]>;

/// Entries by their keys.
pub(super) type Entries = Cache<Key, Held, Weight, RandomState, Gone>;

/// The parts of a map have locks and bounds of their own: no more of them than it takes for threads not to wait.
const MOST_PARTS: u64 = 32;
/// Bytes of an entry, about.
const USUAL_ENTRY: u64 = 1_024;
/// Keys that had to go lately are remembered, for they stay if they are asked for again: so many, of those that have
/// room.
const REMEMBERED: f64 = 0.1;

/// No more than `max_bytes`; a value of `max_value_bytes` finds room as long as two of them do.
pub(super) fn entries(max_bytes: u64, max_value_bytes: usize) -> Entries {
    let largest = u64::try_from(max_value_bytes).unwrap_or(u64::MAX).max(1);
    let parts = (max_bytes / 2 / largest).clamp(1, MOST_PARTS);
    // A power of two, as there will be, so that the parts together hold no more.
    let parts = 1 << parts.ilog2();
    let usual = usize::try_from(max_bytes / USUAL_ENTRY).unwrap_or(usize::MAX);
    let options = OptionsBuilder::new()
        .shards(parts as usize)
        .estimated_items_capacity(usual)
        .ghost_allocation(REMEMBERED)
        .weight_capacity(max_bytes / parts * parts)
        .build()
        .expect("both capacities are given");
    Cache::with_options(options, Weight, RandomState::default(), Gone)
}

#[derive(Clone)]
pub(super) struct Weight;

impl Weighter<Key, Held> for Weight {
    fn weight(&self, _: &Key, held: &Held) -> u64 {
        u64::from(held.weight)
    }
}

/// Hands over what a writing has put out: the entry that was at its key, those that had to make room, or itself when it
/// is too large.
#[derive(Clone)]
pub(super) struct Gone;

impl Lifecycle<Key, Held> for Gone {
    type RequestState = Vec<(Key, Held)>;

    fn on_evict(&self, gone: &mut Self::RequestState, key: Key, held: Held) {
        gone.push((key, held));
    }
}
