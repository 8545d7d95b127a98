//! Results come in: that changes ratings, standings, statistics and predictions, and nothing else.

use super::{Service, ServiceError, report};
use crate::store::{MatchResult, NewMatch};
use miorai_cache::invalidates;

/// More goals than this nobody scores.
const MOST_GOALS: i64 = 99;

impl Service {
    /// Writes a result down.
    #[invalidates(
        "player:{new.home}",
        "player:{new.home}:statistics",
        "player:{new.away}",
        "player:{new.away}:statistics"
    )]
    pub async fn report(&self, new: NewMatch) -> Result<MatchResult, ServiceError> {
        check(&new)?;
        let unknown = ServiceError::Invalid { field: "reporter", detail: "there is no such user" };
        if !self.permissions(new.reporter).await?.ok_or(unknown)?.may_report {
            return Err(ServiceError::Forbidden);
        }
        let unknown = ServiceError::Invalid { field: "tournament", detail: "there is no such tournament or player" };
        let result = self.store().report(&new).await?.ok_or(unknown)?;
        self.forget(&new).await;
        Ok(result)
    }

    /// Drops what a result has made out of date, also when who has sent it does not wait.
    async fn forget(&self, new: &NewMatch) {
        let (shared, new) = (self.shared.clone(), new.clone());
        let clearing = tokio::spawn(async move {
            report(shared.tournaments.invalidate_result(new.tournament).await);
            report(shared.ml.invalidate_competitor(new.home).await);
            report(shared.ml.invalidate_competitor(new.away).await);
            report(shared.users.invalidate_statistics(new.reporter).await);
        });
        let _ = clearing.await;
    }
}

fn check(new: &NewMatch) -> Result<(), ServiceError> {
    let invalid = |field, detail| Err(ServiceError::Invalid { field, detail });
    let is_score = |goals| (0..=MOST_GOALS).contains(&goals);
    if !is_score(new.home_score) {
        return invalid("home_score", "goals are 0 to 99");
    }
    if !is_score(new.away_score) {
        return invalid("away_score", "goals are 0 to 99");
    }
    if new.home == new.away {
        return invalid("away", "nobody plays against themselves");
    }
    Ok(())
}
