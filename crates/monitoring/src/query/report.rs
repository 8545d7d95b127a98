//! What is told of statements and pools, for pages and answers.

use super::{
    QueryMonitor, lock,
    plan::{Plan, PlanError, PlanMode},
    statements::{Call, Figures, Statement},
};
use miorai_model::{
    Sketch,
    database::{PoolReport, SlowStatement, StatementError, StatementReport, StatementsReport},
};
use std::{sync::Arc, time::Duration};

impl QueryMonitor {
    /// Every statement, those that took most time in all first, and the slow calls.
    pub fn report(&self) -> StatementsReport {
        let core = &self.0.core;
        let now = core.clock.monotonic();
        let clients = lock(&self.0.clients).clone();
        let mut all = Sketch::new();
        let (mut calls, mut errors, mut slow) = (0, 0, 0);
        for client in &clients {
            let figures = client.all();
            calls += figures.calls;
            errors += figures.failed();
            slow += figures.slow;
            all.merge(&figures.seconds());
        }
        let told = core.statements.all();
        let mut statements: Vec<_> = told.iter().filter_map(|statement| report(statement, now, all.sum())).collect();
        statements.sort_by(|a, b| b.total_ms.total_cmp(&a.total_ms).then_with(|| a.id.cmp(&b.id)));
        StatementsReport {
            counted_seconds: now.saturating_sub(*lock(&self.0.since)).as_secs_f64(),
            slow_threshold_ms: milliseconds(core.settings.slow_threshold),
            calls,
            errors,
            slow,
            slow_ratio: (calls > 0).then(|| slow as f64 / calls as f64),
            mean_ms: all.mean().map(|seconds| seconds * 1e3),
            overflow: core.statements.overflow(),
            statements,
            slow_calls: lock(&core.slow).iter().rev().map(|(of, call)| slow_call(of, call, now)).collect(),
        }
    }

    /// Every pool, by name.
    pub fn pools(&self) -> Vec<PoolReport> {
        let pools: Vec<_> = lock(&self.0.pools).iter().map(|watched| Arc::clone(&watched.pool)).collect();
        pools.iter().filter(|pool| !pool.is_closed()).map(|pool| pool.report()).collect()
    }

    /// How a statement of a pool would be carried out, with its normalised text.
    ///
    /// # Errors
    /// [`PlanError`] says why there is no plan.
    pub async fn plan(&self, database: &str, id: &str, mode: PlanMode) -> Result<(String, Plan), PlanError> {
        let unknown = || PlanError::Unknown(id.to_owned());
        let statement = self.0.core.statements.find(database, id).ok_or_else(unknown)?;
        let pool = lock(&self.0.pools)
            .iter()
            .find(|watched| watched.shared.client.name == statement.database && !watched.pool.is_closed())
            .map(|watched| Arc::clone(&watched.pool));
        let no_pool = || PlanError::NotPossible(format!("Nothing is known of the database of '{database}'."));
        let plan = pool.ok_or_else(no_pool)?.plan(statement.sql.clone(), mode).await?;
        Ok((statement.text.text.clone(), plan))
    }
}

fn report(statement: &Statement, now: Duration, all_seconds: f64) -> Option<StatementReport> {
    let figures: Figures = statement.figures().clone();
    let seconds = figures.seconds();
    let of = |q| seconds.quantile(q).unwrap_or_default() * 1e3;
    Some(StatementReport {
        id: statement.id(),
        database: statement.database.to_string(),
        system: statement.system.to_owned(),
        summary: statement.text.summary.clone(),
        text: statement.text.text.clone(),
        calls: figures.calls,
        errors: figures.failed(),
        timeouts: figures.errors[StatementError::Timeout.index()],
        slow: figures.slow,
        rows: figures.rows,
        total_ms: seconds.sum() * 1e3,
        time_ratio: if all_seconds > 0.0 { seconds.sum() / all_seconds } else { 0.0 },
        // A statement that was entered but has not ended a call yet is not told.
        mean_ms: seconds.mean()? * 1e3,
        p50_ms: of(0.5),
        p95_ms: of(0.95),
        p99_ms: of(0.99),
        max_ms: seconds.max()? * 1e3,
        last_seconds_ago: now.saturating_sub(figures.last).as_secs_f64(),
    })
}

fn slow_call(statement: &Statement, call: &Call, now: Duration) -> SlowStatement {
    SlowStatement {
        age_seconds: now.saturating_sub(call.at).as_secs_f64(),
        id: statement.id(),
        database: statement.database.to_string(),
        text: statement.text.text.clone(),
        duration_ms: milliseconds(call.took),
        rows: call.rows,
        error: call.error,
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
