//! The names of the series of statements, pools and PostgreSQL servers.

/// Seconds that statements take: of all of a database (`db.system.name`, `db.namespace`), of one statement with
/// `db.query.summary` and `miorai.statement`.
pub const DB_OPERATION_DURATION: &str = "db.client.operation.duration";
/// Connections of a pool by `state` (`used` `idle`).
pub const DB_CONNECTIONS: &str = "db.client.connection.count";
/// How many connections a pool may have.
pub const DB_CONNECTIONS_MAX: &str = "db.client.connection.max";
/// Callers that wait for a connection.
pub const DB_CONNECTIONS_PENDING: &str = "db.client.connection.pending_requests";
/// Acquisitions given up because no connection came free in time, a running total.
pub const DB_CONNECTION_TIMEOUTS: &str = "db.client.connection.timeouts";
/// Seconds until a connection was there.
pub const DB_CONNECTION_WAIT_TIME: &str = "db.client.connection.wait_time";
/// Share of acquisitions that were served without waiting.
pub const DB_POOL_EFFICIENCY: &str = "miorai.db.pool.efficiency";
/// Statements that took as long as the threshold or longer, a running total.
pub const DB_SLOW: &str = "miorai.db.slow_statements";
/// Share of the statements of a second that were slow.
pub const DB_SLOW_RATIO: &str = "miorai.db.slow_ratio";
/// Rows that statements gave or changed, a running total.
pub const DB_ROWS: &str = "miorai.db.rows";
/// Statements that failed, by `error.type`, a running total.
pub const DB_ERRORS: &str = "miorai.db.errors";
/// Calls of statements that are not told apart because there are too many, a running total.
pub const DB_STATEMENTS_OVERFLOW: &str = "miorai.db.statements_overflow";
/// Connections to a database, by `postgresql.database.name`.
pub const POSTGRESQL_BACKENDS: &str = "postgresql.backends";
/// Transactions committed, a running total.
pub const POSTGRESQL_COMMITS: &str = "postgresql.commits";
/// Transactions rolled back, a running total.
pub const POSTGRESQL_ROLLBACKS: &str = "postgresql.rollbacks";
/// Deadlocks, a running total.
pub const POSTGRESQL_DEADLOCKS: &str = "postgresql.deadlocks";
/// Statements cancelled on a replica because changes had to be applied, a running total.
pub const POSTGRESQL_CONFLICTS: &str = "miorai.postgresql.conflicts";
/// Bytes of a database.
pub const POSTGRESQL_DB_SIZE: &str = "postgresql.db_size";
/// Blocks found in the server's memory, a running total.
pub const POSTGRESQL_BLKS_HIT: &str = "postgresql.blks_hit";
/// Blocks read from the system, a running total.
pub const POSTGRESQL_BLKS_READ: &str = "postgresql.blks_read";
/// Share of blocks found in the server's memory since the last frame.
pub const POSTGRESQL_HIT_RATIO: &str = "miorai.postgresql.cache_hit_ratio";
/// Rows gone through, a running total.
pub const POSTGRESQL_TUP_RETURNED: &str = "postgresql.tup_returned";
/// Rows fetched by an index, a running total.
pub const POSTGRESQL_TUP_FETCHED: &str = "postgresql.tup_fetched";
/// Rows inserted, a running total.
pub const POSTGRESQL_TUP_INSERTED: &str = "postgresql.tup_inserted";
/// Rows updated, a running total.
pub const POSTGRESQL_TUP_UPDATED: &str = "postgresql.tup_updated";
/// Rows deleted, a running total.
pub const POSTGRESQL_TUP_DELETED: &str = "postgresql.tup_deleted";
/// Files written because memory was too small, a running total.
pub const POSTGRESQL_TEMP_FILES: &str = "postgresql.temp_files";
/// Bytes of them, a running total.
pub const POSTGRESQL_TEMP_BYTES: &str = "postgresql.temp.io";
/// Databases.
pub const POSTGRESQL_DATABASE_COUNT: &str = "postgresql.database.count";
/// How many connections there may be.
pub const POSTGRESQL_CONNECTION_MAX: &str = "postgresql.connection.max";
/// Connections by `state` (`active` `idle` `idle in transaction` …).
pub const POSTGRESQL_CONNECTIONS: &str = "miorai.postgresql.connections";
/// Backends that wait for a lock of another one.
pub const POSTGRESQL_BLOCKED: &str = "miorai.postgresql.blocked";
/// Age in seconds of the oldest transaction that is open.
pub const POSTGRESQL_OLDEST_TRANSACTION: &str = "miorai.postgresql.oldest_transaction";
/// Seconds that the questions of a tick took.
pub const POSTGRESQL_RESPONSE_TIME: &str = "miorai.postgresql.response_time";
/// Locks by `mode`.
pub const POSTGRESQL_LOCKS: &str = "postgresql.database.locks";
/// Buffers allocated, a running total.
pub const POSTGRESQL_BGWRITER_BUFFERS_ALLOCATED: &str = "postgresql.bgwriter.buffers.allocated";
/// Buffers written, by `source` (`checkpoints` `bgwriter` `backend` `backend_fsync`), a running total.
pub const POSTGRESQL_BGWRITER_BUFFERS_WRITES: &str = "postgresql.bgwriter.buffers.writes";
/// Checkpoints by `type` (`requested` `scheduled`), a running total.
pub const POSTGRESQL_BGWRITER_CHECKPOINT_COUNT: &str = "postgresql.bgwriter.checkpoint.count";
/// Seconds spent in checkpoints by `type` (`write` `sync`), a running total.
pub const POSTGRESQL_BGWRITER_DURATION: &str = "postgresql.bgwriter.duration";
/// Times that the background writer stopped because it had written too much, a running total.
pub const POSTGRESQL_BGWRITER_MAXWRITTEN: &str = "postgresql.bgwriter.maxwritten";
/// Age in seconds of the oldest file of the log of changes.
pub const POSTGRESQL_WAL_AGE: &str = "postgresql.wal.age";
/// Bytes of the log of changes that were written or applied, a running total.
pub const POSTGRESQL_WAL_BYTES: &str = "miorai.postgresql.wal.bytes";
/// Seconds that a replica is behind, by `replication_client`.
pub const POSTGRESQL_WAL_LAG: &str = "postgresql.wal.lag";
/// Bytes that a replica has not applied yet, by `replication_client`.
pub const POSTGRESQL_REPLICATION_DATA_DELAY: &str = "postgresql.replication.data_delay";
/// Tables of the database that is looked into, as far as they are told.
pub const POSTGRESQL_TABLE_COUNT: &str = "postgresql.table.count";
/// Bytes of a table with its indexes.
pub const POSTGRESQL_TABLE_SIZE: &str = "postgresql.table.size";
/// Vacuums of a table, a running total.
pub const POSTGRESQL_TABLE_VACUUM_COUNT: &str = "postgresql.table.vacuum.count";
/// Rows of a table by `state` (`live` `dead`).
pub const POSTGRESQL_ROWS: &str = "postgresql.rows";
/// Rows changed in a table by `operation` (`ins` `upd` `del` `hot_upd`), a running total.
pub const POSTGRESQL_OPERATIONS: &str = "postgresql.operations";
/// Times that a table was read as a whole, a running total.
pub const POSTGRESQL_SEQUENTIAL_SCANS: &str = "postgresql.sequential_scans";
/// Blocks of a table by `source` (`heap_read` `heap_hit` `idx_read` …), a running total.
pub const POSTGRESQL_BLOCKS_READ: &str = "postgresql.blocks_read";
/// Times that an index was used, a running total.
pub const POSTGRESQL_INDEX_SCANS: &str = "postgresql.index.scans";
/// Bytes of an index.
pub const POSTGRESQL_INDEX_SIZE: &str = "postgresql.index.size";
