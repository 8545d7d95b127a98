//! What the attributes accept, and what they say about mistakes: each message points at the mistake itself.

#![allow(clippy::unwrap_used, reason = "all of this is for tests")]

#[path = "accepted/function.rs"]
mod function;
#[path = "accepted/generic.rs"]
mod generic;
#[path = "accepted/method.rs"]
mod method;

#[test]
fn functions_methods_and_generic_ones_are_accepted() {
    function::is_accepted();
    generic::is_accepted();
    method::is_accepted();
}

/// Only mistakes are here: then trybuild checks all of them in one go, without building what the crate depends on.
#[test]
fn mistakes_are_told_where_they_are() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
