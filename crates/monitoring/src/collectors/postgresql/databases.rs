//! What each database on the server has done, from `pg_stat_database`.

use sqlx::{Error, PgConnection, Row as _, postgres::PgRow};

/// The most databases that are told.
const TOLD: i64 = 32;

/// What a database has done since its statistics were reset.
#[derive(Clone, Debug, Default)]
pub(super) struct DatabaseFigures {
    pub name: String,
    pub backends: i64,
    pub commits: i64,
    pub rollbacks: i64,
    pub blocks_read: i64,
    pub blocks_hit: i64,
    pub returned: i64,
    pub fetched: i64,
    pub inserted: i64,
    pub updated: i64,
    pub deleted: i64,
    pub conflicts: i64,
    pub temp_files: i64,
    pub temp_bytes: i64,
    pub deadlocks: i64,
    /// Since when these are counted, in seconds.
    pub reset_seconds_ago: Option<f64>,
}

impl DatabaseFigures {
    /// Share of blocks that were found in the server's memory; nothing before the first.
    pub(super) fn hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.blocks_hit, self.blocks_read)
    }
}

/// Share of blocks that were found in memory.
pub(super) fn hit_ratio(hit: i64, read: i64) -> Option<f64> {
    (hit + read > 0).then(|| hit as f64 / (hit + read) as f64)
}

/// The biggest databases first, and always the one that is looked into.
pub(super) async fn ask(connection: &mut PgConnection) -> Result<Vec<DatabaseFigures>, Error> {
    let rows = sqlx::query(
        "SELECT datname::text, numbackends::int8, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned,
            tup_fetched, tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, temp_bytes, deadlocks,
            extract(epoch FROM clock_timestamp() - stats_reset)::float8
        FROM pg_stat_database WHERE datname NOT IN ('template0', 'template1')
        ORDER BY datname = current_database() DESC, xact_commit DESC LIMIT $1",
    )
    .bind(TOLD)
    .fetch_all(connection)
    .await?;
    rows.iter().map(figures).collect()
}

fn figures(row: &PgRow) -> Result<DatabaseFigures, Error> {
    Ok(DatabaseFigures {
        name: row.try_get(0)?,
        backends: row.try_get(1)?,
        commits: row.try_get(2)?,
        rollbacks: row.try_get(3)?,
        blocks_read: row.try_get(4)?,
        blocks_hit: row.try_get(5)?,
        returned: row.try_get(6)?,
        fetched: row.try_get(7)?,
        inserted: row.try_get(8)?,
        updated: row.try_get(9)?,
        deleted: row.try_get(10)?,
        conflicts: row.try_get(11)?,
        temp_files: row.try_get(12)?,
        temp_bytes: row.try_get(13)?,
        deadlocks: row.try_get(14)?,
        reset_seconds_ago: row.try_get(15)?,
    })
}

/// The size of each database that the user may see.
pub(super) async fn sizes(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, Error> {
    sqlx::query_as(
        "SELECT datname::text, coalesce(pg_database_size(oid), 0) FROM pg_database
        WHERE datallowconn AND datname NOT IN ('template0', 'template1')
            AND (has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE'))
        ORDER BY datname = current_database() DESC, datname LIMIT $1",
    )
    .bind(TOLD)
    .fetch_all(connection)
    .await
}
