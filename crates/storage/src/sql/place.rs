//! The place of a chunk in the order of all chunks, as one whole number: the key of its row.
//!
//! ```text
//! 3 − tier (2 bits)   slot: which chunk since the epoch (34 bits)   series (24 bits)
//! ```
//! Rows are therefore in the order of tier, time, series: what is written comes last, what is deleted stands together, and
//! one number costs less than three in row and index. The finest tier, which most is written to, comes last of all.

use crate::tier::Tier;
use std::ops::Range;

const SERIES_BITS: u32 = 24;
const SLOT_BITS: u32 = 34;

/// From the place of a chunk to that of the same series' next one.
pub(crate) const NEXT_SLOT: i64 = 1 << SERIES_BITS;

/// The most series that a store can ever know.
pub(crate) const MOST_SERIES: i64 = 1 << SERIES_BITS;

/// The number of the series that has a value whenever there was a frame: the times of all frames.
pub(crate) const FRAMES: i64 = 0;

/// The slot of the chunk of `tier` that begins at `start`; none for times that no clock tells.
pub(crate) fn slot(tier: Tier, start: i64) -> Option<i64> {
    let slot = start.div_euclid(tier.chunk_ms);
    (0..1 << SLOT_BITS).contains(&slot).then_some(slot)
}

/// The place of the chunk of `series` in `slot`.
pub(crate) const fn place(tier: Tier, slot: i64, series: i64) -> i64 {
    ((3 - tier.index as i64) << (SLOT_BITS + SERIES_BITS)) | (slot << SERIES_BITS) | series
}

/// Slot and series of a place.
pub(crate) const fn slot_and_series(place: i64) -> (i64, i64) {
    ((place >> SERIES_BITS) & ((1 << SLOT_BITS) - 1), place & (MOST_SERIES - 1))
}

/// The places of all chunks of `tier` in these slots.
pub(crate) fn places(tier: Tier, slots: Range<i64>) -> Range<i64> {
    let within = |slot: i64| slot.clamp(0, (1 << SLOT_BITS) - 1);
    place(tier, within(slots.start), 0)..place(tier, within(slots.end), 0)
}

/// The places of all chunks of `tier`.
pub(crate) fn all(tier: Tier) -> Range<i64> {
    places(tier, 0..i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tier::TIERS;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_in_the_order_of_tier_slot_and_series(
            a in (0_usize..4, 0_i64..1 << 33, 0_i64..MOST_SERIES), b in (0_usize..4, 0_i64..1 << 33, 0_i64..MOST_SERIES),
        ) {
            let key = |(tier, slot, series): (usize, i64, i64)| place(TIERS[tier], slot, series);
            let order = |(tier, slot, series): (usize, i64, i64)| (3 - tier, slot, series);
            prop_assert_eq!(key(a).cmp(&key(b)), order(a).cmp(&order(b)));
            prop_assert_eq!(slot_and_series(key(a)), (a.1, a.2));
            prop_assert!(key(a) >= 0 && all(TIERS[a.0]).contains(&key(a)));
        }
    }

    #[test]
    fn times_before_the_epoch_have_no_slot() {
        assert_eq!(slot(TIERS[0], -1), None);
        assert_eq!(slot(TIERS[0], 1_800_000_000_000), Some(3_000_000));
    }
}
