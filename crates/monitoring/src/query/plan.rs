//! How a database would carry out a statement, asked on demand.
//!
//! SQLite is asked `EXPLAIN QUERY PLAN`. PostgreSQL from version 16 on is asked `EXPLAIN (GENERIC_PLAN)`, which needs no
//! values for parameters; before, the statement is prepared and `EXPLAIN EXECUTE` asked under
//! `plan_cache_mode = force_generic_plan`, which gives the same plan. Nothing is carried out, unless it is asked for by
//! name, and then only what reads, has no parameters, and runs in a transaction that can only read.

use super::text::{Tongue, normalise};
use crate::query::error::{Failed, classify, of_postgres as kind_in_postgres};
use miorai_model::database::StatementError;
use sqlx::{AssertSqlSafe, Error, PgConnection, Row as _, SqliteConnection};
use std::{collections::HashMap, time::Duration};

/// Whether a statement is carried out to measure it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanMode {
    /// It is not.
    Estimate,
    /// It is.
    Measure,
}

/// How a statement would be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How it was asked for.
    pub method: &'static str,
    /// Its lines. Literals in conditions are left out.
    pub lines: Vec<String>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is no such statement.
    #[error("There is no statement {0} any more.")]
    Unknown(String),
    /// This kind of statement has no plan, or may not be carried out.
    #[error("{0}")]
    NotPossible(String),
    /// The user lacks a right: what the database says.
    #[error("The database refuses it: {0}. Who asks for a plan needs the rights that the statement needs.")]
    Right(String),
    /// The database did not answer.
    #[error("The database did not make a plan: {0}")]
    Failed(String),
}

impl PlanError {
    pub(crate) fn failed(error: Error) -> Self {
        let call = Failed { took: Duration::ZERO, timeout: None };
        match classify(&error, call, kind_in_postgres) {
            StatementError::Right => Self::Right(error.to_string()),
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// Words with which a statement begins that has a plan.
const PLANNED: [&str; 7] = ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES"];

/// Makes sure that `sql` is one statement that has a plan.
fn checked(sql: &str, tongue: Tongue, mode: PlanMode) -> Result<(), PlanError> {
    let text = normalise(sql, tongue);
    let first = text.text.trim_start_matches(['(', ' ']).split([' ', '(']).next().unwrap_or_default();
    if sql.is_empty() || !text.is_single || !PLANNED.contains(&first.to_ascii_uppercase().as_str()) {
        let what = if first.is_empty() || !text.is_single { "a list of statements" } else { first };
        return Err(PlanError::NotPossible(format!("There is no plan for {what}.")));
    }
    if mode == PlanMode::Measure && (text.is_change || parameters(sql) > 0 || first.eq_ignore_ascii_case("WITH")) {
        let words = "Only a SELECT without parameters is carried out to measure it.";
        return Err(PlanError::NotPossible(words.to_owned()));
    }
    Ok(())
}

/// The plan of a statement on SQLite.
pub(super) async fn of_sqlite(connection: &mut SqliteConnection, sql: &str, mode: PlanMode) -> Result<Plan, PlanError> {
    checked(sql, Tongue::Sqlite, mode)?;
    if mode == PlanMode::Measure {
        return Err(PlanError::NotPossible("SQLite does not measure the steps of a statement.".to_owned()));
    }
    let question = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::query(question).fetch_all(connection).await.map_err(PlanError::failed)?;
    let mut depths: HashMap<i64, usize> = HashMap::new();
    let lines = rows.iter().map(|row| {
        let depth = depths.get(&row.get::<i64, _>("parent")).map_or(0, |depth| depth + 1);
        depths.insert(row.get("id"), depth);
        format!("{}{}", "  ".repeat(depth), row.get::<String, _>("detail"))
    });
    Ok(Plan { method: "EXPLAIN QUERY PLAN", lines: lines.collect() })
}

/// The first version that knows `GENERIC_PLAN`.
const GENERIC_PLAN: i32 = 160_000;

/// The plan of a statement on PostgreSQL. It may have parameters as `$1`.
pub(crate) async fn of_postgres(connection: &mut PgConnection, sql: &str, mode: PlanMode) -> Result<Plan, PlanError> {
    checked(sql, Tongue::Postgres, mode)?;
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int")
        .fetch_one(&mut *connection)
        .await
        .map_err(PlanError::failed)?;
    let parameters = parameters(sql);
    let (method, question) = match mode {
        PlanMode::Measure => ("EXPLAIN (ANALYZE, BUFFERS)", format!("EXPLAIN (ANALYZE, BUFFERS) {sql}")),
        PlanMode::Estimate if parameters == 0 => ("EXPLAIN", format!("EXPLAIN {sql}")),
        PlanMode::Estimate if version >= GENERIC_PLAN => {
            ("EXPLAIN (GENERIC_PLAN)", format!("EXPLAIN (GENERIC_PLAN) {sql}"))
        }
        PlanMode::Estimate => {
            let values = vec!["NULL"; parameters].join(", ");
            ("EXPLAIN EXECUTE, generic plan", format!("EXPLAIN EXECUTE miorai_plan({values})"))
        }
    };
    let is_prepared = question.starts_with("EXPLAIN EXECUTE");
    let asked = async {
        // Nothing can be changed here, whatever the statement does.
        run(connection, "BEGIN READ ONLY".to_owned()).await?;
        if is_prepared {
            run(connection, "SET LOCAL plan_cache_mode = force_generic_plan".to_owned()).await?;
            run(connection, format!("PREPARE miorai_plan AS {sql}")).await?;
        }
        sqlx::raw_sql(AssertSqlSafe(question)).fetch_all(&mut *connection).await
    };
    let rows = asked.await;
    // The connection goes on being used: what was begun is ended, whatever came of it.
    let ended = run(connection, "ROLLBACK".to_owned()).await;
    if is_prepared {
        // It is not there when preparing has failed.
        let _ = run(connection, "DEALLOCATE miorai_plan".to_owned()).await;
    }
    let rows = rows.map_err(PlanError::failed)?;
    ended.map_err(PlanError::failed)?;
    let lines = rows.iter().map(|row| without_values(&row.get::<String, _>(0)));
    Ok(Plan { method, lines: lines.collect() })
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
}

/// The greatest number of a parameter `$1`; what stands in quotes may count too, which asks for a value too many and
/// is refused by the database.
fn parameters(sql: &str) -> usize {
    let after = sql.split('$').skip(1);
    let number = |text: &str| text[..text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())].parse().ok();
    after.filter_map(number).max().unwrap_or(0)
}

/// A line of a plan without the values in its condition.
fn without_values(line: &str) -> String {
    match line.split_once(": ") {
        Some((name, condition)) if name.ends_with("Cond") || name.ends_with("Filter") => {
            format!("{name}: {}", normalise(condition, Tongue::Postgres).text)
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_conditions_are_left_out() {
        for (line, shown) in [
            ("  Filter: ((name)::text = 'secret'::text)", "  Filter: ((name)::text = ?::text)"),
            ("Index Cond: (id = ANY ('{1,2}'::integer[]))", "Index Cond: (id = ANY (?::integer[]))"),
            ("Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)", "Seq Scan on a  (cost=0.00..1.00 rows=1 width=4)"),
        ] {
            assert_eq!(without_values(line), shown);
        }
    }

    #[test]
    fn only_what_has_a_plan_is_asked_for_and_only_what_reads_is_carried_out() {
        let check = |sql, mode| checked(sql, Tongue::Postgres, mode).is_ok();
        for sql in ["SELECT 1", "(SELECT 1)", "with a as (select 1) select * from a", "DELETE FROM a WHERE b = $1"] {
            assert!(check(sql, PlanMode::Estimate), "{sql}");
        }
        for sql in ["", "BEGIN", "SELECT 1; DROP TABLE a", "DROP TABLE a", "EXPLAIN SELECT 1"] {
            assert!(!check(sql, PlanMode::Estimate), "{sql}");
        }
        assert!(check("SELECT 1", PlanMode::Measure));
        for sql in ["DELETE FROM a", "SELECT $1", "WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a"] {
            assert!(!check(sql, PlanMode::Measure), "{sql}");
        }
    }
}
