//! What pages may use on the server.

use crate::snapshot::About;
use miorai_model::{
    SeriesKey, Timestamp,
    history::{HistoryAnswer, HistoryQuery},
};
use miorai_monitoring::Monitor;
use miorai_storage::HistoryError;
use std::{sync::Arc, time::Duration};

/// The points that are drawn into a page: more cannot be told apart at its size.
pub const POINTS_IN_PAGE: usize = 180;

/// The handles behind the dashboard. A clone shares them.
#[derive(Clone)]
pub struct AppState {
    /// Frames, health, history and journal.
    pub monitor: Monitor,
    /// What the server tells of itself.
    pub about: Arc<About>,
    /// The files that a page loads; nothing when the browser part is not built in.
    pub assets: Option<Arc<Assets>>,
}

/// The addresses of the files that a page loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The script that starts the browser part.
    pub script: String,
    /// The browser part.
    pub wasm: String,
    /// The style sheet.
    pub style: String,
}

impl AppState {
    /// The past of series as far as it is in memory, in at most so many points.
    pub async fn recent(&self, series: Vec<SeriesKey>, points: usize) -> Result<HistoryAnswer, HistoryError> {
        let to = self.monitor.latest().map_or_else(Timestamp::default, |tick| tick.frame.at);
        let from = to.minus(Duration::from_secs(u64::from(self.about.history_seconds)));
        self.monitor.history().query(&HistoryQuery { series, from, to, points }).await
    }
}
