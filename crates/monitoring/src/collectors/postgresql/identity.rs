//! Which server it is, and what the user may see there.

use sqlx::{Error, PgConnection};

/// Which server it is. It does not change while the connection lasts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// As a number: `150014`.
    pub version_number: i32,
    /// As text: `15.14`.
    pub version: String,
    pub database: String,
    pub user: String,
    /// Whether what other users do may be seen: the role `pg_read_all_stats`, which is in `pg_monitor`.
    pub may_read_statistics: bool,
    /// Whether every setting may be seen: the role `pg_read_all_settings`.
    pub may_read_settings: bool,
    /// Whether backends of others may be cancelled: the role `pg_signal_backend`.
    pub may_signal: bool,
}

/// The oldest version whose views are known.
pub(super) const OLDEST: i32 = 130_000;

pub(super) async fn ask(connection: &mut PgConnection) -> Result<Identity, Error> {
    let (version_number, version, database, user, may_read_statistics, may_read_settings, may_signal) =
        sqlx::query_as::<_, (i32, String, String, String, bool, bool, bool)>(
            "SELECT current_setting('server_version_num')::int4, split_part(current_setting('server_version'), ' ', 1),
                current_database()::text, current_user::text, pg_has_role('pg_read_all_stats', 'USAGE'),
                pg_has_role('pg_read_all_settings', 'USAGE'), pg_has_role('pg_signal_backend', 'USAGE')",
        )
        .fetch_one(connection)
        .await?;
    Ok(Identity { version_number, version, database, user, may_read_statistics, may_read_settings, may_signal })
}
