//! What desks have told a page: rendered into it, and put into it for the browser.

use super::json;
use crate::{
    pages::{api, cache, custom, database},
    state::AppState,
};
use leptos::prelude::provide_context;

/// The answers of the desk of a page. Most pages have none.
#[derive(Clone)]
pub(super) enum Told {
    /// Nothing.
    Nothing,
    /// Of the API.
    Api(Box<api::PageData>),
    /// Of the caches.
    Cache(Box<cache::PageData>),
    /// Of what other programs send.
    Custom(Box<custom::PageData>),
    /// Of the databases.
    Database(Box<database::PageData>),
}

impl Told {
    /// What the page at this path and query is told.
    pub(super) async fn to(state: &AppState, path: &str, query: &str) -> Self {
        match path {
            "/api" => Self::Api(Box::new(api::prepare::prepare(&*state.api, query).await)),
            "/cache" => Self::Cache(Box::new(cache::prepare::prepare(&*state.caches, query).await)),
            "/custom" => Self::Custom(Box::new(custom::prepare::prepare(&*state.received, query).await)),
            "/database" => Self::Database(Box::new(database::prepare::prepare(&*state.databases, query).await)),
            _ => Self::Nothing,
        }
    }

    /// Gives it to the page that is being rendered.
    pub(super) fn provide(self) {
        match self {
            Self::Nothing => {}
            Self::Api(data) => provide_context(*data),
            Self::Cache(data) => provide_context(*data),
            Self::Custom(data) => provide_context(*data),
            Self::Database(data) => provide_context(*data),
        }
    }

    /// The id of the element that carries it to the browser, and its JSON.
    pub(super) fn element(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Nothing => None,
            Self::Api(data) => Some((api::ELEMENT_ID, json(data))),
            Self::Cache(data) => Some((cache::ELEMENT_ID, json(data))),
            Self::Custom(data) => Some((custom::ELEMENT_ID, json(data))),
            Self::Database(data) => Some((database::ELEMENT_ID, json(data))),
        }
    }

    /// Whether something is going on that a page without a script follows by loading itself anew.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Cache(data) if cache::is_running(&data.clearing))
    }
}
