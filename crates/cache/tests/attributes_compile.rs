//! What the attributes accept, and what they say about mistakes: each message points at the mistake itself.

#[test]
fn mistakes_are_told_where_they_are_and_what_is_right_compiles() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
