//! Series, chunks and blocks.

use super::{Postgres, Result};
use crate::{
    sql::{
        backend::{Batch, ChunkRow, SeriesRow},
        place::{NEXT_SLOT, place},
    },
    tier::Tier,
};
use sqlx::{Connection as _, FromRow as _, PgConnection, Row as _, postgres::PgRow};
use std::{
    ops::Range,
    sync::PoisonError,
    time::{Duration, Instant},
};

/// Adding up all sizes reads the whole table: it is done this often.
const SIZED_EVERY: Duration = Duration::from_mins(10);

impl Postgres {
    pub(super) async fn all_series(&self) -> Result<Vec<SeriesRow>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query("SELECT id, key, unit, kind, seen FROM miorai.series");
        let rows = self.written(query.fetch_all(&mut *connection)).await?;
        // What this program does not understand is not asked for.
        Ok(rows.iter().filter_map(|row| SeriesRow::from_row(row).ok()).collect())
    }

    pub(super) async fn all_marks(&self) -> Result<Vec<(i64, i64)>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query_as("SELECT id, value FROM miorai.mark");
        self.written(query.fetch_all(&mut *connection)).await
    }

    pub(super) async fn first_and_last(&self, places: Range<i64>) -> Result<Option<(i64, i64)>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query_as::<_, (Option<i64>, Option<i64>)>(
            "SELECT (SELECT min(place) FROM miorai.chunk WHERE place >= $1 AND place < $2),
                    (SELECT max(place) FROM miorai.chunk WHERE place >= $1 AND place < $2)",
        )
        .bind(places.start)
        .bind(places.end);
        self.written(query.fetch_one(&mut *connection)).await.map(|(first, last)| first.zip(last))
    }

    pub(super) async fn slots_of_tails(&self) -> Result<Vec<i64>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query_scalar("SELECT DISTINCT slot FROM miorai.tail ORDER BY slot");
        self.written(query.fetch_all(&mut *connection)).await
    }

    pub(super) async fn tails_of(&self, slot: i64) -> Result<Vec<Vec<u8>>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query_scalar("SELECT data FROM miorai.tail WHERE slot = $1 ORDER BY id").bind(slot);
        self.written(query.fetch_all(&mut *connection)).await
    }

    pub(super) async fn read_chunks(&self, tier: Tier, slots: Range<i64>, series: i64) -> Result<Vec<ChunkRow>> {
        // One look-up a slot, all in one statement: rows of other series are not touched.
        let query = sqlx::query_as(
            "SELECT chunk.place, chunk.points, chunk.data
             FROM generate_series($1::bigint, $2::bigint - 1, $3::bigint) AS wanted (place)
             JOIN miorai.chunk ON chunk.place = wanted.place
             ORDER BY chunk.place",
        )
        .bind(place(tier, slots.start, series))
        .bind(place(tier, slots.end, series))
        .bind(NEXT_SLOT);
        self.timed(query.fetch_all(&self.reading)).await
    }

    pub(super) async fn chunks_between(&self, places: Range<i64>) -> Result<Vec<ChunkRow>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query_as(
            "SELECT place, points, data FROM miorai.chunk WHERE place >= $1 AND place < $2 ORDER BY place",
        )
        .bind(places.start)
        .bind(places.end);
        self.written(query.fetch_all(&mut *connection)).await
    }

    pub(super) async fn write_batch(&self, batch: &Batch) -> Result<()> {
        let mut connection = self.writer().await?;
        self.written(write(&mut connection, batch)).await
    }

    pub(super) async fn delete_chunks(&self, places: Range<i64>, most: i64) -> Result<u64> {
        let mut connection = self.writer().await?;
        let query = sqlx::query(
            "DELETE FROM miorai.chunk WHERE place IN
             (SELECT place FROM miorai.chunk WHERE place >= $1 AND place < $2 ORDER BY place LIMIT $3)",
        )
        .bind(places.start)
        .bind(places.end)
        .bind(most);
        let done = self.written(query.execute(&mut *connection)).await?;
        *self.size.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(done.rows_affected())
    }

    pub(super) async fn delete_series(&self, seen: i64) -> Result<u64> {
        let mut connection = self.writer().await?;
        let query = sqlx::query("DELETE FROM miorai.series WHERE seen < $1").bind(seen);
        self.written(query.execute(&mut *connection)).await.map(|done| done.rows_affected())
    }

    pub(super) async fn bytes_in_use(&self) -> Result<u64> {
        let size = *self.size.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((bytes, at)) = size
            && at.elapsed() < SIZED_EVERY
        {
            return Ok(bytes);
        }
        let mut connection = self.writer().await?;
        // What tables take on disk does not shrink when rows go. A row costs 44 bytes besides its data, and 20 in the index.
        let query = sqlx::query_scalar::<_, i64>(
            "SELECT (SELECT coalesce(sum(octet_length(data) + 64), 0) FROM miorai.chunk)::bigint
                  + (SELECT coalesce(sum(octet_length(data) + 64), 0) FROM miorai.tail)::bigint",
        );
        let bytes = self.written(query.fetch_one(&mut *connection)).await?.unsigned_abs();
        *self.size.lock().unwrap_or_else(PoisonError::into_inner) = Some((bytes, Instant::now()));
        Ok(bytes)
    }
}

async fn write(connection: &mut PgConnection, batch: &Batch) -> std::result::Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    for series in &batch.series {
        sqlx::query(
            "INSERT INTO miorai.series (id, key, unit, kind, seen) VALUES ($1, $2, $3, $4, $5)
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
        sqlx::query("INSERT INTO miorai.tail (slot, data) VALUES ($1, $2)")
            .bind(tail.slot)
            .bind(&tail.data)
            .execute(&mut *transaction)
            .await?;
    }
    if !batch.chunks.is_empty() {
        let places: Vec<i64> = batch.chunks.iter().map(|chunk| chunk.place).collect();
        let points: Vec<i64> = batch.chunks.iter().map(|chunk| chunk.points).collect();
        let data: Vec<&[u8]> = batch.chunks.iter().map(|chunk| chunk.data.as_slice()).collect();
        sqlx::query(
            "INSERT INTO miorai.chunk (place, points, data)
             SELECT place, points, data FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS new (place, points, data)
             ON CONFLICT (place) DO UPDATE SET points = excluded.points, data = excluded.data",
        )
        .bind(places)
        .bind(points)
        .bind(data)
        .execute(&mut *transaction)
        .await?;
    }
    sqlx::query("DELETE FROM miorai.tail WHERE slot = ANY($1)").bind(&batch.sealed).execute(&mut *transaction).await?;
    for (mark, value) in &batch.marks {
        sqlx::query(
            "INSERT INTO miorai.mark (id, value) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        )
        .bind(mark.number())
        .bind(value)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}

impl sqlx::FromRow<'_, PgRow> for SeriesRow {
    fn from_row(row: &PgRow) -> std::result::Result<Self, sqlx::Error> {
        Self::read(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?)
            .ok_or(sqlx::Error::RowNotFound)
    }
}

impl sqlx::FromRow<'_, PgRow> for ChunkRow {
    fn from_row(row: &PgRow) -> std::result::Result<Self, sqlx::Error> {
        Ok(Self { place: row.try_get(0)?, points: row.try_get(1)?, data: row.try_get(2)? })
    }
}
