//! What may be asked and done: looking at statements, pools and servers, plans, ending what a backend does.

use app::{
    database_desk::DatabaseDesk,
    desk::{Actor, DeskError},
};
use async_trait::async_trait;
use miorai_model::database::{BackendAction, BackendSignal, DatabaseReport, PlanReport, PlanRequest, PostgresReport};

/// Answers what pages and REST ask of the databases. A clone is the same desk.
#[derive(Clone, Default)]
pub struct Desk(());

#[async_trait]
impl DatabaseDesk for Desk {
    async fn report(&self) -> DatabaseReport {
        DatabaseReport::default()
    }

    async fn database(&self, name: &str) -> Result<PostgresReport, DeskError> {
        let report = self.report().await;
        report.server(name).cloned().ok_or_else(|| unknown_server(&report, name))
    }

    async fn plan(&self, request: PlanRequest) -> Result<PlanReport, DeskError> {
        Err(DeskError::Unknown(format!("There is no statement {} any more.", request.statement)))
    }

    async fn signal(&self, database: &str, _: i32, _: BackendSignal, _: &Actor) -> Result<BackendAction, DeskError> {
        Err(unknown_server(&self.report().await, database))
    }
}

fn unknown_server(report: &DatabaseReport, name: &str) -> DeskError {
    let known: Vec<&str> = report.servers.iter().map(|server| server.name.as_str()).collect();
    let known =
        if known.is_empty() { "none is configured".to_owned() } else { format!("known are {}", known.join(", ")) };
    DeskError::Unknown(format!("There is no server '{name}': {known}."))
}
