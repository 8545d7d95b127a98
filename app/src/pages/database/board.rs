//! What the page shows of databases, as signals.

use super::{PageData, Wanted, data::ELEMENT_ID};
use crate::{
    address::{Address, Query},
    pages::{self, Found},
};
use leptos::prelude::*;
use miorai_model::database::{DatabaseReport, PlanReport, PostgresReport};

/// The handle to what changes on this page. A copy costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    /// The address of the page.
    pub address: Address,
    /// What the address asks for.
    pub wanted: Memo<Wanted>,
    /// Pools, statements and servers.
    pub report: RwSignal<DatabaseReport>,
    /// The plan that was asked for.
    pub plan: RwSignal<Found<PlanReport>>,
    /// What became of cancelling or ending a backend.
    pub outcome: RwSignal<Found<String>>,
}

impl Board {
    /// The board of this page; in the browser it goes on by itself.
    pub(super) fn start() -> Self {
        let address = Address::here();
        let PageData { report, plan, outcome } = pages::data(ELEMENT_ID);
        let board = Self {
            address,
            wanted: Memo::new(move |_| address.query.with(Wanted::from_query)),
            report: RwSignal::new(report),
            plan: RwSignal::new(plan),
            outcome: RwSignal::new(outcome),
        };
        #[cfg(feature = "hydrate")]
        crate::browser::database::start(board);
        board
    }

    /// The board of the page.
    ///
    /// # Panics
    /// Outside of the page of the databases, which provides it to everything inside.
    pub(super) fn here() -> Self {
        expect_context()
    }

    /// The name of the database that is shown in full.
    pub(crate) fn chosen(self) -> Memo<String> {
        Memo::new(move |_| self.wanted.with(|wanted| self.report.with(|report| wanted.shown(report))))
    }

    /// Something of the server that is shown in full; what it is by default when none is.
    pub(super) fn of_server<T: Default>(self, read: impl FnOnce(&PostgresReport) -> T) -> T {
        self.wanted.with(|wanted| {
            self.report.with(|report| report.server(&wanted.shown(report)).map(read).unwrap_or_default())
        })
    }

    /// The link to something else of this page.
    pub(super) fn link(self, changes: &[(&str, Option<&str>)]) -> String {
        self.address.query.with(|query| {
            let with = |query: Query, (name, value): &(&str, Option<&str>)| query.with(name, value.map(str::to_owned));
            changes.iter().fold(query.clone(), with).to_string()
        })
    }
}
