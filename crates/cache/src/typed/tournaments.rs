//! What is kept of tournaments: their data, lists of them, their standings.

use crate::{
    CacheError, CacheManager, Cacheable, Space,
    key::{KeyPart, KeyText},
};

/// The tag of every list.
const LISTS: &str = "tournaments";

/// Tournaments in the space `default`.
///
/// | kept | key | out of date with |
/// |---|---|---|
/// | data | `tournament:{id}` | [`invalidate_result`](Self::invalidate_result), [`invalidate_tournament`](Self::invalidate_tournament) |
/// | standings | `tournament:{id}:standings` | [`invalidate_result`](Self::invalidate_result), [`invalidate_tournament`](Self::invalidate_tournament) |
/// | a list | `tournaments:{filter}:{page}` | [`invalidate_lists`](Self::invalidate_lists), [`invalidate_tournament`](Self::invalidate_tournament) |
#[derive(Clone, Debug)]
pub struct TournamentCache {
    space: Space,
}

impl TournamentCache {
    /// Over the space `default`; fails when it is not there.
    pub fn new(cache: &CacheManager) -> Result<Self, CacheError> {
        Ok(Self { space: cache.space("default")? })
    }

    /// The data of one tournament, computed when it is not kept; that there is no such tournament is kept where the
    /// space says so.
    pub async fn tournament<T, E, F, Fut>(&self, id: impl KeyPart, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        self.space.get_or_compute_optional(tournament(&id), compute).await
    }

    /// The standings of one tournament; none when there is no such tournament.
    pub async fn standings<T, E, F, Fut>(&self, id: impl KeyPart, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        self.space.get_or_compute_optional(standings(&id), compute).await
    }

    /// A page of the list of tournaments that pass a filter.
    pub async fn list<T, E, F, Fut>(&self, filter: impl KeyPart, page: u32, compute: F) -> Result<T, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let key = KeyText::new().text("tournaments:").value(&filter).text(":").value(&page).finish();
        self.space.entry(&key).tags([LISTS]).get_or_compute(compute).await
    }

    /// A tournament has changed, begun or gone: drops its data, its standings and all lists. How many entries those were.
    pub async fn invalidate_tournament(&self, id: impl KeyPart) -> Result<u64, CacheError> {
        Ok(self.invalidate_result(id).await? + self.invalidate_lists().await?)
    }

    /// A result has come in: drops data and standings of a tournament, and leaves the lists. How many entries those were.
    pub async fn invalidate_result(&self, id: impl KeyPart) -> Result<u64, CacheError> {
        self.space.delete_many(&[tournament(&id), standings(&id)]).await
    }

    /// Drops all lists. How many those were.
    pub async fn invalidate_lists(&self) -> Result<u64, CacheError> {
        self.space.invalidate_tag(LISTS).await
    }
}

fn tournament(id: &impl KeyPart) -> String {
    KeyText::new().text("tournament:").value(id).finish()
}

fn standings(id: &impl KeyPart) -> String {
    KeyText::new().text("tournament:").value(id).text(":standings").finish()
}
