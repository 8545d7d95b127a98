//! What is kept of users: profile, permissions, statistics.

use crate::{
    CacheError, CacheManager, Cacheable, Space,
    key::{KeyPart, KeyText},
};
use std::time::Duration;

/// A right that was taken away must not work for long, also when nobody has said that it was.
const PERMISSIONS_TTL: Duration = Duration::from_mins(1);

/// Users in the space `default`.
///
/// | kept | key | out of date with |
/// |---|---|---|
/// | profile | `user:{id}:profile` | [`invalidate_profile`](Self::invalidate_profile), [`invalidate_user`](Self::invalidate_user) |
/// | permissions | `user:{id}:permissions` | [`invalidate_permissions`](Self::invalidate_permissions), [`invalidate_user`](Self::invalidate_user) |
/// | statistics | `user:{id}:statistics` | [`invalidate_statistics`](Self::invalidate_statistics), [`invalidate_user`](Self::invalidate_user) |
///
/// Each gives none when there is no such user.
#[derive(Clone, Debug)]
pub struct UserCache {
    space: Space,
}

/// What is kept of one user.
#[derive(Clone, Copy)]
enum Part {
    Profile,
    Permissions,
    Statistics,
}

impl UserCache {
    /// Over the space `default`; fails when it is not there.
    pub fn new(cache: &CacheManager) -> Result<Self, CacheError> {
        Ok(Self { space: cache.space("default")? })
    }

    /// Who a user is.
    pub async fn profile<T, E, F, Fut>(&self, id: impl KeyPart, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        self.space.get_or_compute_optional(Part::Profile.key(&id), compute).await
    }

    /// What a user may do; kept for a minute at most.
    pub async fn permissions<T, E, F, Fut>(&self, id: impl KeyPart, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        let key = Part::Permissions.key(&id);
        self.space.entry(&key).ttl(PERMISSIONS_TTL).get_or_compute_optional(compute).await
    }

    /// What a user has done.
    pub async fn statistics<T, E, F, Fut>(&self, id: impl KeyPart, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        self.space.get_or_compute_optional(Part::Statistics.key(&id), compute).await
    }

    /// A profile has changed. Whether it was kept.
    pub async fn invalidate_profile(&self, id: impl KeyPart) -> Result<bool, CacheError> {
        self.space.delete(Part::Profile.key(&id)).await
    }

    /// A right was given or taken. Whether the user's were kept.
    pub async fn invalidate_permissions(&self, id: impl KeyPart) -> Result<bool, CacheError> {
        self.space.delete(Part::Permissions.key(&id)).await
    }

    /// A user has done something that is counted. Whether the statistics were kept.
    pub async fn invalidate_statistics(&self, id: impl KeyPart) -> Result<bool, CacheError> {
        self.space.delete(Part::Statistics.key(&id)).await
    }

    /// Drops all that is kept of a user. How many entries those were.
    pub async fn invalidate_user(&self, id: impl KeyPart) -> Result<u64, CacheError> {
        self.space.delete_many(&[Part::Profile, Part::Permissions, Part::Statistics].map(|part| part.key(&id))).await
    }
}

impl Part {
    fn key(self, id: &impl KeyPart) -> String {
        let part = match self {
            Self::Profile => ":profile",
            Self::Permissions => ":permissions",
            Self::Statistics => ":statistics",
        };
        KeyText::new().text("user:").value(id).text(part).finish()
    }
}
