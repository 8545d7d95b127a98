//! What the page has been told: the answers of the desk, as they stand in the page for the browser.

use crate::pages::Found;
use miorai_model::database::{DatabaseReport, PlanReport};
use serde::{Deserialize, Serialize};

/// The id of the element of the page that carries the answers.
pub(crate) const ELEMENT_ID: &str = "database";

/// Every answer that the page shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PageData {
    /// Pools, statements and servers.
    pub report: DatabaseReport,
    /// The plan that was asked for.
    pub plan: Found<PlanReport>,
    /// What became of cancelling or ending a backend: a sentence, either way.
    pub outcome: Found<String>,
}

/// Statements of each database that a page holds: those that took most time in all.
const STATEMENTS: usize = 200;
/// Backends of a server that a page holds, those that have been at it longest.
const BACKENDS: usize = 100;
/// Tables and indexes of a server that a page holds: the biggest.
const OBJECTS: usize = 100;

impl PageData {
    /// The data of a report, as much of it as a page can hold.
    pub(crate) fn of(mut report: DatabaseReport) -> Self {
        report.statements.statements.truncate(STATEMENTS);
        for server in &mut report.servers {
            server.statements.truncate(STATEMENTS);
            server.activity.truncate(BACKENDS);
            server.tables.truncate(OBJECTS);
            server.indexes.truncate(OBJECTS);
        }
        Self { report, ..Self::default() }
    }
}
