//! Tournaments, by their typed cache.

use super::{Service, ServiceError};
use crate::store::{Leader, Standings, Tournament, TournamentSummary};

impl Service {
    /// The leader of each tournament. Nothing of it is kept: see [`Store::season`](crate::store::Store::season).
    pub async fn season(&self) -> Result<Vec<Leader>, ServiceError> {
        Ok(self.store().season().await?)
    }

    /// A page of the tournaments whose name contains a text.
    pub async fn tournaments(&self, name: &str, page: u32) -> Result<Vec<TournamentSummary>, ServiceError> {
        let compute = || async { Ok(self.store().tournaments(name, page).await?) };
        self.shared.tournaments.list(name, page, compute).await
    }

    /// One tournament.
    pub async fn tournament(&self, id: i64) -> Result<Option<Tournament>, ServiceError> {
        self.shared.tournaments.tournament(id, || async { Ok(self.store().tournament(id).await?) }).await
    }

    /// Its standings.
    pub async fn standings(&self, id: i64) -> Result<Option<Standings>, ServiceError> {
        self.shared.tournaments.standings(id, || async { Ok(self.store().standings(id).await?) }).await
    }
}
