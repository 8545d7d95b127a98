//! Statements as the server has counted them: `pg_stat_statements`, when it is there.

use super::databases::hit_ratio;
use crate::query::text::{Tongue, normalise};
use miorai_model::database::ServerStatement;
use sqlx::{AssertSqlSafe, Error, PgConnection, Row as _, postgres::PgRow};

/// The most statements that are told.
const TOLD: i64 = 50;

/// Whether statements are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extension {
    /// Whether its files are on the server.
    pub is_available: bool,
    /// The schema that it was created in, quoted; nothing when it was not.
    pub schema: Option<String>,
    /// Whether the user may look into that schema.
    pub may_use_schema: bool,
    /// Whether it is older than the server and counts by names that are not known any more: it was brought along when the
    /// server was upgraded.
    pub is_outdated: bool,
    /// The libraries that the server loads at its start; nothing when the user may not know.
    pub preloaded: Option<String>,
}

pub(super) async fn extension(connection: &mut PgConnection, may_read_settings: bool) -> Result<Extension, Error> {
    let (is_available, schema, may_use_schema, is_outdated) = sqlx::query_as::<_, (bool, Option<String>, bool, bool)>(
        "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'),
            quote_ident(n.nspname), coalesce(has_schema_privilege(n.oid, 'USAGE'), true),
            coalesce(string_to_array(e.extversion, '.')::int[] < '{1,8}', false)
        FROM (SELECT) one LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements'
            LEFT JOIN pg_namespace n ON n.oid = e.extnamespace",
    )
    .fetch_one(&mut *connection)
    .await?;
    let preloaded = if may_read_settings {
        sqlx::query_scalar("SELECT current_setting('shared_preload_libraries')").fetch_one(connection).await?
    } else {
        None
    };
    Ok(Extension { is_available, schema, may_use_schema, is_outdated, preloaded })
}

/// Those of the database that took most time in all, first those that took most. `schema` is that of the extension.
pub(super) async fn ask(connection: &mut PgConnection, schema: &str) -> Result<Vec<ServerStatement>, Error> {
    let question = format!(
        "SELECT s.queryid::text, coalesce(r.rolname, '')::text, left(coalesce(s.query, ''), 8000), s.calls, s.rows,
            s.total_exec_time, s.mean_exec_time, s.stddev_exec_time, s.max_exec_time, s.shared_blks_hit,
            s.shared_blks_read, sum(s.total_exec_time) OVER ()
        FROM {schema}.pg_stat_statements s LEFT JOIN pg_roles r ON r.oid = s.userid
        WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        ORDER BY s.total_exec_time DESC LIMIT $1"
    );
    let rows = sqlx::query(AssertSqlSafe(question)).bind(TOLD).fetch_all(connection).await?;
    rows.iter().map(statement).collect()
}

fn statement(row: &PgRow) -> Result<ServerStatement, Error> {
    let (text, total_ms, all_ms): (String, f64, f64) = (row.try_get(2)?, row.try_get(5)?, row.try_get(11)?);
    Ok(ServerStatement {
        id: row.try_get::<Option<String>, _>(0)?.unwrap_or_default(),
        user: row.try_get(1)?,
        // The server leaves values out itself, but not those of statements such as SET.
        text: if text.starts_with('<') { text } else { normalise(&text, Tongue::Postgres).text },
        calls: row.try_get::<i64, _>(3)?.max(0) as u64,
        rows: row.try_get::<i64, _>(4)?.max(0) as u64,
        total_ms,
        time_ratio: if all_ms > 0.0 { total_ms / all_ms } else { 0.0 },
        mean_ms: row.try_get(6)?,
        stddev_ms: row.try_get(7)?,
        max_ms: row.try_get(8)?,
        cache_hit_ratio: hit_ratio(row.try_get(9)?, row.try_get(10)?),
    })
}

/// The text of a statement with its parameters as `$1`, for a plan.
pub(super) async fn text(connection: &mut PgConnection, schema: &str, id: i64) -> Result<Option<String>, Error> {
    let question = format!("SELECT query FROM {schema}.pg_stat_statements WHERE queryid = $1 LIMIT 1");
    sqlx::query_scalar(AssertSqlSafe(question)).bind(id).fetch_optional(connection).await
}
