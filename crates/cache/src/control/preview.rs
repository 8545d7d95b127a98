//! What would be cleared, and what it would cost.

use super::walk::Walk;
use crate::{
    error::CacheError,
    glob::Glob,
    raw_key::escaped,
    space::{Backend, Space},
};

/// The most keys shown.
const SHOWN: usize = 20;
/// Bytes are estimated from this many keys, drawn evenly from all that match.
const WEIGHED: usize = 200;
/// Entries cleared a second, about: a server frees them behind, but each batch is paid for with a pause.
const CLEARED_A_SECOND: f64 = 150_000.0;

/// What would be cleared.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// How many keys match.
    pub matched: u64,
    /// Some of them, at most 20, as [`escaped_key`](crate::escaped_key) writes them.
    pub sample: Vec<String>,
    /// Bytes that they take, estimated from a sample.
    pub bytes: u64,
    /// How long computing them again takes: keys times the mean time of a computation in this process; none when nothing
    /// was computed.
    pub recompute_seconds: Option<f64>,
    /// How long clearing them will take, about.
    pub seconds_estimated: f64,
    /// Clears exactly this, once, within five minutes.
    pub token: String,
}

/// Goes through the keys and counts.
pub(super) async fn look(space: &Space, glob: &Glob) -> Result<Preview, CacheError> {
    let begun = space.0.clock.monotonic();
    let (mut matched, mut drawn) = (0_u64, Vec::<Vec<u8>>::new());
    let mut walk = Walk::new(space, glob);
    while let Some(keys) = walk.next().await? {
        for key in keys {
            matched += 1;
            // Every key that matches has the same chance to be among those drawn.
            if drawn.len() < WEIGHED {
                drawn.push(key);
            } else if let Some(place) = drawn.get_mut(fastrand::u64(..matched) as usize) {
                *place = key;
            }
        }
    }
    let scan = space.0.clock.monotonic().saturating_sub(begun);
    let mean_bytes = mean_bytes(space, &drawn).await?;
    drawn.sort_unstable();
    Ok(Preview {
        matched,
        sample: evenly(&drawn).map(|key| escaped(key)).collect(),
        bytes: (mean_bytes * matched as f64) as u64,
        recompute_seconds: space.mean_compute_seconds().map(|mean| mean * matched as f64),
        seconds_estimated: scan.as_secs_f64() + matched as f64 / CLEARED_A_SECOND,
        token: String::new(),
    })
}

async fn mean_bytes(space: &Space, keys: &[Vec<u8>]) -> Result<f64, CacheError> {
    let facts = match &space.0.backend {
        Backend::Embedded(embedded) => keys.iter().map(|key| embedded.facts(key)).collect(),
        Backend::Redis(remote) => {
            let naming = remote.naming(&space.0.clock).await;
            let raw: Vec<_> = keys.iter().map(|key| naming.entry(key)).collect();
            space.counted(remote.store.facts(&raw)).await?
        }
    };
    let bytes: Vec<u64> = facts.into_iter().flatten().filter_map(|facts| facts.bytes).collect();
    Ok(if bytes.is_empty() { 0.0 } else { bytes.iter().sum::<u64>() as f64 / bytes.len() as f64 })
}

/// At most [`SHOWN`] of the keys, spread over all of them.
fn evenly(keys: &[Vec<u8>]) -> impl Iterator<Item = &Vec<u8>> {
    keys.iter().step_by(keys.len().div_ceil(SHOWN).max(1))
}
