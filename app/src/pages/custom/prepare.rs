//! Asks the desk what a page shows.

use super::{PageData, data::SERIES, wanted::Wanted};
use crate::{address::Query, received_desk::ReceivedDesk};
use miorai_model::received::ReceivedQuery;

/// What the page of this query shows.
pub(crate) async fn prepare(desk: &dyn ReceivedDesk, query: &str) -> PageData {
    let Wanted { filter, .. } = Wanted::from_query(&Query::parse(query));
    PageData { report: desk.report(ReceivedQuery { filter, limit: SERIES }).await }
}
