//! What backends do just now, and who waits for whom.

use crate::query::text::{Tongue, normalise};
use miorai_model::database::{BackendReport, BlockingReport, ConnectionsReport};
use sqlx::{Error, PgConnection, Row as _, postgres::PgRow};
use std::collections::{HashMap, HashSet};

/// The most backends that are told.
const TOLD: usize = 50;
/// The longest statement that is told, in characters.
const TEXT: usize = 500;

/// What backends do.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity {
    /// All of them, those with the oldest transaction first.
    backends: Vec<BackendReport>,
    /// Locks that are waited for, by who waits.
    wanted: HashMap<i32, String>,
    pub connections: ConnectionsReport,
    /// How long the server has been running.
    pub uptime_seconds: f64,
    pub is_replica: bool,
}

pub(super) async fn ask(connection: &mut PgConnection) -> Result<Activity, Error> {
    let rows = sqlx::query(
        "SELECT pid, coalesce(usename, '')::text, coalesce(datname, '')::text, coalesce(application_name, ''),
            coalesce(host(client_addr), ''), coalesce(state, ''), coalesce(wait_event_type, ''),
            coalesce(wait_event, ''), extract(epoch FROM clock_timestamp() - xact_start)::float8,
            extract(epoch FROM clock_timestamp() -
                CASE WHEN state = 'active' THEN query_start ELSE state_change END)::float8,
            left(coalesce(query, ''), 4000),
            CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) ELSE '{}' END,
            backend_type = 'client backend'
        FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (backend_type = 'client backend' OR xact_start IS NOT NULL)
        ORDER BY xact_start NULLS LAST, pid",
    )
    .fetch_all(&mut *connection)
    .await?;
    // Of the backends of others, who lacks the right to see them is told the database and the user, but not what they are.
    let (uptime_seconds, max, is_replica, clients) = sqlx::query_as::<_, (f64, i64, bool, i64)>(
        "SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8,
            current_setting('max_connections')::int8, pg_is_in_recovery(),
            (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
                OR (backend_type IS NULL AND datid IS NOT NULL AND usesysid IS NOT NULL))",
    )
    .fetch_one(&mut *connection)
    .await?;
    let mut activity = Activity { uptime_seconds, is_replica, ..Activity::default() };
    for row in &rows {
        let backend = backend(row)?;
        if row.try_get::<bool, _>(12)? {
            count(&mut activity.connections, &backend);
        }
        activity.connections.waiting += u64::from(!backend.blocked_by.is_empty());
        activity.backends.push(backend);
    }
    (activity.connections.used, activity.connections.max) = (Some(clients as u64), Some(max as u64));
    if activity.connections.waiting > 0 {
        activity.wanted = wanted(connection).await?;
    }
    Ok(activity)
}

/// The locks that are waited for, by who waits.
async fn wanted(connection: &mut PgConnection) -> Result<HashMap<i32, String>, Error> {
    let rows: Vec<(i32, String, String, String)> = sqlx::query_as(
        "SELECT pid, mode, locktype, coalesce(relation::regclass::text, '')
        FROM pg_locks WHERE NOT granted AND pid IS NOT NULL",
    )
    .fetch_all(connection)
    .await?;
    let words = |mode: &str, kind: &str, relation: &str| match (kind, relation) {
        ("transactionid", _) => format!("{mode} on the end of a transaction"),
        (kind, "") => format!("{mode} on {kind}"),
        ("relation", relation) => format!("{mode} on {relation}"),
        (kind, relation) => format!("{mode} on a {kind} of {relation}"),
    };
    Ok(rows.into_iter().map(|(pid, mode, kind, relation)| (pid, words(&mode, &kind, &relation))).collect())
}

fn backend(row: &PgRow) -> Result<BackendReport, Error> {
    let (event_type, event): (String, String) = (row.try_get(6)?, row.try_get(7)?);
    let wait = match event_type.as_str() {
        "" | "Client" | "Activity" => String::new(),
        _ => format!("{event_type}: {event}"),
    };
    Ok(BackendReport {
        pid: row.try_get(0)?,
        user: row.try_get(1)?,
        database: row.try_get(2)?,
        application: row.try_get(3)?,
        client: row.try_get(4)?,
        state: row.try_get(5)?,
        wait,
        transaction_seconds: row.try_get(8)?,
        statement_seconds: row.try_get(9)?,
        text: shown(row.try_get(10)?),
        blocked_by: row.try_get(11)?,
    })
}

/// A statement without its values, shortened.
fn shown(sql: &str) -> String {
    if sql == "<insufficient privilege>" {
        return sql.to_owned();
    }
    let text = normalise(sql, Tongue::Postgres).text;
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn count(connections: &mut ConnectionsReport, backend: &BackendReport) {
    match backend.state.as_str() {
        "active" => connections.active += 1,
        "idle" => connections.idle += 1,
        state if state.starts_with("idle in transaction") => connections.idle_in_transaction += 1,
        _ => {}
    }
}

impl Activity {
    /// Backends that do something or hold a transaction open, those with the oldest transaction first.
    pub(super) fn told(&self) -> Vec<BackendReport> {
        let busy =
            self.backends.iter().filter(|backend| backend.state != "idle" || backend.transaction_seconds.is_some());
        busy.take(TOLD).cloned().collect()
    }

    /// Age of the oldest transaction.
    pub(super) fn oldest_transaction(&self) -> Option<f64> {
        self.backends.iter().filter_map(|backend| backend.transaction_seconds).reduce(f64::max)
    }

    /// Who waits for whom: those who wait longest first.
    pub(super) fn blocking(&self) -> Vec<BlockingReport> {
        let by_pid: HashMap<i32, &BackendReport> = self.backends.iter().map(|backend| (backend.pid, backend)).collect();
        let mut blocking = Vec::new();
        for waiting in self.backends.iter().filter(|backend| !backend.blocked_by.is_empty()) {
            let holders: HashSet<i32> = waiting.blocked_by.iter().copied().collect();
            for pid in holders {
                let holder = by_pid.get(&pid).copied();
                // A transaction that was prepared and left has no backend: its process is 0.
                let state = if pid == 0 { "prepared transaction" } else { "" };
                blocking.push(BlockingReport {
                    waiting_pid: waiting.pid,
                    waiting_seconds: waiting.statement_seconds,
                    waiting_text: waiting.text.clone(),
                    lock: self.wanted.get(&waiting.pid).cloned().unwrap_or_else(|| waiting.wait.clone()),
                    blocking_pid: pid,
                    blocking_state: holder.map_or_else(|| state.to_owned(), |holder| holder.state.clone()),
                    blocking_seconds: holder.and_then(|holder| holder.transaction_seconds),
                    blocking_text: holder.map(|holder| holder.text.clone()).unwrap_or_default(),
                    is_root: holder.is_none_or(|holder| holder.blocked_by.is_empty()),
                });
            }
        }
        blocking.sort_by(|a, b| {
            let seconds = |of: &BlockingReport| of.waiting_seconds.unwrap_or_default();
            seconds(b)
                .total_cmp(&seconds(a))
                .then_with(|| (a.waiting_pid, a.blocking_pid).cmp(&(b.waiting_pid, b.blocking_pid)))
        });
        blocking.truncate(TOLD);
        blocking
    }
}
