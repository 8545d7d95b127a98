//! What the page has been told: the answer of the desk, as it stands in the page for the browser.

use miorai_model::received::ReceivedReport;
use serde::{Deserialize, Serialize};

/// The id of the element of the page that carries the answer.
pub(crate) const ELEMENT_ID: &str = "custom";

/// Series that a page holds; the filter finds the others.
#[cfg(feature = "ssr")]
pub(crate) const SERIES: usize = 200;

/// Everything that the page shows besides charts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PageData {
    /// Senders and series.
    pub report: ReceivedReport,
}
