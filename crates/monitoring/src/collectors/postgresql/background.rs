//! What the server does behind: checkpoints, the background writer, its log of changes, replicas.

use miorai_model::database::ReplicaReport;
use sqlx::{Error, PgConnection};

/// The first version that has checkpoints in a view of their own.
const CHECKPOINTER: i32 = 170_000;

/// What checkpoints and the background writer have done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Writer {
    pub checkpoints_timed: i64,
    pub checkpoints_requested: i64,
    pub checkpoint_write_ms: f64,
    pub checkpoint_sync_ms: f64,
    pub buffers_checkpoint: i64,
    pub buffers_clean: i64,
    pub maxwritten: i64,
    pub buffers_allocated: i64,
    pub buffers_backend: i64,
    pub buffers_backend_fsync: i64,
}

type WriterRow = (i64, i64, f64, f64, i64, i64, i64, i64, i64, i64);

pub(super) async fn writer(connection: &mut PgConnection, version: i32) -> Result<Writer, Error> {
    let question = if version >= CHECKPOINTER {
        "SELECT c.num_timed, c.num_requested, c.write_time, c.sync_time, c.buffers_written, b.buffers_clean,
            b.maxwritten_clean, b.buffers_alloc, io.writes, io.fsyncs
        FROM pg_stat_checkpointer c, pg_stat_bgwriter b,
            (SELECT coalesce(sum(writes), 0)::int8 AS writes, coalesce(sum(fsyncs), 0)::int8 AS fsyncs
            FROM pg_stat_io WHERE backend_type = 'client backend' AND object = 'relation') io"
    } else {
        "SELECT checkpoints_timed, checkpoints_req, checkpoint_write_time, checkpoint_sync_time, buffers_checkpoint,
            buffers_clean, maxwritten_clean, buffers_alloc, buffers_backend, buffers_backend_fsync
        FROM pg_stat_bgwriter"
    };
    let row = sqlx::query_as::<_, WriterRow>(question).fetch_one(connection).await?;
    let (checkpoints_timed, checkpoints_requested, checkpoint_write_ms, checkpoint_sync_ms, buffers_checkpoint, ..) =
        row;
    let (.., buffers_clean, maxwritten, buffers_allocated, buffers_backend, buffers_backend_fsync) = row;
    Ok(Writer {
        checkpoints_timed,
        checkpoints_requested,
        checkpoint_write_ms,
        checkpoint_sync_ms,
        buffers_checkpoint,
        buffers_clean,
        maxwritten,
        buffers_allocated,
        buffers_backend,
        buffers_backend_fsync,
    })
}

/// How far the log of changes is written, or, on a replica, applied: a running total of bytes.
pub(super) async fn log_position(connection: &mut PgConnection) -> Result<f64, Error> {
    let position: Option<f64> = sqlx::query_scalar(
        "SELECT pg_wal_lsn_diff(
            CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0')::float8",
    )
    .fetch_one(connection)
    .await?;
    Ok(position.unwrap_or(f64::NAN))
}

/// How old the oldest file of the log of changes is, in seconds. It needs a right of its own.
pub(super) async fn log_age(connection: &mut PgConnection) -> Result<Option<f64>, Error> {
    sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp() - min(modification))::float8 FROM pg_ls_waldir()")
        .fetch_one(connection)
        .await
}

type ReplicaRow = (String, String, Option<i64>, Option<f64>);

/// The replicas of the server; on a replica, how far it is behind itself.
pub(super) async fn replicas(connection: &mut PgConnection, is_replica: bool) -> Result<Vec<ReplicaReport>, Error> {
    let question = if is_replica {
        "SELECT 'self', coalesce((SELECT status FROM pg_stat_wal_receiver LIMIT 1), 'not connected'),
            pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::int8,
            CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END::float8"
    } else {
        "SELECT concat_ws(' ', nullif(application_name, ''), host(client_addr)), coalesce(state, ''),
            pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::int8, extract(epoch FROM replay_lag)::float8
        FROM pg_stat_replication ORDER BY 1 LIMIT 32"
    };
    let rows: Vec<ReplicaRow> = sqlx::query_as(question).fetch_all(connection).await?;
    let report = |(name, state, lag_bytes, lag_seconds): ReplicaRow| ReplicaReport {
        name,
        state,
        lag_bytes: lag_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        lag_seconds,
    };
    Ok(rows.into_iter().map(report).collect())
}

/// How many locks there are, by mode.
pub(super) async fn locks(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, Error> {
    sqlx::query_as("SELECT mode, count(*) FROM pg_locks GROUP BY mode ORDER BY mode").fetch_all(connection).await
}
