//! What pages may use on the server.

use crate::{
    api_desk::ApiDesk,
    cache_desk::CacheDesk,
    database_desk::DatabaseDesk,
    pages::{self, Past},
    received_desk::ReceivedDesk,
    snapshot::About,
};
use miorai_model::{
    Timestamp,
    history::{HistoryAnswer, HistoryQuery},
};
use miorai_monitoring::Monitor;
use miorai_storage::HistoryError;
use std::{collections::BTreeMap, sync::Arc};

/// The points that are drawn into a page: more cannot be told apart at its size.
pub const POINTS_IN_PAGE: usize = 180;

/// The handles behind the dashboard. A clone shares them.
#[derive(Clone)]
pub struct AppState {
    /// Frames, health, history and journal.
    pub monitor: Monitor,
    /// What answers for the caches.
    pub caches: Arc<dyn CacheDesk>,
    /// What answers for the databases.
    pub databases: Arc<dyn DatabaseDesk>,
    /// What answers for the speed of the API.
    pub api: Arc<dyn ApiDesk>,
    /// What answers for what other programs send.
    pub received: Arc<dyn ReceivedDesk>,
    /// What the server tells of itself.
    pub about: Arc<About>,
    /// The files that a page loads; nothing when the browser part is not built in.
    pub assets: Option<Arc<Assets>>,
}

/// What pages load and bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The browser part of each bundle: see [`pages::bundle`].
    pub bundles: BTreeMap<String, BundleFiles>,
}

/// The files of one bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFiles {
    /// The address of the script that starts it.
    pub script: String,
    /// The address of the code.
    pub wasm: String,
    /// The style sheet: it stands in every page, so that the first paint waits for nothing but the page.
    pub style: String,
    /// The base64 form of its SHA-256, by which the content security policy knows it.
    pub style_sha256: String,
}

impl Assets {
    /// The browser part of the page at `path`.
    pub fn of(&self, path: &str) -> Option<&BundleFiles> {
        self.bundles.get(pages::bundle(path))
    }
}

impl AppState {
    /// A part of the past for a page whose newest frame is of `now`.
    pub async fn past(&self, past: &Past, now: Timestamp) -> Result<HistoryAnswer, HistoryError> {
        let (from, to) = past.bounds(now);
        let (from, to) = (Timestamp::from_millis(from), Timestamp::from_millis(to));
        let query = HistoryQuery {
            series: past.series.clone(),
            from,
            to,
            points: POINTS_IN_PAGE,
            extremes: past.has_extremes(),
        };
        self.monitor.history().query(&query).await
    }
}
