//! Tables and indexes of the database that is looked into.

use super::databases::hit_ratio;
use miorai_model::database::{IndexReport, TableReport};
use sqlx::{Error, PgConnection, Row as _, postgres::PgRow};

/// The most tables that are told, biggest first.
const TABLES: i64 = 50;
/// The most indexes that are looked at, biggest first.
const INDEXES: i64 = 200;

/// A table, with what is not shown of it but counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub report: TableReport,
    pub hot_updated: i64,
    pub vacuums: i64,
    /// Blocks of the table, its indexes and what is stored apart: read, and found in memory.
    pub blocks: [i64; 8],
}

/// What [`Table::blocks`] are, as the label `source` has it.
pub(super) const SOURCES: [&str; 8] =
    ["heap_read", "heap_hit", "idx_read", "idx_hit", "toast_read", "toast_hit", "tidx_read", "tidx_hit"];

pub(super) async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, Error> {
    let rows = sqlx::query(
        "SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.relname),
            coalesce(pg_total_relation_size(s.relid), 0), coalesce(pg_relation_size(s.relid), 0),
            coalesce(pg_indexes_size(s.relid), 0), n_live_tup, n_dead_tup, seq_scan, seq_tup_read, coalesce(idx_scan, 0),
            n_tup_ins, n_tup_upd, n_tup_del, n_tup_hot_upd, vacuum_count + autovacuum_count,
            extract(epoch FROM clock_timestamp() - greatest(last_vacuum, last_autovacuum))::float8,
            extract(epoch FROM clock_timestamp() - greatest(last_analyze, last_autoanalyze))::float8,
            coalesce(heap_blks_read, 0), coalesce(heap_blks_hit, 0), coalesce(idx_blks_read, 0),
            coalesce(idx_blks_hit, 0), coalesce(toast_blks_read, 0), coalesce(toast_blks_hit, 0),
            coalesce(tidx_blks_read, 0), coalesce(tidx_blks_hit, 0)
        FROM pg_stat_user_tables s JOIN pg_statio_user_tables io USING (relid)
        ORDER BY 2 DESC, 1 LIMIT $1",
    )
    .bind(TABLES)
    .fetch_all(connection)
    .await?;
    rows.iter().map(table).collect()
}

fn table(row: &PgRow) -> Result<Table, Error> {
    let number = |place: usize| row.try_get::<i64, _>(place);
    let count = |place: usize| number(place).map(|number| number.max(0) as u64);
    let mut blocks = [0; 8];
    for (place, block) in blocks.iter_mut().enumerate() {
        *block = number(16 + place)?;
    }
    let [heap_read, heap_hit, ..] = blocks;
    let report = TableReport {
        name: row.try_get(0)?,
        total_bytes: count(1)?,
        table_bytes: count(2)?,
        index_bytes: count(3)?,
        live_rows: count(4)?,
        dead_rows: count(5)?,
        sequential_scans: count(6)?,
        sequential_rows: count(7)?,
        index_scans: count(8)?,
        inserted: count(9)?,
        updated: count(10)?,
        deleted: count(11)?,
        cache_hit_ratio: hit_ratio(heap_hit, heap_read),
        vacuumed_seconds_ago: row.try_get(14)?,
        analyzed_seconds_ago: row.try_get(15)?,
    };
    Ok(Table { report, hot_updated: number(12)?, vacuums: number(13)?, blocks })
}

/// An index, with what is needed to compare it to others.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub report: IndexReport,
    /// Its columns in their order: the number of each (0 for an expression), its operators, collation and direction. Two
    /// that differ in one of these serve different questions.
    pub columns: Vec<String>,
    /// Whether it has expressions, a condition or columns that are only carried along: then its columns alone do not say
    /// what it holds.
    pub is_special: bool,
    /// How it is built: `btree`, `gin` …
    pub method: String,
}

pub(super) async fn indexes(connection: &mut PgConnection) -> Result<Vec<Index>, Error> {
    let rows = sqlx::query(
        "SELECT quote_ident(s.schemaname) || '.' || quote_ident(s.indexrelname),
            quote_ident(s.schemaname) || '.' || quote_ident(s.relname),
            coalesce(pg_relation_size(s.indexrelid), 0), s.idx_scan,
            i.indisunique OR i.indisexclusion OR EXISTS (SELECT FROM pg_constraint WHERE conindid = s.indexrelid),
            i.indisvalid, coalesce(pg_get_indexdef(s.indexrelid), ''),
            ARRAY(SELECT concat_ws('/', k.number, k.operators, k.ordered_by, k.direction)
                FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[], i.indoption::int2[])
                    WITH ORDINALITY k(number, operators, ordered_by, direction, place)
                WHERE k.place <= i.indnkeyatts ORDER BY k.place),
            i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR i.indnatts > i.indnkeyatts, am.amname::text
        FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
            JOIN pg_class c ON c.oid = s.indexrelid JOIN pg_am am ON am.oid = c.relam
        ORDER BY 3 DESC, 1 LIMIT $1",
    )
    .bind(INDEXES)
    .fetch_all(connection)
    .await?;
    rows.iter().map(index).collect()
}

fn index(row: &PgRow) -> Result<Index, Error> {
    let report = IndexReport {
        name: row.try_get(0)?,
        table: row.try_get(1)?,
        bytes: row.try_get::<i64, _>(2)?.max(0) as u64,
        scans: row.try_get::<i64, _>(3)?.max(0) as u64,
        is_constraint: row.try_get(4)?,
        is_valid: row.try_get(5)?,
        definition: row.try_get(6)?,
    };
    Ok(Index { report, columns: row.try_get(7)?, is_special: row.try_get(8)?, method: row.try_get(9)? })
}

/// A foreign key whose columns no index begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ForeignKey {
    pub name: String,
    pub table: String,
    pub columns: String,
    pub refers_to: String,
    /// Rows of the table, as the server estimates them.
    pub rows: i64,
}

pub(super) async fn unindexed_foreign_keys(connection: &mut PgConnection) -> Result<Vec<ForeignKey>, Error> {
    let rows: Vec<(String, String, String, String, i64)> = sqlx::query_as(
        "SELECT c.conname::text, c.conrelid::regclass::text,
            (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
            FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
                JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
            c.confrelid::regclass::text, t.n_live_tup
        FROM pg_constraint c JOIN pg_stat_user_tables t ON t.relid = c.conrelid
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
                AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
        ORDER BY 5 DESC LIMIT 20",
    )
    .fetch_all(connection)
    .await?;
    let key = |(name, table, columns, refers_to, rows)| ForeignKey { name, table, columns, refers_to, rows };
    Ok(rows.into_iter().map(key).collect())
}
