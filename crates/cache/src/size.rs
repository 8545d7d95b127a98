//! How large a space is: exactly in the process; on a server estimated from a sample, since counting would go through
//! all of its keys.

use crate::{
    error::CacheError,
    remote::Remote,
    space::{Backend, Space},
    stored::ScanCursor,
};

/// Keys of the database looked at. The server gives them in the order of their hashes, so any of them are a fair sample.
const SAMPLED: usize = 1_000;
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
    /// How large the space is. On a server this takes three questions, and is exact for keys when its database has no
    /// more than about a thousand; on a cluster it goes by the first master.
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
        let page = remote.store.scan(b"*", ScanCursor::default(), SAMPLED).await?;
        let looked_at = page.keys.len();
        let mut own: Vec<_> = page.keys.into_iter().filter(|raw| naming.key_of(raw).is_some()).collect();
        let sampled = own.len() as u64;
        let keys = if page.next.is_none() {
            sampled
        } else {
            let share = sampled as f64 / looked_at.max(1) as f64;
            (remote.store.count().await? as f64 * share).round() as u64
        };
        own.truncate(WEIGHED);
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
