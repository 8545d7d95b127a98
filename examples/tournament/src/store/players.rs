//! Players: who they are, what they have done, who is best.

use super::Store;
use crate::rating::Glicko;
use serde::{Deserialize, Serialize};

/// A player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Player {
    /// Their number.
    pub id: i64,
    /// Their name.
    pub name: String,
    /// Where they come from, two letters.
    pub country: String,
    /// How strong they are.
    #[serde(flatten)]
    pub rating: Glicko,
}

/// What a player has done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlayerStatistics {
    /// The player.
    pub player: i64,
    /// Matches played.
    pub played: i64,
    /// Matches won.
    pub won: i64,
    /// Matches drawn.
    pub drawn: i64,
    /// Matches lost.
    pub lost: i64,
    /// Goals scored.
    pub scored: i64,
    /// Goals conceded.
    pub conceded: i64,
    /// Tournaments taken part in.
    pub tournaments: i64,
    /// The highest rating before any match.
    pub peak_rating: Option<f64>,
}

/// A player's place among all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RankedPlayer {
    /// The place, from 1.
    pub place: i64,
    /// The player.
    pub player: i64,
    /// Their name.
    pub name: String,
    /// Their rating.
    pub rating: f64,
}

impl Store {
    /// One player.
    pub async fn player(&self, id: i64) -> Result<Option<Player>, sqlx::Error> {
        let row: Option<(i64, String, String, f64, f64, f64)> =
            sqlx::query_as("SELECT id, name, country, rating, deviation, volatility FROM players WHERE id = ?")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(id, name, country, rating, deviation, volatility)| Player {
            id,
            name,
            country,
            rating: Glicko { rating, deviation, volatility },
        }))
    }

    /// What a player has done in all matches.
    pub async fn player_statistics(&self, id: i64) -> Result<Option<PlayerStatistics>, sqlx::Error> {
        if self.player(id).await?.is_none() {
            return Ok(None);
        }
        let (played, won, drawn, lost, scored, conceded, tournaments, peak_rating) = sqlx::query_as(
            "WITH results (own, other, rating, tournament) AS (
                 SELECT home_score, away_score, home_rating, tournament FROM matches WHERE home = ?1
                 UNION ALL
                 SELECT away_score, home_score, away_rating, tournament FROM matches WHERE away = ?1
             )
             SELECT count(*), coalesce(sum(own > other), 0), coalesce(sum(own = other), 0), coalesce(sum(own < other), 0),
                    coalesce(sum(own), 0), coalesce(sum(other), 0), count(DISTINCT tournament), max(rating)
             FROM results",
        )
        .bind(id)
        .fetch_one(&self.pool)
        .await?;
        let statistics =
            PlayerStatistics { player: id, played, won, drawn, lost, scored, conceded, tournaments, peak_rating };
        Ok(Some(statistics))
    }

    /// The hundred strongest, of those whose rating is sure enough.
    pub async fn ranking(&self) -> Result<Vec<RankedPlayer>, sqlx::Error> {
        let rows: Vec<(i64, i64, String, f64)> = sqlx::query_as(
            "SELECT row_number() OVER (ORDER BY rating DESC), id, name, rating FROM players
             WHERE deviation < 150 ORDER BY 1 LIMIT 100",
        )
        .fetch_all(&self.pool)
        .await?;
        let ranked = |(place, player, name, rating)| RankedPlayer { place, player, name, rating };
        Ok(rows.into_iter().map(ranked).collect())
    }
}
