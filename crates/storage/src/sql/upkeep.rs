//! What goes: chunks at the end of their lifetime, the oldest when there are too many, events, series that are gone.

use super::{backend::StoreError, place::places, writer::Writer};
use crate::tier::{TIERS, Tier};

/// Chunks deleted in one step.
const AT_ONCE: i64 = 1_000;
/// Nothing is deleted before so many frames have come regularly: after a start, or when the clock was set, it may be wrong.
const STEADY: u32 = 600;
/// Turns between two looks at the size of the store.
const TURNS_A_LOOK: u64 = 15;
/// Turns between two looks at what is rarely to be done.
const TURNS_A_ROUND: u64 = 60;

impl Writer {
    /// Does one step of what is due.
    pub(super) async fn upkeep(&mut self) -> Result<(), StoreError> {
        if self.turn.is_multiple_of(TURNS_A_LOOK) {
            self.bytes = self.history.backend.used_bytes().await?;
            self.history.status.set_bytes(self.bytes);
        }
        if self.roll().await? || self.steady < STEADY {
            return Ok(());
        }
        let Some(newest) = self.history.known().newest else { return Ok(()) };
        if self.turn.is_multiple_of(TURNS_A_ROUND) {
            self.round(newest).await?;
        }
        if self.drop_old().await? {
            return Ok(());
        }
        if self.bytes > self.options.max_bytes {
            self.make_room(newest).await?;
        }
        Ok(())
    }

    /// Deletes a few of the chunks whose lifetime is over; whether there were any.
    pub(super) async fn drop_old(&mut self) -> Result<bool, StoreError> {
        let Some(newest) = self.history.known().newest.filter(|_| self.steady >= STEADY) else { return Ok(false) };
        for tier in TIERS {
            let lifetime = self.options.lifetimes[tier.index].as_millis() as i64;
            if self.drop_before(tier, newest.saturating_sub(lifetime)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is rarely to be done.
    async fn round(&mut self, newest: i64) -> Result<(), StoreError> {
        let backend = &self.history.backend;
        let before = newest.saturating_sub(self.options.event_lifetime.as_millis() as i64);
        backend.trim_events(before, self.options.max_events).await?;
        let longest = self.options.lifetimes.iter().max().map_or(0, |lifetime| lifetime.as_millis() as i64);
        // A series is seen to the day.
        let unseen = newest.saturating_sub(longest).saturating_sub(TIERS[2].chunk_ms);
        if backend.forget_series(unseen).await? > 0 {
            self.history.change_known().series.retain(|_, series| series.seen >= unseen);
        }
        backend.tidy().await
    }

    /// Deletes a few of the chunks of `tier` that end before `before` and are in the next tier; whether there were any.
    async fn drop_before(&mut self, tier: Tier, before: i64) -> Result<bool, StoreError> {
        let (begin, before) = {
            let known = self.history.known();
            let next = known.stored.get(tier.index + 1).map_or(i64::MAX, |next| next.end);
            (known.stored[tier.index].clone(), before.min(next))
        };
        if begin.is_empty() || begin.start + tier.chunk_ms > before {
            return Ok(false);
        }
        let backend = &self.history.backend;
        let deleted = backend.delete(places(tier, 0..before.div_euclid(tier.chunk_ms)), AT_ONCE).await?;
        if deleted < AT_ONCE as u64 {
            let mut known = super::known::Known { stored: self.history.known().stored.clone(), ..Default::default() };
            known.look(&**backend, tier).await?;
            let mut now = self.history.change_known();
            now.stored = known.stored;
            now.first[tier.index] = known.first[tier.index];
        }
        Ok(true)
    }

    /// Deletes the oldest chunks of the tier that has lived the greatest share of its lifetime, so that all become
    /// shorter alike.
    async fn make_room(&mut self, newest: i64) -> Result<(), StoreError> {
        let oldest = {
            let known = self.history.known();
            let share = |tier: &Tier| {
                let lifetime = self.options.lifetimes[tier.index].as_millis().max(1) as f64;
                (newest - known.stored[tier.index].start) as f64 / lifetime
            };
            let can_go = |tier: &&Tier| {
                let next = known.stored.get(tier.index + 1).map_or(newest - tier.chunk_ms, |next| next.end);
                let stored = &known.stored[tier.index];
                !stored.is_empty() && stored.start + tier.chunk_ms <= next
            };
            let tiers = TIERS.iter().filter(can_go).map(|tier| (share(tier), *tier));
            tiers.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, tier)| (tier, known.stored[tier.index].start))
        };
        let Some((tier, start)) = oldest else { return Ok(()) };
        self.drop_before(tier, start + tier.chunk_ms).await?;
        self.bytes = self.history.backend.used_bytes().await?;
        self.history.status.set_bytes(self.bytes);
        Ok(())
    }
}
