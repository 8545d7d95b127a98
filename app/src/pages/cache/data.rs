//! What the page has been told: the answers of the desk, as they stand in the page for the browser.

use crate::pages::Found;
use miorai_model::cache::{CacheReport, ClearPreview, ClearProgress, KeyDetail, KeyPage, PrefixReport};
use serde::{Deserialize, Serialize};

/// The id of the element of the page that carries the answers.
pub(crate) const ELEMENT_ID: &str = "cache";

/// Every answer that the page shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PageData {
    /// Spaces and servers.
    pub report: CacheReport,
    /// Keys of the chosen space.
    pub keys: Found<KeyPage>,
    /// The chosen key with its value.
    pub value: Found<KeyDetail>,
    /// The biggest prefixes of the chosen space.
    pub prefixes: Found<PrefixReport>,
    /// How clearing stands.
    pub clearing: Clearing,
}

/// How clearing stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Clearing {
    /// Nobody has asked yet.
    #[default]
    Idle,
    /// It is known what would go.
    Previewed {
        /// Which entries.
        pattern: String,
        /// What would go.
        preview: ClearPreview,
    },
    /// A job that runs or has ended.
    Job(ClearProgress),
    /// What was asked for could not be done.
    Failed {
        /// Which entries.
        pattern: String,
        /// Why, and what to do.
        words: String,
    },
}

impl Clearing {
    /// Which entries it is about.
    pub(crate) fn pattern(&self) -> Option<&str> {
        match self {
            Self::Idle => None,
            Self::Previewed { pattern, .. } | Self::Failed { pattern, .. } => Some(pattern),
            Self::Job(progress) => Some(&progress.pattern),
        }
    }
}
