//! What the page shows of other programs, as signals.

use super::{PageData, data::ELEMENT_ID, wanted::Wanted};
use crate::{address::Address, pages};
use leptos::prelude::*;
use miorai_model::received::ReceivedReport;

/// The handle to what changes on this page. A copy costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// The address of the page.
    pub address: Address,
    /// What the address asks for.
    pub wanted: Memo<Wanted>,
    /// Senders and series.
    pub report: RwSignal<ReceivedReport>,
}

impl Board {
    /// The board of this page; in the browser it goes on by itself.
    pub(super) fn start() -> Self {
        let address = Address::here();
        let PageData { report } = pages::data(ELEMENT_ID);
        let board = Self {
            address,
            wanted: Memo::new(move |_| address.query.with(Wanted::from_query)),
            report: RwSignal::new(report),
        };
        #[cfg(feature = "hydrate")]
        crate::browser::custom::start(board);
        board
    }

    /// The board of the page.
    ///
    /// # Panics
    /// Outside of the page of custom metrics, which provides it to everything inside.
    pub(super) fn here() -> Self {
        expect_context()
    }
}
