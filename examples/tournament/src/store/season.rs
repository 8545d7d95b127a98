//! The report of a season: slow on purpose.
//!
//! It asks for the list of tournaments, then for each one who has won most often, then for each winner their name: the
//! mistake that is called "N + 1", and without a cache in front of it. A dashboard has to find this route first, and the
//! chain of a slow request has to show why. One statement with two joins would do.

use super::Store;
use serde::{Deserialize, Serialize};

const TOURNAMENTS: &str = "SELECT id, name FROM tournaments ORDER BY id";
const WINNER: &str = "SELECT CASE WHEN home_score > away_score THEN home ELSE away END AS winner, COUNT(*) AS won \
                      FROM matches WHERE tournament = ? AND home_score <> away_score \
                      GROUP BY winner ORDER BY won DESC, winner LIMIT 1";
const NAME: &str = "SELECT name FROM players WHERE id = ?";

/// Who has won most often in a tournament.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leader {
    /// The tournament's number.
    pub tournament: i64,
    /// The tournament's name.
    pub name: String,
    /// The player's name.
    pub player: String,
    /// Matches won.
    pub won: i64,
}

impl Store {
    /// The leader of each tournament, by number. Tournaments without a winner are left out.
    pub async fn season(&self) -> Result<Vec<Leader>, sqlx::Error> {
        // All on one connection: what makes it slow is how often it asks, not waiting for its turn.
        let mut connection = self.pool.acquire().await?;
        let tournaments: Vec<(i64, String)> = sqlx::query_as(TOURNAMENTS).fetch_all(&mut connection).await?;
        let mut winners = Vec::with_capacity(tournaments.len());
        for (tournament, name) in tournaments {
            let winner: Option<(i64, i64)> =
                sqlx::query_as(WINNER).bind(tournament).fetch_optional(&mut connection).await?;
            winners.extend(winner.map(|(winner, won)| (tournament, name, winner, won)));
        }
        let mut leaders = Vec::with_capacity(winners.len());
        for (tournament, name, winner, won) in winners {
            let (player,): (String,) = sqlx::query_as(NAME).bind(winner).fetch_one(&mut connection).await?;
            leaders.push(Leader { tournament, name, player, won });
        }
        Ok(leaders)
    }
}
