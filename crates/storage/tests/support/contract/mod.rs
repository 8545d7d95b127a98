//! One suite for all stores.

pub(crate) mod history;
pub(crate) mod journal;
