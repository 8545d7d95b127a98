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

use miorai_monitoring::{MonitoredPool, QueryMonitor};
use sqlx::{
    Sqlite,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// What the tables look like.
const SCHEMA: &str = include_str!("schema.sql");

/// No statement of a request takes a hundredth of this; filling the database takes longest.
const STATEMENT_TIMEOUT: Duration = Duration::from_mins(1);

/// The database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: MonitoredPool<Sqlite>,
}

impl Store {
    /// Opens the file, and makes it and its tables when they are not there. `queries` watches every statement.
    pub async fn open(file: &Path, queries: &QueryMonitor) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5));
        // A connection of SQLite cannot break while nobody uses it: asking before each use would double the way to its thread.
        let pool_options = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false);
        let pool = queries.pool("tournament", pool_options, options, Some(STATEMENT_TIMEOUT));
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
