//! What the page shows of caches, as signals.

use super::{Clearing, Found, PageData, Wanted};
use crate::address::Address;
use leptos::prelude::*;
use miorai_model::cache::{CacheReport, ClearState, KeyDetail, KeyPage, PrefixReport, SpaceReport};

/// The handle to what changes on this page. A copy costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// The address of the page.
    pub address: Address,
    /// What the address asks for.
    pub wanted: Memo<Wanted>,
    /// Spaces and servers.
    pub report: RwSignal<CacheReport>,
    /// Keys of the chosen space.
    pub keys: RwSignal<Found<KeyPage>>,
    /// The chosen key with its value.
    pub value: RwSignal<Found<KeyDetail>>,
    /// The biggest prefixes of the chosen space.
    pub prefixes: RwSignal<Found<PrefixReport>>,
    /// How clearing stands.
    pub clearing: RwSignal<Clearing>,
    /// What is being asked just now, in words; empty when nothing is.
    pub busy: RwSignal<&'static str>,
}

impl Board {
    /// The board of this page; in the browser it goes on by itself.
    pub(super) fn start() -> Self {
        let address = Address::here();
        let PageData { report, keys, value, prefixes, clearing } = data();
        let board = Self {
            address,
            wanted: Memo::new(move |_| address.query.with(Wanted::from_query)),
            report: RwSignal::new(report),
            keys: RwSignal::new(keys),
            value: RwSignal::new(value),
            prefixes: RwSignal::new(prefixes),
            clearing: RwSignal::new(clearing),
            busy: RwSignal::new(""),
        };
        #[cfg(feature = "hydrate")]
        crate::browser::cache::start(board);
        board
    }

    /// The board of the page.
    ///
    /// # Panics
    /// Outside of the page of the caches, which provides it to everything inside.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// The id of the chosen space; follows the address, and tells those who follow it only when it has changed.
    pub(super) fn chosen(self) -> Memo<Option<String>> {
        Memo::new(move |_| self.wanted.with(|wanted| wanted.space().map(str::to_owned)))
    }

    /// A space.
    pub(super) fn space(self, id: String) -> Memo<Option<SpaceReport>> {
        Memo::new(move |_| self.report.with(|report| report.space(&id).cloned()))
    }

    /// The link to something else of the chosen space.
    pub(super) fn within(self, changes: &[(&str, Option<&str>)]) -> String {
        self.address.query.with(|query| super::wanted::within(query, changes).to_string())
    }
}

/// Whether a job still runs.
pub(crate) fn is_running(clearing: &Clearing) -> bool {
    matches!(clearing, Clearing::Job(progress) if progress.state == ClearState::Running)
}

#[cfg(feature = "ssr")]
fn data() -> PageData {
    use_context().unwrap_or_default()
}

#[cfg(feature = "hydrate")]
fn data() -> PageData {
    let text = document().get_element_by_id(super::ELEMENT_ID).and_then(|element| element.text_content());
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
fn data() -> PageData {
    PageData::default()
}
