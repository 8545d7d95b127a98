//! Series, chunks and blocks.

use super::{Result, Sqlite};
use crate::{
    sql::{
        backend::{Batch, ChunkRow, SeriesRow},
        place::{NEXT_SLOT, place},
    },
    tier::Tier,
};
use sqlx::{Connection as _, FromRow as _, Row as _, SqliteConnection, sqlite::SqliteRow};
use std::{ops::Range, sync::atomic::Ordering};

/// Pages given back to the system at once: 1 MB.
const PAGES_AT_ONCE: &str = "PRAGMA incremental_vacuum(64)";

impl Sqlite {
    pub(super) async fn all_series(&self) -> Result<Vec<SeriesRow>> {
        let mut connection = self.writer().await?;
        let rows = sqlx::query("SELECT id, key, unit, kind, seen FROM series").fetch_all(&mut *connection).await;
        // What this program does not understand is not asked for.
        self.or_told(rows).map(|rows| rows.iter().filter_map(|row| SeriesRow::from_row(row).ok()).collect())
    }

    pub(super) async fn all_marks(&self) -> Result<Vec<(i64, i64)>> {
        let mut connection = self.writer().await?;
        let marks = sqlx::query_as("SELECT id, value FROM mark").fetch_all(&mut *connection).await;
        self.or_told(marks)
    }

    pub(super) async fn first_and_last(&self, places: Range<i64>) -> Result<Option<(i64, i64)>> {
        let mut connection = self.writer().await?;
        let bounds: std::result::Result<(Option<i64>, Option<i64>), _> = sqlx::query_as(
            "SELECT (SELECT min(place) FROM chunk WHERE place >= ?1 AND place < ?2),
                    (SELECT max(place) FROM chunk WHERE place >= ?1 AND place < ?2)",
        )
        .bind(places.start)
        .bind(places.end)
        .fetch_one(&mut *connection)
        .await;
        self.or_told(bounds).map(|(first, last)| first.zip(last))
    }

    pub(super) async fn slots_of_tails(&self) -> Result<Vec<i64>> {
        let mut connection = self.writer().await?;
        let slots =
            sqlx::query_scalar("SELECT DISTINCT slot FROM tail ORDER BY slot").fetch_all(&mut *connection).await;
        self.or_told(slots)
    }

    pub(super) async fn tails_of(&self, slot: i64) -> Result<Vec<Vec<u8>>> {
        let mut connection = self.writer().await?;
        let tails = sqlx::query_scalar("SELECT data FROM tail WHERE slot = ? ORDER BY id")
            .bind(slot)
            .fetch_all(&mut *connection)
            .await;
        self.or_told(tails)
    }

    pub(super) async fn read_chunks(&self, tier: Tier, slots: Range<i64>, series: i64) -> Result<Vec<ChunkRow>> {
        // One look-up a slot, all in one statement: rows of other series are not touched.
        let chunks = sqlx::query_as(
            "WITH RECURSIVE wanted(place) AS (
                 VALUES (?1) UNION ALL SELECT place + ?3 FROM wanted WHERE place + ?3 < ?2
             )
             SELECT chunk.place, chunk.points, chunk.data
             FROM wanted CROSS JOIN chunk ON chunk.place = wanted.place",
        )
        .bind(place(tier, slots.start, series))
        .bind(place(tier, slots.end, series))
        .bind(NEXT_SLOT)
        .fetch_all(&self.reading)
        .await;
        chunks.map_err(|error| self.failed(&error))
    }

    pub(super) async fn chunks_between(&self, places: Range<i64>) -> Result<Vec<ChunkRow>> {
        let mut connection = self.writer().await?;
        let chunks =
            sqlx::query_as("SELECT place, points, data FROM chunk WHERE place >= ? AND place < ? ORDER BY place")
                .bind(places.start)
                .bind(places.end)
                .fetch_all(&mut *connection)
                .await;
        self.or_told(chunks)
    }

    pub(super) async fn write_batch(&self, batch: &Batch) -> Result<()> {
        let mut connection = self.writer().await?;
        let written = write(&mut connection, batch).await;
        self.or_told(written)
    }

    pub(super) async fn delete_chunks(&self, places: Range<i64>, most: i64) -> Result<u64> {
        let mut connection = self.writer().await?;
        let deleted = sqlx::query(
            "DELETE FROM chunk WHERE place IN
             (SELECT place FROM chunk WHERE place >= ? AND place < ? ORDER BY place LIMIT ?)",
        )
        .bind(places.start)
        .bind(places.end)
        .bind(most)
        .execute(&mut *connection)
        .await;
        self.or_told(deleted).map(|done| done.rows_affected())
    }

    pub(super) async fn delete_series(&self, seen: i64) -> Result<u64> {
        let mut connection = self.writer().await?;
        let deleted = sqlx::query("DELETE FROM series WHERE seen < ?").bind(seen).execute(&mut *connection).await;
        self.or_told(deleted).map(|done| done.rows_affected())
    }

    pub(super) async fn bytes_in_use(&self) -> Result<u64> {
        let mut connection = self.writer().await?;
        let bytes: std::result::Result<i64, _> = sqlx::query_scalar(
            "SELECT (page_count - freelist_count) * page_size
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        )
        .fetch_one(&mut *connection)
        .await;
        self.or_told(bytes).map(i64::unsigned_abs)
    }

    /// What was deleted is used again by what comes. Only when more than a fifth is free, some of it is given back.
    pub(super) async fn vacuum_a_little(&self) -> Result<()> {
        let mut connection = self.writer().await?;
        let vacuumed = async {
            let much: i64 = sqlx::query_scalar(
                "SELECT freelist_count > 500 AND freelist_count > page_count / 5
                 FROM pragma_freelist_count, pragma_page_count",
            )
            .fetch_one(&mut *connection)
            .await?;
            if much > 0 {
                sqlx::query(PAGES_AT_ONCE).fetch_all(&mut *connection).await?;
            }
            Ok(())
        }
        .await;
        self.or_told(vacuumed)
    }

    /// The outcome of something that the writing connection did.
    pub(super) fn or_told<T>(&self, outcome: std::result::Result<T, sqlx::Error>) -> Result<T> {
        outcome.map_err(|error| {
            let error = self.failed(&error);
            if !error.keeps_connection() {
                self.broken.store(true, Ordering::Relaxed);
            }
            error
        })
    }
}

async fn write(connection: &mut SqliteConnection, batch: &Batch) -> std::result::Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for series in &batch.series {
        sqlx::query(
            "INSERT INTO series (id, key, unit, kind, seen) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, kind = excluded.kind, seen = excluded.seen",
        )
        .bind(series.id)
        .bind(series.key.to_string())
        .bind(series.unit_name())
        .bind(series.kind_name())
        .bind(series.seen)
        .execute(&mut *transaction)
        .await?;
    }
    for tail in &batch.tails {
        sqlx::query("INSERT INTO tail (slot, data) VALUES (?, ?)")
            .bind(tail.slot)
            .bind(&tail.data)
            .execute(&mut *transaction)
            .await?;
    }
    for chunk in &batch.chunks {
        sqlx::query(
            "INSERT INTO chunk (place, points, data) VALUES (?, ?, ?)
             ON CONFLICT (place) DO UPDATE SET points = excluded.points, data = excluded.data",
        )
        .bind(chunk.place)
        .bind(chunk.points)
        .bind(&chunk.data)
        .execute(&mut *transaction)
        .await?;
    }
    for slot in &batch.sealed {
        sqlx::query("DELETE FROM tail WHERE slot = ?").bind(slot).execute(&mut *transaction).await?;
    }
    for (mark, value) in &batch.marks {
        sqlx::query("INSERT INTO mark (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value")
            .bind(mark.number())
            .bind(value)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

impl sqlx::FromRow<'_, SqliteRow> for SeriesRow {
    fn from_row(row: &SqliteRow) -> std::result::Result<Self, sqlx::Error> {
        Self::read(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?)
            .ok_or(sqlx::Error::RowNotFound)
    }
}

impl sqlx::FromRow<'_, SqliteRow> for ChunkRow {
    fn from_row(row: &SqliteRow) -> std::result::Result<Self, sqlx::Error> {
        Ok(Self { place: row.try_get(0)?, points: row.try_get(1)?, data: row.try_get(2)? })
    }
}
