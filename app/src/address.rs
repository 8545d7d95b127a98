//! The address of the page: which page it is, and what its query says.
//!
//! A page is a document: links between pages load the next one, which comes complete. What changes within a page (the
//! range of the charts, the order of a table) stands in the query; links to another query of the same page do without
//! loading, and without a script they load the page anew, to the same end.

use leptos::prelude::*;
use std::fmt;

/// The pairs of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=2`, with or without a question mark before it.
    pub fn parse(text: &str) -> Self {
        let text = text.strip_prefix('?').unwrap_or(text);
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// This query with another value for a name, at its end, or without that name.
    #[must_use]
    pub fn with(&self, name: &str, value: Option<String>) -> Self {
        let others = self.0.iter().filter(|(of, _)| of != name).cloned();
        Self(others.chain(value.map(|value| (name.to_owned(), value))).collect())
    }

    /// This query with several values for a name, at its end.
    #[must_use]
    pub fn with_all(&self, name: &str, values: impl IntoIterator<Item = String>) -> Self {
        let others = self.with(name, None).0.into_iter();
        Self(others.chain(values.into_iter().map(|value| (name.to_owned(), value))).collect())
    }

    /// The values of a name, in their order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// Every name with its value, in their order.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().cloned()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

/// As it stands in an address: `?a=1&b=2`, and `?` for a query that says nothing.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
        write!(f, "?{pairs}")
    }
}

/// The address of the page that is shown. A copy costs nothing.
#[derive(Clone, Copy)]
pub struct Address {
    path: StoredValue<String>,
    /// What its query says.
    pub query: RwSignal<Query>,
}

impl Address {
    /// The address of a path and a query.
    pub fn new(path: &str, query: &str) -> Self {
        Self { path: StoredValue::new(path.to_owned()), query: RwSignal::new(Query::parse(query)) }
    }

    /// The address of the page that this is in.
    ///
    /// # Panics
    /// Outside of a page: [`App`](crate::App) provides it to everything inside.
    pub fn here() -> Self {
        expect_context()
    }

    /// The path; it stays as long as the page does.
    pub fn path(self) -> String {
        self.path.get_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_browsers_write_it() {
        let query = Query::parse("?a=1&b=two+words&c=%C3%BC&a=2&d");
        let shown: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| query.get(name)).into();
        let two = query.with_all("a", ["3".to_owned(), "4".to_owned()]);
        assert_eq!(two.to_string(), "?b=two+words&c=%C3%BC&d=&a=3&a=4");
        assert_eq!(two.all("a").collect::<Vec<_>>(), ["3", "4"]);
        assert_eq!(shown, [Some("1"), Some("two words"), Some("ü"), Some(""), None]);
    }
}
