//! Every statement of the program: what is called how often, how long it takes, and what fails.
//!
//! ```text
//! &MonitoredPool ─► Executor ─► Running ──┐ (text, time, rows, error)      ┌─► figures  into each frame
//! acquire, begin ─► Waits ────────────────┼─► Client ─► Statement ─► Sketch┼─► report   pages and REST
//! any other connection ─► tracing layer ──┘                                └─► plan     on demand
//! ```
//!
//! There are two ways in, and each call takes exactly one of them:
//!
//! - **[`MonitoredPool`]** wraps a pool of `sqlx`. It is an executor itself, so that `sqlx::query(…).execute(&pool)` is
//!   written as before. It sees the text, the time, the rows and the kind of every error, the wait for a connection, and
//!   commits. Its connections do not write to the log of `sqlx`.
//! - **[`QueryMonitor::layer`]** is a layer for `tracing` that reads the log of `sqlx`, where each call on any other
//!   connection of the process is told: text, time and rows, but neither the error nor the database. These calls stand
//!   under the database `other`. So nothing that the process asks of a database goes unseen, and nothing is counted
//!   twice. The questions of the [PostgreSQL collector](crate::collectors::postgresql) are left out on purpose.
//!
//! Values never leave: a statement is shown [normalised](text), and parameters are not looked at. Everything is bounded:
//! there are at most [`QuerySettings::max_statements`] statements, and calls of others are counted as overflow.

mod call;
mod client;
mod connection;
mod error;
mod executor;
mod figures;
mod layer;
mod plan;
mod pool;
mod report;
mod statements;
mod system;
pub mod text;
mod waits;

pub use connection::{MonitoredConnection, MonitoredTransaction};
pub use layer::StatementLayer;
pub(crate) use plan::of_postgres as plan_on_postgres;
pub use plan::{Plan, PlanError, PlanMode};
pub use pool::MonitoredPool;
pub use system::System;

use self::{
    client::Client,
    pool::{AnyPool, PoolShared},
    statements::{Call, Statement, Statements},
    text::Tongue,
};
use miorai_model::Clock;
use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Under this name stand calls on connections that are in no watched pool.
pub const OTHER: &str = "other";

/// Slow calls that are kept.
const SLOW_CALLS: usize = 100;

/// What counts as slow, and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuerySettings {
    /// From this time on a call is slow.
    pub slow_threshold: Duration,
    /// How many statements are told apart.
    pub max_statements: usize,
    /// How many of them have series of their own in frames.
    pub max_series: usize,
}

impl Default for QuerySettings {
    fn default() -> Self {
        Self { slow_threshold: Duration::from_millis(100), max_statements: 500, max_series: 50 }
    }
}

/// Watches the statements of the program. A clone is the same monitor.
#[derive(Clone)]
pub struct QueryMonitor(Arc<Shared>);

struct Shared {
    core: Arc<Core>,
    clients: Mutex<Vec<Arc<Client>>>,
    pools: Mutex<Vec<Watched>>,
    /// When counting has begun, on the clock that never jumps.
    since: Mutex<Duration>,
}

/// What all clients write into.
struct Core {
    clock: Arc<dyn Clock>,
    settings: QuerySettings,
    statements: Statements,
    slow: Mutex<VecDeque<(Arc<Statement>, Call)>>,
}

/// A pool, whatever its database.
struct Watched {
    shared: Arc<PoolShared>,
    pool: Arc<dyn AnyPool>,
}

impl QueryMonitor {
    /// A monitor that has seen nothing yet.
    pub fn new(settings: QuerySettings, clock: Arc<dyn Clock>) -> Self {
        let since = Mutex::new(clock.monotonic());
        let (clients, pools, slow) = Default::default();
        let statements = Statements::new(settings.max_statements);
        let core = Arc::new(Core { clock, settings, statements, slow });
        Self(Arc::new(Shared { core, clients, pools, since }))
    }

    /// What counts as slow, and how much is kept.
    pub fn settings(&self) -> QuerySettings {
        self.0.core.settings
    }

    /// Begins to count anew: statements, waits and slow calls. The past in the history stays.
    pub fn reset(&self) {
        self.0.core.statements.clear();
        lock(&self.0.clients).iter().for_each(|client| client.forget());
        lock(&self.0.pools).iter().for_each(|pool| pool.shared.waits.forget());
        lock(&self.0.core.slow).clear();
        *lock(&self.0.since) = self.0.core.clock.monotonic();
    }

    /// The client of this name, which is made when there is none yet.
    fn client(&self, name: &str, system: &'static str, tongue: Tongue) -> Arc<Client> {
        let mut clients = lock(&self.0.clients);
        if let Some(client) = clients.iter().find(|client| *client.name == *name && client.system == system) {
            return Arc::clone(client);
        }
        let client = Arc::new(Client::new(name, system, tongue, Arc::clone(&self.0.core)));
        clients.push(Arc::clone(&client));
        client
    }
}

impl Core {
    fn keep_slow(&self, statement: Arc<Statement>, call: Call) {
        let mut slow = lock(&self.slow);
        if slow.len() >= SLOW_CALLS {
            slow.pop_front();
        }
        slow.push_back((statement, call));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for QueryMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.core.fmt(f)
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryMonitor").field("settings", &self.settings).finish_non_exhaustive()
    }
}
