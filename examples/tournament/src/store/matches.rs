//! Matches: a result comes in, and ratings change with it.

use super::Store;
use crate::rating::{self, Glicko};
use serde::{Deserialize, Serialize};

/// A result that is reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMatch {
    /// The tournament it belongs to.
    pub tournament: i64,
    /// Who played at home.
    pub home: i64,
    /// Who came.
    pub away: i64,
    /// Goals of who played at home.
    pub home_score: i64,
    /// Goals of who came.
    pub away_score: i64,
    /// The user who tells.
    pub reporter: i64,
}

/// A match that was written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatchResult {
    /// Its number.
    pub id: i64,
    /// The rating of who played at home, after it.
    pub home: Glicko,
    /// The rating of who came, after it.
    pub away: Glicko,
}

impl Store {
    /// Writes a result down and renews both ratings, all or nothing. None when tournament, players or reporter are not
    /// known.
    pub async fn report(&self, new: &NewMatch) -> Result<Option<MatchResult>, sqlx::Error> {
        // A write that begins as a read could find that another one came first.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let known: Option<(f64, f64, f64, f64, f64, f64)> = sqlx::query_as(
            "SELECT h.rating, h.deviation, h.volatility, a.rating, a.deviation, a.volatility
             FROM tournaments t, players h, players a, users u
             WHERE t.id = ? AND h.id = ? AND a.id = ? AND u.id = ?",
        )
        .bind(new.tournament)
        .bind(new.home)
        .bind(new.away)
        .bind(new.reporter)
        .fetch_optional(&mut transaction)
        .await?;
        let Some((home, home_deviation, home_volatility, away, away_deviation, away_volatility)) = known else {
            return Ok(None);
        };
        let before = (
            Glicko { rating: home, deviation: home_deviation, volatility: home_volatility },
            Glicko { rating: away, deviation: away_deviation, volatility: away_volatility },
        );
        let after = rating::after(before.0, before.1, new.home_score, new.away_score);
        let done = sqlx::query(
            "INSERT INTO matches (tournament, played_at, home, away, home_score, away_score, home_rating, away_rating, reporter)
             VALUES (?, unixepoch(), ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.tournament)
        .bind(new.home)
        .bind(new.away)
        .bind(new.home_score)
        .bind(new.away_score)
        .bind(before.0.rating)
        .bind(before.1.rating)
        .bind(new.reporter)
        .execute(&mut transaction)
        .await?;
        for (player, rating) in [(new.home, after.0), (new.away, after.1)] {
            sqlx::query("UPDATE players SET rating = ?, deviation = ?, volatility = ? WHERE id = ?")
                .bind(rating.rating)
                .bind(rating.deviation)
                .bind(rating.volatility)
                .bind(player)
                .execute(&mut transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Some(MatchResult { id: done.last_insert_rowid(), home: after.0, away: after.1 }))
    }
}
