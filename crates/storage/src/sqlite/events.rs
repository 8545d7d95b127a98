//! The journal.

use super::{Result, Sqlite};
use crate::{
    journal::{JournalFilter, MAX_EVENTS},
    sql::backend::{EventRow, severity_number},
};
use futures_util::{StreamExt as _, TryStreamExt as _, future::ready};
use miorai_model::Event;
use sqlx::{Connection as _, Row as _, sqlite::SqliteRow};

/// Events deleted at once.
const AT_ONCE: i64 = 500;

impl Sqlite {
    pub(super) async fn newest_event(&self) -> Result<Option<u64>> {
        let mut connection = self.writer().await?;
        let newest: std::result::Result<Option<i64>, _> =
            sqlx::query_scalar("SELECT max(id) FROM event").fetch_one(&mut *connection).await;
        self.or_told(newest).map(|id| id.map(i64::unsigned_abs))
    }

    pub(super) async fn write_events(&self, events: &[Event]) -> Result<()> {
        let mut connection = self.writer().await?;
        let written = async {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            for event in events {
                sqlx::query(
                    "INSERT INTO event (id, at, severity, source, message, detail) VALUES (?, ?, ?, ?, ?, ?)
                     ON CONFLICT (id) DO NOTHING",
                )
                .bind(event.id as i64)
                .bind(event.at.as_millis())
                .bind(severity_number(event.severity))
                .bind(&event.source)
                .bind(&event.message)
                .bind(&event.detail)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await
        }
        .await;
        self.or_told(written)
    }

    pub(super) async fn read_events(&self, filter: &JournalFilter) -> Result<Vec<Event>> {
        let most = filter.limit.min(MAX_EVENTS);
        let rows = sqlx::query_as::<_, EventRow>(
            "SELECT id, at, severity, source, message, detail FROM event
             WHERE id < ?1 AND severity >= ?2 AND (?3 IS NULL OR source = ?3)
             ORDER BY id DESC LIMIT ?4",
        )
        .bind(filter.before_id.map_or(i64::MAX, |id| i64::try_from(id).unwrap_or(i64::MAX)))
        .bind(filter.min_severity.map_or(0, severity_number))
        .bind(filter.source.as_deref())
        // SQLite's own comparison knows no upper and lower case beyond ASCII: what is searched for is looked for here, one
        // row after the other, so that those that do not have it are in memory only while they are looked at.
        .bind(if filter.text.is_some() { -1 } else { most as i64 })
        .fetch(&self.reading)
        .map_ok(|row| row.0)
        .try_filter(|event| ready(filter.wants(event)));
        rows.take(most).try_collect().await.map_err(|error| self.failed(&error))
    }

    pub(super) async fn delete_events(&self, before: i64, keep: usize) -> Result<u64> {
        let mut connection = self.writer().await?;
        let deleted = sqlx::query(
            "DELETE FROM event WHERE id IN (
                 SELECT id FROM event
                 WHERE at < ?1 OR id <= (SELECT id FROM event ORDER BY id DESC LIMIT 1 OFFSET ?2)
                 ORDER BY id LIMIT ?3)",
        )
        .bind(before)
        .bind(keep as i64)
        .bind(AT_ONCE)
        .execute(&mut *connection)
        .await;
        self.or_told(deleted).map(|done| done.rows_affected())
    }
}

impl sqlx::FromRow<'_, SqliteRow> for EventRow {
    fn from_row(row: &SqliteRow) -> std::result::Result<Self, sqlx::Error> {
        let id: i64 = row.try_get(0)?;
        Ok(Self::read(id, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get(5)?))
    }
}
