//! Fills an empty database, in one transaction.

use super::{PlayedMatch, Store};
use crate::rating::Glicko;
use miorai_monitoring::query::MonitoredTransaction;
use serde::Serialize;
use sqlx::Sqlite;

/// Rows of one statement: they travel as one JSON text, which is much faster than one by one.
const AT_ONCE: usize = 10_000;

/// What the database is filled with. Numbers of rows are their places, from 1.
#[derive(Debug)]
pub(crate) struct Data {
    pub players: Vec<(String, &'static str, Glicko)>,
    /// Name, and the beginning in seconds since 1970.
    pub tournaments: Vec<(String, i64)>,
    /// Name, address, role.
    pub users: Vec<(String, String, &'static str)>,
    /// Tournament, time in seconds since 1970, the match, the reporter; oldest first.
    pub matches: Vec<(i64, i64, PlayedMatch, i64)>,
}

impl Store {
    /// Writes all of it or nothing.
    pub(crate) async fn fill(&self, data: &Data) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let players =
            data.players.iter().map(|(name, country, r)| (name, country, r.rating, r.deviation, r.volatility));
        let matches = data.matches.iter().map(|(tournament, at, m, reporter)| {
            (tournament, at, m.home, m.away, m.home_score, m.away_score, m.home_rating, m.away_rating, reporter)
        });
        insert(
            &mut transaction,
            "INSERT INTO players (name, country, rating, deviation, volatility)
             SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)",
            players,
        )
        .await?;
        insert(
            &mut transaction,
            "INSERT INTO tournaments (name, begins_at) SELECT value->>0, value->>1 FROM json_each(?)",
            data.tournaments.iter(),
        )
        .await?;
        insert(
            &mut transaction,
            "INSERT INTO users (name, email, role) SELECT value->>0, value->>1, value->>2 FROM json_each(?)",
            data.users.iter(),
        )
        .await?;
        insert(
            &mut transaction,
            "INSERT INTO matches (tournament, played_at, home, away, home_score, away_score, home_rating, away_rating, reporter)
             SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
             FROM json_each(?)",
            matches,
        )
        .await?;
        transaction.commit().await?;
        sqlx::query("ANALYZE").execute(&self.pool).await?;
        Ok(())
    }
}

async fn insert(
    transaction: &mut MonitoredTransaction<Sqlite>,
    statement: &'static str,
    rows: impl Iterator<Item: Serialize>,
) -> Result<(), sqlx::Error> {
    let mut rows = rows.peekable();
    while rows.peek().is_some() {
        let some: Vec<_> = rows.by_ref().take(AT_ONCE).collect();
        let text = serde_json::to_string(&some).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(statement).bind(text).execute(&mut *transaction).await?;
    }
    Ok(())
}
