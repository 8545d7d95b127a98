//! What tests of stores share.

#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

pub(crate) mod contract;
pub(crate) mod frames;
#[path = "../../../monitoring/tests/support/postgres.rs"]
pub(crate) mod postgres;
pub(crate) mod reopened;
pub(crate) mod victim;
