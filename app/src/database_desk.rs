//! What the page of the databases may ask of the server: a desk behind which statements, pools and servers are.
//!
//! Pages and their forms know this trait alone; the program puts what answers into [`AppState`](crate::state::AppState).
//! Whoever stands at the desk has been let in already: roles are checked at the door, and a form has asked whether it
//! is meant before a backend is cancelled or ended.

use crate::desk::{Actor, DeskError};
use async_trait::async_trait;
use miorai_model::database::{BackendAction, BackendSignal, DatabaseReport, PlanReport, PlanRequest, PostgresReport};

/// Answers what the page asks.
#[async_trait]
pub trait DatabaseDesk: Send + Sync {
    /// Every pool, every statement and every server, as last read: it waits for nobody.
    async fn report(&self) -> DatabaseReport;

    /// One server.
    async fn database(&self, name: &str) -> Result<PostgresReport, DeskError>;

    /// How a statement of a pool or of a server would be carried out.
    async fn plan(&self, request: PlanRequest) -> Result<PlanReport, DeskError>;

    /// Cancels the statement of a backend, or ends the backend. It leaves a line in the journal.
    async fn signal(
        &self,
        database: &str,
        pid: i32,
        signal: BackendSignal,
        actor: &Actor,
    ) -> Result<BackendAction, DeskError>;
}
