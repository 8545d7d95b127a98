//! What the page shows of the API, as signals.

use super::{PageData, data::ELEMENT_ID, wanted::Wanted};
use crate::{
    address::Address,
    pages::{self, Found},
};
use leptos::prelude::*;
use miorai_model::performance::{PerformanceReport, SlowRequest};

/// The handle to what changes on this page. A copy costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// The address of the page.
    pub address: Address,
    /// What the address asks for.
    pub wanted: Memo<Wanted>,
    /// Routes and slow requests.
    pub report: RwSignal<PerformanceReport>,
    /// Routes beyond those in the report.
    pub routes_left_out: RwSignal<usize>,
    /// The chosen request.
    pub request: RwSignal<Found<SlowRequest>>,
    /// Why something could not be done; empty when nothing went wrong.
    pub failed: RwSignal<String>,
}

impl Board {
    /// The board of this page; in the browser it goes on by itself.
    pub(super) fn start() -> Self {
        let address = Address::here();
        let PageData { report, routes_left_out, request } = pages::data(ELEMENT_ID);
        let board = Self {
            address,
            wanted: Memo::new(move |_| address.query.with(Wanted::from_query)),
            report: RwSignal::new(report),
            routes_left_out: RwSignal::new(routes_left_out),
            request: RwSignal::new(request),
            failed: RwSignal::new(String::new()),
        };
        #[cfg(feature = "hydrate")]
        crate::browser::api::start(board);
        board
    }

    /// The board of the page.
    ///
    /// # Panics
    /// Outside of the page of the API, which provides it to everything inside.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// The link to something else of this page.
    pub(super) fn link(self, changes: &[(&str, Option<&str>)]) -> String {
        self.address.query.with(|query| {
            let with = |query: crate::address::Query, (name, value): &(&str, Option<&str>)| {
                query.with(name, value.map(str::to_owned))
            };
            changes.iter().fold(query.clone(), with).to_string()
        })
    }
}
