//! What is out of date goes: by pattern, by tag, or all at once.

use crate::{
    error::CacheError,
    glob::Glob,
    recorder::Count,
    redis::cleared::Cleared,
    remote::Remote,
    space::{Backend, Space},
    stored::ScanCursor,
};
use bytes::Bytes;

/// Keys looked at in one step of a scan.
const SCAN_STEP: usize = 1_000;
/// Keys deleted in one command.
const BATCH: usize = 500;

impl Space {
    /// Deletes the entries whose keys match a glob in Redis' syntax (see [`Glob`]); how many there were.
    pub async fn invalidate(&self, glob: &str) -> Result<u64, CacheError> {
        let glob = Glob::new(glob)?;
        self.forget_matching(&glob).await;
        let deleted = match &self.0.backend {
            Backend::Embedded(embedded) => {
                let keys = embedded.keys(&glob, None, usize::MAX);
                keys.iter().filter(|key| embedded.delete(key)).count() as u64
            }
            Backend::Redis(remote) => self.counted(self.invalidate_remote(remote, &glob)).await?,
        };
        self.count(Count::Deletes, deleted);
        Ok(deleted)
    }

    /// Deletes the entries that bear a tag; how many there were.
    pub async fn invalidate_tag(&self, tag: &str) -> Result<u64, CacheError> {
        let tag = tag.as_bytes();
        self.0.flights.forget_where(|_, tags| tags.iter().any(|own| **own == *tag));
        self.log(&[Cleared::Tag(Bytes::copy_from_slice(tag))]).await;
        let deleted = match &self.0.backend {
            Backend::Embedded(embedded) => embedded.delete_tag(tag),
            Backend::Redis(remote) => self.counted(self.invalidate_remote_tag(remote, tag)).await?,
        };
        self.count(Count::Deletes, deleted);
        Ok(deleted)
    }

    /// Puts all entries out of sight at once, however many there are: entries written from now on bear another version.
    /// The new version. Other processes on the same Redis follow within a second.
    pub async fn renew_version(&self) -> Result<u64, CacheError> {
        self.0.flights.forget_where(|_, _| true);
        self.log(&[Cleared::Everything]).await;
        match &self.0.backend {
            Backend::Embedded(embedded) => Ok(embedded.renew_version()),
            Backend::Redis(remote) => self.counted(remote.renew_version()).await,
        }
    }

    /// Whatever is being computed for keys that match is out of date.
    pub(crate) async fn forget_matching(&self, glob: &Glob) {
        self.0.flights.forget_where(|key, _| glob.matches(key));
        self.log(&[Cleared::Glob(Bytes::copy_from_slice(glob.source()))]).await;
    }

    /// Tells other processes what is out of date. Where that fails, what they compute in this moment stays until its
    /// lifetime ends.
    pub(crate) async fn log(&self, cleared: &[Cleared]) {
        let Backend::Redis(remote) = &self.0.backend else { return };
        if let Err(error) = self.counted(remote.store.log_cleared(&remote.log(), cleared)).await {
            tracing::debug!(%error, space = self.name(), "other processes are not told what is out of date");
        }
    }

    async fn invalidate_remote(&self, remote: &Remote, glob: &Glob) -> Result<u64, CacheError> {
        let naming = remote.naming(&self.0.clock).await;
        let complete = naming.glob(glob.source());
        let (mut deleted, mut from) = (0, Some(ScanCursor::default()));
        while let Some(cursor) = from {
            let mut page = remote.store.scan(&complete, cursor, SCAN_STEP).await?;
            page.keys.retain(|raw| naming.key_of(raw).is_some());
            for keys in page.keys.chunks(BATCH) {
                deleted += remote.store.delete(keys).await?;
            }
            from = page.next;
        }
        Ok(deleted)
    }

    async fn invalidate_remote_tag(&self, remote: &Remote, tag: &[u8]) -> Result<u64, CacheError> {
        let tag = remote.naming(&self.0.clock).await.tag(tag);
        let mut deleted = 0;
        loop {
            let keys = remote.store.pop_tag(&tag, BATCH).await?;
            if keys.is_empty() {
                return Ok(deleted);
            }
            deleted += remote.store.delete(&keys).await?;
        }
    }
}
