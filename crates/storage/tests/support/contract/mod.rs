//! One suite for all stores.

mod history;
mod journal;

pub(crate) use history::history_contract;
pub(crate) use journal::journal_contract;
