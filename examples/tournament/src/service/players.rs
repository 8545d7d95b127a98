//! Players, by attributes: each read is cached by the line above it.

use super::{Service, ServiceError};
use crate::store::{Player, PlayerStatistics, RankedPlayer};
use miorai_cache::cached;

impl Service {
    /// One player; that there is no such player is remembered for half a minute.
    #[cached(key = "player:{id}", negative = "30s")]
    pub async fn player(&self, id: i64) -> Result<Option<Player>, ServiceError> {
        Ok(self.store().player(id).await?)
    }

    /// What a player has done.
    #[cached(key = "player:{id}:statistics", ttl = "15m", negative = "30s")]
    pub async fn player_statistics(&self, id: i64) -> Result<Option<PlayerStatistics>, ServiceError> {
        Ok(self.store().player_statistics(id).await?)
    }

    /// The hundred strongest. Results come in all the time: it is kept for some seconds, and given out for some more
    /// while one request computes it anew.
    #[cached(
        space(name = "ranking", ttl = "10s"),
        key = "ranking",
        stale_while_revalidate = "20s",
        stale_if_error = "10m"
    )]
    pub async fn ranking(&self) -> Result<Vec<RankedPlayer>, ServiceError> {
        Ok(self.store().ranking().await?)
    }
}
