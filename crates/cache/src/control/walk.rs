//! Through the keys of a space, step by step, without holding up the server.

use super::pace::Pace;
use crate::{
    error::CacheError,
    glob::Glob,
    space::{Backend, Space},
    stored::ScanCursor,
};

/// A server looks at this many keys in one step, at first, at least and at most.
const STEP: [usize; 3] = [500, 200, 5_000];

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
        let [first, least, most] = STEP;
        Self { space, glob, from: Some(ScanCursor::default()), pace: Pace::new(first, least, most), scanned: 0 }
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
                let clock = &self.space.0.clock;
                let step = self.space.counted(self.pace.step(remote, &**clock)).await?;
                let naming = remote.naming(clock).await;
                let complete = naming.glob(self.glob.source());
                let begun = clock.monotonic();
                let page = self.space.counted(remote.store.scan(&complete, from, step)).await?;
                self.pace.took(clock.monotonic().saturating_sub(begun));
                self.from = page.next;
                self.scanned += step as u64;
                Ok(Some(page.keys.iter().filter_map(|raw| naming.key_of(raw)).map(<[u8]>::to_vec).collect()))
            }
        }
    }
}
