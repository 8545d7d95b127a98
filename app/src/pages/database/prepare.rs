//! Asks the desk what a page shows.

use super::{PageData, Wanted};
use crate::{address::Query, database_desk::DatabaseDesk};
use miorai_model::database::PlanRequest;

/// What the page of this query shows.
pub(crate) async fn prepare(desk: &dyn DatabaseDesk, query: &str) -> PageData {
    let wanted = Wanted::from_query(&Query::parse(query));
    let report = desk.report().await;
    let database = wanted.shown(&report);
    let mut data = PageData::of(report);
    if let Some(statement) = wanted.plan {
        let request = PlanRequest { database, statement, analyze: false };
        data.plan = Some(desk.plan(request).await.map_err(|error| error.to_string()));
    }
    data
}
