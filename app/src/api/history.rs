//! The past of series, for the charts.

use leptos::prelude::*;
use miorai_model::{SeriesKey, history::HistoryAnswer};

/// The last fifteen minutes of these series, a point a second.
#[server(prefix = "/_dashboard", endpoint = "history")]
pub async fn history_of(
    /// Those wanted.
    series: Vec<SeriesKey>,
) -> Result<HistoryAnswer, ServerFnError> {
    use crate::state::AppState;
    let state = expect_context::<AppState>();
    state.recent(series, crate::state::POINTS_IN_BROWSER).await.map_err(ServerFnError::new)
}
