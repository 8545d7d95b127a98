//! How large a space is: exactly in the process; on a server estimated from a sample, since counting would go through
//! all of its keys.

use crate::{
    error::CacheError,
    raw_key::Naming,
    remote::Remote,
    space::{Backend, Space},
    stored::{RawKey, ScanCursor},
};
use std::collections::HashSet;

/// Keys that a server looks at in one step. It gives them in the order of their hashes, so any of them are a fair sample.
const STEP: usize = 1_000;
/// Steps of a sample, over all servers together; at least one each.
const STEPS: usize = 4;
/// Masters of a cluster that are looked at.
const MASTERS: usize = 16;
/// Entries weighed.
const WEIGHED: usize = 100;

/// How many entries a space has, and what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpaceSize {
    /// Entries.
    pub keys: u64,
    /// Bytes of memory; none when the server does not tell.
    pub bytes: Option<u64>,
}

impl Space {
    /// How large the space is. On a server this takes some five questions, and is exact for keys when its database has no
    /// more than about four thousand. On a cluster each master is asked, of more than sixteen the first sixteen.
    ///
    /// # Errors
    ///
    /// Those of a server that does not answer.
    pub async fn size(&self) -> Result<SpaceSize, CacheError> {
        match &self.0.backend {
            Backend::Embedded(embedded) => {
                let (keys, bytes) = embedded.size();
                Ok(SpaceSize { keys, bytes: Some(bytes) })
            }
            Backend::Redis(remote) => self.counted(self.estimate(remote)).await,
        }
    }

    async fn estimate(&self, remote: &Remote) -> Result<SpaceSize, CacheError> {
        let naming = remote.naming(&self.0.clock).await;
        let servers = remote.store.servers().await?;
        let asked = servers.min(MASTERS);
        let (mut own, mut keys) = (Vec::new(), 0.0);
        for node in 0..asked {
            let sample = sample(remote, &naming, node, STEPS.div_ceil(asked.max(1))).await?;
            keys += sample.keys;
            own.extend(sample.own);
        }
        let keys = (keys * servers as f64 / asked.max(1) as f64).round() as u64;
        let seen = own.len();
        // Evenly from all servers.
        let own: Vec<_> = own.into_iter().step_by(seen.div_ceil(WEIGHED).max(1)).collect();
        let facts = remote.store.facts(&own).await?;
        let weights: Vec<u64> = facts.into_iter().flatten().filter_map(|facts| facts.bytes).collect();
        let mean = weights.iter().sum::<u64>() as f64 / weights.len() as f64;
        let bytes = match (keys, weights.is_empty()) {
            (0, _) => Some(0),
            (_, true) => None,
            (_, false) => Some((mean * keys as f64).round() as u64),
        };
        Ok(SpaceSize { keys, bytes })
    }
}

/// What was found on one server.
struct Sample {
    /// How many keys of the space it has.
    keys: f64,
    /// Those that were seen, each once.
    own: HashSet<RawKey>,
}

/// Looks at keys of one server. How many keys it has is asked with each step: others write and delete meanwhile, and the
/// share of a moment says nothing about the number of another.
async fn sample(remote: &Remote, naming: &Naming, node: usize, steps: usize) -> Result<Sample, CacheError> {
    let (mut own, mut looked_at, mut weighted) = (HashSet::new(), 0.0, 0.0);
    let mut from = Some(ScanCursor { node, cursor: 0 });
    for _ in 0..steps {
        let Some(cursor) = from else { break };
        let (page, held) = remote.store.scan_and_count(cursor, STEP).await?;
        from = page.next.filter(|next| next.node == node);
        looked_at += page.keys.len() as f64;
        let before = own.len();
        own.extend(page.keys.into_iter().filter(|raw| naming.key_of(raw).is_some()));
        weighted += (own.len() - before) as f64 * held as f64;
    }
    let seen = own.len() as f64;
    let keys = match from {
        None => seen,
        // There are as many as were seen, whatever the number says.
        Some(_) => f64::max(weighted / f64::max(looked_at, 1.0), seen),
    };
    Ok(Sample { keys, own })
}
