//! The journal.

use super::{Postgres, Result};
use crate::{
    journal::{JournalFilter, MAX_EVENTS},
    sql::backend::{EventRow, severity_number},
};
use futures_util::{StreamExt as _, TryStreamExt as _, future::ready};
use miorai_model::Event;
use sqlx::{Row as _, postgres::PgRow};

/// Events deleted at once.
const AT_ONCE: i64 = 500;

impl Postgres {
    pub(super) async fn newest_event(&self) -> Result<Option<u64>> {
        let mut connection = self.writer().await?;
        let query = sqlx::query_scalar::<_, Option<i64>>("SELECT max(id) FROM miorai.event");
        self.written(query.fetch_one(&mut *connection)).await.map(|id| id.map(i64::unsigned_abs))
    }

    pub(super) async fn write_events(&self, events: &[Event]) -> Result<()> {
        let mut connection = self.writer().await?;
        let column = |of: fn(&Event) -> i64| -> Vec<i64> { events.iter().map(of).collect() };
        // PostgreSQL's text has no zero character.
        let text = |of: &str| of.replace('\0', "");
        let query = sqlx::query(
            "INSERT INTO miorai.event (id, at, severity, source, message, detail)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(column(|event| event.id as i64))
        .bind(column(|event| event.at.as_millis()))
        .bind(column(|event| severity_number(event.severity)))
        .bind(events.iter().map(|event| text(&event.source)).collect::<Vec<_>>())
        .bind(events.iter().map(|event| text(&event.message)).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.detail.as_deref().map(text)).collect::<Vec<_>>());
        self.written(query.execute(&mut *connection)).await.map(drop)
    }

    pub(super) async fn read_events(&self, filter: &JournalFilter) -> Result<Vec<Event>> {
        let most = filter.limit.min(MAX_EVENTS);
        let rows = sqlx::query_as::<_, EventRow>(
            "SELECT id, at, severity, source, message, detail FROM miorai.event
             WHERE id < $1 AND severity >= $2 AND ($3::text IS NULL OR source = $3)
             ORDER BY id DESC LIMIT $4",
        )
        .bind(filter.before_id.map_or(i64::MAX, |id| i64::try_from(id).unwrap_or(i64::MAX)))
        .bind(filter.min_severity.map_or(0, severity_number))
        .bind(filter.source.as_deref())
        // Which letters are alike is a matter of the database's locale: what is searched for is looked for here, one row
        // after the other, so that those that do not have it are in memory only while they are looked at.
        .bind(filter.text.is_none().then_some(most as i64))
        .fetch(&self.reading)
        .map_ok(|row| row.0)
        .try_filter(|event| ready(filter.wants(event)));
        self.timed(rows.take(most).try_collect()).await
    }

    pub(super) async fn delete_events(&self, before: i64, keep: usize) -> Result<u64> {
        let mut connection = self.writer().await?;
        let query = sqlx::query(
            "DELETE FROM miorai.event WHERE id IN (
                 SELECT id FROM miorai.event
                 WHERE at < $1 OR id <= (SELECT id FROM miorai.event ORDER BY id DESC LIMIT 1 OFFSET $2)
                 ORDER BY id LIMIT $3)",
        )
        .bind(before)
        .bind(keep as i64)
        .bind(AT_ONCE);
        self.written(query.execute(&mut *connection)).await.map(|done| done.rows_affected())
    }
}

impl sqlx::FromRow<'_, PgRow> for EventRow {
    fn from_row(row: &PgRow) -> std::result::Result<Self, sqlx::Error> {
        let id: i64 = row.try_get(0)?;
        Ok(Self::read(id, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?, row.try_get(5)?))
    }
}
