//! Asks the desk what a page shows.

use super::{Clearing, PageData, Wanted};
use crate::{address::Query, cache_desk::CacheDesk};

/// What the page of this query shows.
pub(crate) async fn prepare(desk: &dyn CacheDesk, query: &str) -> PageData {
    let wanted = Wanted::from_query(&Query::parse(query));
    let report = desk.report().await;
    let known = wanted.keys.as_ref().is_some_and(|keys| report.space(&keys.space).is_some());
    let mut data = PageData { report, ..PageData::default() };
    let Some(keys) = wanted.keys.filter(|_| known) else { return data };
    let space = keys.space.clone();
    data.keys = Some(desk.keys(keys).await.map_err(|error| error.to_string()));
    if let Some(key) = wanted.key {
        data.value = Some(desk.key(&space, &key).await.map_err(|error| error.to_string()));
    }
    if wanted.prefixes {
        data.prefixes = Some(desk.prefixes(&space).await.map_err(|error| error.to_string()));
    }
    if let Some(job) = wanted.job {
        data.clearing = match desk.progress(job).await {
            Ok(progress) => Clearing::Job(progress),
            Err(error) => Clearing::Failed { pattern: String::new(), words: error.to_string() },
        };
    }
    data
}
