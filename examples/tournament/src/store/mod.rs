//! The database: SQL that is written out, on `SQLite`. Nothing here knows of caches.

mod fill;
mod history;
mod matches;
mod players;
mod season;
mod tournaments;
mod users;

pub use matches::{MatchResult, NewMatch};
pub use players::{Player, PlayerStatistics, RankedPlayer};
pub use season::Leader;
pub use tournaments::{Standing, Standings, Tournament, TournamentSummary};
pub use users::{Permissions, Profile, UserStatistics};

pub(crate) use fill::Data;
pub(crate) use history::{PastMatch, PlayedMatch};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// What the tables look like.
const SCHEMA: &str = include_str!("schema.sql");

/// The database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the file, and makes it and its tables when they are not there.
    pub async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Whether there is nothing in it.
    pub async fn is_empty(&self) -> Result<bool, sqlx::Error> {
        let any: Option<(i64,)> = sqlx::query_as("SELECT id FROM players LIMIT 1").fetch_optional(&self.pool).await?;
        Ok(any.is_none())
    }

    /// Closes it, when all who use it are done.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
