//! A pool of connections that is watched.

use super::{
    QueryMonitor, Watched,
    call::Running,
    client::Client,
    connection::{MonitoredConnection, MonitoredTransaction},
    lock,
    plan::{Plan, PlanError, PlanMode},
    statements::Figures,
    system::{Deadline, Options, System},
    waits::Waits,
};
use crate::chain;
use futures_util::future::BoxFuture;
use miorai_model::database::{ErrorCount, PoolReport, StatementError};
use sqlx::{Error, Pool, SqlSafeStr, pool::PoolOptions};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// From this time on a wait is told to the request that waited: a new connection was opened for it.
const WORTH_TELLING: Duration = Duration::from_millis(1);

/// A pool of connections whose statements and waits are watched. A clone is the same pool.
///
/// `&pool` is an executor like that of a pool of `sqlx`; [`acquire`](Self::acquire) and [`begin`](Self::begin) give
/// connections and transactions that are watched too. There is no way past it: what runs on its connections is counted
/// once, whoever runs it.
#[derive(Debug)]
pub struct MonitoredPool<S: System> {
    pool: Pool<S>,
    pub(super) shared: Arc<PoolShared>,
}

impl<S: System> Clone for MonitoredPool<S> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), shared: Arc::clone(&self.shared) }
    }
}

/// What is known of a pool.
#[derive(Debug)]
pub(super) struct PoolShared {
    pub client: Arc<Client>,
    pub waits: Waits,
    pub timeout: Option<Duration>,
    namespace: String,
}

impl QueryMonitor {
    /// A pool under a name, which tells it from others in figures and reports. Nothing is connected yet.
    ///
    /// A statement that takes longer than `timeout` is ended by the database and fails: PostgreSQL has a setting for
    /// it, SQLite asks between its instructions. `None` lets statements take for ever.
    pub fn pool<S: System>(
        &self,
        name: &str,
        pool: PoolOptions<S>,
        options: Options<S>,
        timeout: Option<Duration>,
    ) -> MonitoredPool<S> {
        let client = self.client(name, S::SYSTEM, S::TONGUE);
        let waits = Waits::new(u64::from(pool.get_max_connections()));
        let shared = Arc::new(PoolShared { client, waits, timeout, namespace: S::namespace(&options) });
        let pool = pool.connect_lazy_with(S::prepared(options, timeout));
        let watched = MonitoredPool { pool, shared };
        self.watch(&watched);
        watched
    }

    fn watch<S: System>(&self, pool: &MonitoredPool<S>) {
        let mut pools = lock(&self.0.pools);
        pools.retain(|known| !known.pool.is_closed());
        pools.push(Watched { shared: Arc::clone(&pool.shared), pool: Arc::new(pool.clone()) });
        pools.sort_by(|a, b| a.shared.client.name.cmp(&b.shared.client.name));
    }
}

/// A pool, whatever its database.
pub(super) trait AnyPool: Send + Sync {
    fn report(&self) -> PoolReport;
    fn is_closed(&self) -> bool;
    fn plan(&self, sql: String, mode: PlanMode) -> BoxFuture<'static, Result<Plan, PlanError>>;
}

impl<S: System> AnyPool for MonitoredPool<S> {
    fn report(&self) -> PoolReport {
        self.report()
    }

    fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    fn plan(&self, sql: String, mode: PlanMode) -> BoxFuture<'static, Result<Plan, PlanError>> {
        let pool = self.pool.clone();
        Box::pin(async move {
            // It is taken like any other, but what is asked on it is not counted: nobody called it.
            let mut connection = pool.acquire().await.map_err(PlanError::failed)?;
            S::plan(&mut connection, &sql, mode).await
        })
    }
}

impl<S: System> MonitoredPool<S> {
    /// A connection, as soon as there is one.
    pub async fn acquire(&self) -> Result<MonitoredConnection<S>, Error> {
        let waiting = self.shared.waits.ask();
        let begin = Instant::now();
        let acquired = self.pool.acquire().await;
        let mut connection = match acquired {
            Ok(connection) => connection,
            Err(error) => {
                waiting.failed(begin.elapsed(), matches!(error, Error::PoolTimedOut));
                return Err(error);
            }
        };
        let took = begin.elapsed();
        if waiting.had_to_wait() || took >= WORTH_TELLING {
            chain::record_pool_wait(took);
        }
        let place = waiting.served(took);
        let deadline = if self.shared.timeout.is_some() {
            let deadline = Arc::new(Deadline::default());
            S::watched(&mut connection, &deadline).await?;
            Some(deadline)
        } else {
            None
        };
        Ok(MonitoredConnection::new(connection, Arc::clone(&self.shared), deadline, place))
    }

    /// A connection for a call of `sql`, which has failed when there is none.
    pub(super) async fn acquire_for(&self, sql: &str) -> Result<MonitoredConnection<S>, Error> {
        let acquired = self.acquire().await;
        if let Err(error) = &acquired {
            self.shared.call(sql, None).failed::<S>(error);
        }
        acquired
    }

    /// A connection with a transaction begun on it. Dropped without a commit, it is rolled back.
    pub async fn begin(&self) -> Result<MonitoredTransaction<S>, Error> {
        MonitoredTransaction::begin(self.acquire().await?, None).await
    }

    /// The same with a statement of one's own, such as `BEGIN IMMEDIATE`.
    pub async fn begin_with(&self, statement: impl SqlSafeStr) -> Result<MonitoredTransaction<S>, Error> {
        MonitoredTransaction::begin(self.acquire().await?, Some(statement.into_sql_str())).await
    }

    /// Ends all connections, and waits until those in use are given back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// How the pool does.
    pub fn report(&self) -> PoolReport {
        let (size, idle) = (u64::from(self.pool.size()), self.pool.num_idle() as u64);
        let all = self.shared.client.all().clone();
        let waits = self.shared.waits.known();
        let of = |q| waits.seconds.quantile(q).map(|seconds| seconds * 1e3);
        PoolReport {
            name: self.shared.client.name.to_string(),
            system: S::SYSTEM.to_owned(),
            namespace: self.shared.namespace.clone(),
            size,
            max: self.shared.waits.max(),
            used: size.saturating_sub(idle),
            idle,
            pending: self.shared.waits.pending(),
            acquisitions: waits.asked,
            waits: waits.waited,
            timeouts: waits.timeouts,
            efficiency_ratio: (waits.asked > 0).then(|| 1.0 - waits.waited as f64 / waits.asked as f64),
            mean_wait_ms: waits.seconds.mean().map(|seconds| seconds * 1e3),
            p95_wait_ms: of(0.95),
            p99_wait_ms: of(0.99),
            statement_timeout_ms: self.shared.timeout.map(|timeout| timeout.as_secs_f64() * 1e3),
            errors: errors(&all),
        }
    }
}

impl PoolShared {
    /// A call that begins now.
    pub(super) fn call(&self, sql: &str, deadline: Option<&Arc<Deadline>>) -> Running {
        Running::start(&self.client, sql, self.timeout, deadline)
    }
}

fn errors(figures: &Figures) -> Vec<ErrorCount> {
    let counted = StatementError::EVERY.into_iter().zip(figures.errors);
    counted.filter(|(_, count)| *count > 0).map(|(kind, count)| ErrorCount { kind, count }).collect()
}
