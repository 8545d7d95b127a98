//! Through the keys of a space, step by step, without holding up the server.

use crate::{
    error::CacheError,
    glob::Glob,
    space::{Backend, Space},
    stored::ScanCursor,
};
use std::time::Duration;

/// A server looks at this many keys in one step: about half a millisecond.
const STEP: usize = 1_000;
/// After so many steps or batches others go first.
const STEPS_A_PAUSE: u32 = 8;
const PAUSE: Duration = Duration::from_millis(1);

/// A walk through all keys that match.
pub(super) struct Walk<'call> {
    space: &'call Space,
    glob: &'call Glob,
    from: Option<ScanCursor>,
    pace: Pace,
    /// About how many keys were looked at.
    pub scanned: u64,
}

impl<'call> Walk<'call> {
    pub(super) fn new(space: &'call Space, glob: &'call Glob) -> Self {
        Self { space, glob, from: Some(ScanCursor::default()), pace: Pace::default(), scanned: 0 }
    }

    /// The keys of the next step, perhaps none; nothing at the end. A server may give a key twice.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, CacheError> {
        let Some(from) = self.from.take() else { return Ok(None) };
        match &self.space.0.backend {
            Backend::Embedded(embedded) => {
                let keys = embedded.keys(self.glob, None, usize::MAX);
                self.scanned += keys.len() as u64;
                Ok(Some(keys.iter().map(|key| key.to_vec()).collect()))
            }
            Backend::Redis(remote) => {
                self.pace.step().await;
                let naming = remote.naming(&self.space.0.clock).await;
                let complete = naming.glob(self.glob.source());
                let page = self.space.counted(remote.store.scan(&complete, from, STEP)).await?;
                self.from = page.next;
                self.scanned += STEP as u64;
                Ok(Some(page.keys.iter().filter_map(|raw| naming.key_of(raw)).map(<[u8]>::to_vec).collect()))
            }
        }
    }
}

/// Lets others go first now and then.
#[derive(Debug, Default)]
pub(super) struct Pace(u32);

impl Pace {
    pub(super) async fn step(&mut self) {
        self.0 += 1;
        if self.0.is_multiple_of(STEPS_A_PAUSE) {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
