//! Users, by their typed cache.

use super::{Service, ServiceError, report};
use crate::store::{Permissions, Profile, UserStatistics};

/// The longest name that a user may have, in characters.
const LONGEST_NAME: usize = 80;

impl Service {
    /// Who a user is.
    pub async fn profile(&self, user: i64) -> Result<Option<Profile>, ServiceError> {
        self.shared.users.profile(user, || async { Ok(self.store().profile(user).await?) }).await
    }

    /// What a user may do.
    pub async fn permissions(&self, user: i64) -> Result<Option<Permissions>, ServiceError> {
        self.shared.users.permissions(user, || async { Ok(self.store().permissions(user).await?) }).await
    }

    /// What a user has done.
    pub async fn user_statistics(&self, user: i64) -> Result<Option<UserStatistics>, ServiceError> {
        self.shared.users.statistics(user, || async { Ok(self.store().user_statistics(user).await?) }).await
    }

    /// Gives a user another name.
    pub async fn rename(&self, user: i64, name: &str) -> Result<(), ServiceError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(ServiceError::Invalid { field: "name", detail: "a name has 1 to 80 characters" });
        }
        if !self.store().rename(user, name).await? {
            return Err(ServiceError::NotFound("user"));
        }
        let users = self.shared.users.clone();
        let clearing = tokio::spawn(async move { report(users.invalidate_profile(user).await) });
        let _ = clearing.await;
        Ok(())
    }
}
