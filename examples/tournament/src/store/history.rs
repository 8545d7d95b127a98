//! The past, as the model looks at it.

use super::Store;

/// A match as one of its players saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PastMatch {
    pub opponent: i64,
    pub own_score: i64,
    pub other_score: i64,
}

/// A match with what was known before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PlayedMatch {
    pub home: i64,
    pub away: i64,
    pub home_score: i64,
    pub away_score: i64,
    pub home_rating: f64,
    pub away_rating: f64,
}

impl Store {
    /// All matches of a player, oldest first.
    pub(crate) async fn past(&self, player: i64) -> Result<Vec<PastMatch>, sqlx::Error> {
        let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT id, away, home_score, away_score FROM matches WHERE home = ?1
             UNION ALL
             SELECT id, home, away_score, home_score FROM matches WHERE away = ?1
             ORDER BY 1",
        )
        .bind(player)
        .fetch_all(&self.pool)
        .await?;
        let past = |(_, opponent, own_score, other_score)| PastMatch { opponent, own_score, other_score };
        Ok(rows.into_iter().map(past).collect())
    }

    /// All matches, oldest first.
    pub(crate) async fn history(&self) -> Result<Vec<PlayedMatch>, sqlx::Error> {
        let rows: Vec<(i64, i64, i64, i64, f64, f64)> = sqlx::query_as(
            "SELECT home, away, home_score, away_score, home_rating, away_rating FROM matches ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await?;
        let played = |(home, away, home_score, away_score, home_rating, away_rating)| PlayedMatch {
            home,
            away,
            home_score,
            away_score,
            home_rating,
            away_rating,
        };
        Ok(rows.into_iter().map(played).collect())
    }
}
