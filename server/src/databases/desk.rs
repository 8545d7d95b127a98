//! What may be asked and done: looking at statements, pools and servers, plans, ending what a backend does.

use crate::whole;
use app::{
    database_desk::DatabaseDesk,
    desk::{Actor, DeskError},
};
use async_trait::async_trait;
use miorai_model::{
    Severity,
    database::{BackendAction, BackendSignal, DatabaseReport, PlanReport, PlanRequest, PostgresReport},
};
use miorai_monitoring::{
    Monitor, QueryMonitor,
    collectors::{DatabaseServers, postgresql::RequestError},
    query::{PlanError, PlanMode},
};
use tokio_util::task::TaskTracker;

/// Answers what pages and REST ask of the databases. A clone is the same desk.
#[derive(Clone)]
pub struct Desk {
    queries: QueryMonitor,
    servers: DatabaseServers,
    monitor: Monitor,
    /// Where what outlives its request is counted.
    tasks: TaskTracker,
}

impl Desk {
    /// A desk for the program's own statements and the servers that are watched. What is done leaves a line in the
    /// monitor's journal.
    pub fn new(queries: QueryMonitor, servers: DatabaseServers, monitor: Monitor, tasks: TaskTracker) -> Self {
        Self { queries, servers, monitor, tasks }
    }

    /// The program's own statements.
    pub fn queries(&self) -> &QueryMonitor {
        &self.queries
    }

    fn known(&self, name: &str) -> Result<(), DeskError> {
        if self.servers.has(name) {
            return Ok(());
        }
        let reports = self.servers.reports();
        let known: Vec<&str> = reports.iter().map(|server| server.name.as_str()).collect();
        let known = match known.as_slice() {
            [] => "none is configured".to_owned(),
            known => format!("known are {}", known.join(", ")),
        };
        Err(DeskError::Unknown(format!("There is no server '{name}': {known}.")))
    }
}

#[async_trait]
impl DatabaseDesk for Desk {
    async fn report(&self) -> DatabaseReport {
        DatabaseReport {
            pools: self.queries.pools(),
            statements: self.queries.report(),
            servers: self.servers.reports(),
        }
    }

    async fn database(&self, name: &str) -> Result<PostgresReport, DeskError> {
        self.known(name)?;
        let found = self.servers.reports().into_iter().find(|server| server.name == name);
        found.ok_or_else(|| DeskError::Unknown(format!("There is no server '{name}'.")))
    }

    async fn plan(&self, request: PlanRequest) -> Result<PlanReport, DeskError> {
        let PlanRequest { database, statement, analyze } = request;
        let mode = if analyze { PlanMode::Measure } else { PlanMode::Estimate };
        let begin = self.monitor.clock().monotonic();
        let is_own = self.queries.pools().iter().any(|pool| pool.name == database);
        let (text, plan) = if is_own {
            self.queries.plan(&database, &statement, mode).await.map_err(no_plan)?
        } else {
            self.known(&database)?;
            let gone = |_| DeskError::Unknown(format!("There is no statement {statement} any more."));
            let id = statement.parse().map_err(gone)?;
            self.servers.plan(&database, id, mode).await.map_err(refused)?
        };
        let took = self.monitor.clock().monotonic().saturating_sub(begin);
        let (method, took_ms) = (plan.method.to_owned(), took.as_secs_f64() * 1e3);
        Ok(PlanReport { database, statement, text, method, lines: plan.lines, took_ms })
    }

    async fn signal(
        &self,
        database: &str,
        pid: i32,
        signal: BackendSignal,
        actor: &Actor,
    ) -> Result<BackendAction, DeskError> {
        self.known(database)?;
        let (desk, database, actor) = (self.clone(), database.to_owned(), actor.clone());
        whole::done(&self.tasks, async move { desk.send(database, pid, signal, &actor).await }).await
    }
}

impl Desk {
    /// Sends a signal and writes down what has become of it.
    async fn send(
        &self,
        database: String,
        pid: i32,
        signal: BackendSignal,
        actor: &Actor,
    ) -> Result<BackendAction, DeskError> {
        let sent = self.servers.signal(&database, pid, signal).await;
        let (severity, words) = match &sent {
            Ok(true) => (Severity::Info, format!("{} {} backend {pid} of {database}", actor.0, signal.done())),
            Ok(false) => return Err(DeskError::Unknown(format!("There is no backend {pid} on {database} any more."))),
            Err(error) => {
                (Severity::Warning, format!("{} could not end backend {pid} of {database}: {error}", actor.0))
            }
        };
        self.monitor.record_event(severity, "database", &words);
        let sent = sent.map_err(refused)?;
        Ok(BackendAction { database, pid, signal, sent })
    }
}

fn no_plan(error: PlanError) -> DeskError {
    let detail = error.to_string();
    match error {
        PlanError::Unknown(_) => DeskError::Unknown(detail),
        PlanError::NotPossible(_) => DeskError::Wrong { field: "statement", detail },
        PlanError::Right(_) => DeskError::Conflict(detail),
        PlanError::Failed(_) => DeskError::Unavailable(detail),
    }
}

fn refused(error: RequestError) -> DeskError {
    let detail = error.to_string();
    match error {
        RequestError::Unknown(_) => DeskError::Unknown(detail),
        RequestError::Plan(error) => no_plan(error),
        RequestError::Right { .. } | RequestError::Refused(_) => DeskError::Conflict(detail),
        RequestError::Unavailable => DeskError::Unavailable(detail),
    }
}
