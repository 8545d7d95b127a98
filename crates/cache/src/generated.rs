//! What the code of the macros calls. It is public for that code, and not meant to be called by hand.

use crate::{CacheError, CacheManager, Space};

pub use inventory;

/// The space of this name. A function with an attribute goes on without a cache when there is none: a mistake in the
/// set-up must not become one in an answer.
pub fn space(cache: &CacheManager, name: &str) -> Option<Space> {
    cache.space(name).inspect_err(|error| tracing::error!(%error, "nothing is cached here")).ok()
}

/// Lets a failure to keep something pass: the caller has its answer. The space counts it.
pub fn keep<T>(outcome: Result<T, CacheError>) {
    if let Err(error) = outcome {
        tracing::debug!(%error, "an answer was not kept");
    }
}

/// What a function has made out of date.
#[derive(Debug)]
pub struct Stale {
    /// Where; none when the space is not known.
    pub space: Option<Space>,
    /// Single entries.
    pub keys: Vec<String>,
    /// Entries that match.
    pub globs: Vec<String>,
    /// Entries of tags.
    pub tags: Vec<String>,
}

impl Stale {
    /// Clears it. That goes through also when the caller goes away in the meantime: what it has written stays written,
    /// so what is kept must not stay as it was.
    pub async fn clear(self) {
        let Some(space) = self.space else { return };
        let clearing = tokio::spawn(async move {
            if !self.keys.is_empty() {
                report(space.delete_many(&self.keys).await);
            }
            for glob in &self.globs {
                report(space.invalidate(glob).await);
            }
            for tag in &self.tags {
                report(space.invalidate_tag(tag).await);
            }
        });
        // It ends early only when the program does.
        let _ = clearing.await;
    }
}

fn report(outcome: Result<u64, CacheError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "what is out of date could not be cleared; it ends with its lifetime");
    }
}
