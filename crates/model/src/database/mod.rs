//! What is told of databases: the statements and pools of the program itself, and the PostgreSQL servers that are
//! watched.

mod client;
mod control;
mod objects;
mod server;

pub use client::{ErrorCount, PoolReport, SlowStatement, StatementError, StatementReport, StatementsReport};
pub use control::{BackendAction, BackendSignal, PlanReport, PlanRequest};
pub use objects::{Hint, HintKind, IndexReport, MissingRight, TableReport};
pub use server::{
    BackendReport, BlockingReport, ConnectionsReport, PostgresReport, ReplicaReport, ServerStatement, TrafficReport,
};

use serde::{Deserialize, Serialize};

/// Every pool, every statement and every server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatabaseReport {
    /// The pools of connections that the program itself uses, by name.
    pub pools: Vec<PoolReport>,
    /// The statements of the program itself.
    pub statements: StatementsReport,
    /// The PostgreSQL servers that are watched, in the order of the configuration.
    pub servers: Vec<PostgresReport>,
}

impl DatabaseReport {
    /// The server of this name.
    pub fn server(&self, name: &str) -> Option<&PostgresReport> {
        self.servers.iter().find(|server| server.name == name)
    }

    /// The pool of this name.
    pub fn pool(&self, name: &str) -> Option<&PoolReport> {
        self.pools.iter().find(|pool| pool.name == name)
    }
}
