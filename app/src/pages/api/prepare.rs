//! Asks the desk what a page shows.

use super::{PageData, wanted::Wanted};
use crate::{address::Query, api_desk::ApiDesk};
use std::time::Duration;

/// What the page of this query shows.
pub(crate) async fn prepare(desk: &dyn ApiDesk, query: &str) -> PageData {
    let wanted = Wanted::from_query(&Query::parse(query));
    let report = desk.report(Duration::from_secs(wanted.window_seconds.into())).await;
    let mut data = PageData::of(report);
    if let Some(id) = wanted.request {
        data.request = Some(desk.slow(&id).await.map_err(|error| error.to_string()));
    }
    data
}
