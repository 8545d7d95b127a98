//! How large the spaces on the Redis are: estimated now and then, since they do not tell.

use super::watch::Watch;
use miorai_cache::SpaceSize;
use miorai_model::cache::{Backend, CacheReport, SpaceReport};
use std::{collections::HashMap, time::Duration};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often sizes are estimated.
const WEIGHS_EVERY: Duration = Duration::from_secs(5);

/// Where entries are: their prefix, and their database. Several programs may share them.
pub(super) type Place = (String, i64);

/// What is known of sizes.
pub(super) type Sizes = HashMap<Place, SpaceSize>;

impl Watch {
    /// Estimates the sizes of all spaces, until `stop`.
    pub(super) async fn weigh_all(&self, stop: &CancellationToken) {
        let mut ticks = tokio::time::interval(WEIGHS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            if stop.run_until_cancelled(self.weigh()).await.is_none() {
                return;
            }
        }
    }

    /// One after the other; what cannot be asked now keeps no size.
    async fn weigh(&self) {
        let reports = self.known().report.spaces.clone();
        let mut sizes = Sizes::new();
        for report in reports.iter().filter(|report| report.backend == Backend::Redis) {
            if sizes.contains_key(&place(report)) {
                continue;
            }
            let Ok(space) = self.space_of(report) else { continue };
            if let Ok(size) = space.size().await {
                sizes.insert(place(report), size);
            }
        }
        self.known().sizes = sizes;
    }
}

/// Writes sizes into the spaces that do not tell theirs.
pub(super) fn complete(report: &mut CacheReport, sizes: &Sizes) {
    for space in report.spaces.iter_mut().filter(|space| space.backend == Backend::Redis) {
        if let Some(size) = sizes.get(&place(space)) {
            space.keys = Some(size.keys);
            space.memory_bytes = size.bytes;
        }
    }
}

pub(super) fn place(space: &SpaceReport) -> Place {
    (space.prefix.clone(), space.database)
}
