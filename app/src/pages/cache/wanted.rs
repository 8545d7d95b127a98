//! What the address asks the page to show.

use crate::address::Query;
use miorai_model::cache::KeyQuery;

/// The names in the query that belong to one space: another space begins without them.
const OF_SPACE: [&str; 9] = ["space", "pattern", "type", "ttl", "size", "cursor", "key", "prefixes", "job"];

/// What is to be shown besides all spaces and servers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    /// Keys of the chosen space; nothing when none is chosen.
    pub keys: Option<KeyQuery>,
    /// The key whose value is shown.
    pub key: Option<String>,
    /// Whether the biggest prefixes are shown.
    pub prefixes: bool,
    /// The job that is followed.
    pub job: Option<u64>,
}

impl Wanted {
    /// What `?space=…&pattern=…` asks for.
    pub(crate) fn from_query(query: &Query) -> Self {
        let text = |name| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let Some(space) = text("space") else { return Self::default() };
        let keys = KeyQuery {
            space,
            pattern: text("pattern"),
            kind: text("type"),
            ttl_at_most_seconds: text("ttl").and_then(|text| text.parse().ok()),
            bytes_at_least: text("size").and_then(|text| text.parse().ok()),
            cursor: text("cursor"),
            limit: None,
        };
        Self {
            keys: Some(keys),
            // A key may begin or end with spaces.
            key: query.get("key").map(str::to_owned),
            prefixes: query.get("prefixes").is_some(),
            job: text("job").and_then(|job| job.parse().ok()),
        }
    }

    /// The id of the chosen space.
    pub(crate) fn space(&self) -> Option<&str> {
        self.keys.as_ref().map(|keys| keys.space.as_str())
    }

    #[cfg(any(test, feature = "hydrate"))]
    /// The key whose value is shown, with its space.
    pub(crate) fn key_of_space(&self) -> Option<(String, String)> {
        Some((self.space()?.to_owned(), self.key.clone()?))
    }
}

/// The query that leads from another to a space, and keeps what does not belong to one.
pub(crate) fn to_space(query: &Query, space: Option<&str>) -> Query {
    let bare = OF_SPACE.iter().fold(query.with("deleted", None), |query, name| query.with(name, None));
    bare.with("space", space.map(str::to_owned))
}

/// The query that leads from another to something else of the same space.
pub(crate) fn within(query: &Query, changes: &[(&str, Option<&str>)]) -> Query {
    let query = query.with("deleted", None);
    changes.iter().fold(query, |query, (name, value)| query.with(name, value.map(str::to_owned)))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn the_address_says_what_is_shown() {
        let wanted = Wanted::from_query(&Query::parse(
            "?space=shop/default&pattern=a:*&type=hash&ttl=60&size=1000&key=%20k&prefixes=1&job=7",
        ));
        let keys = wanted.keys.as_ref().unwrap();
        assert_eq!((keys.pattern.as_deref(), keys.kind.as_deref()), (Some("a:*"), Some("hash")));
        assert_eq!((keys.ttl_at_most_seconds, keys.bytes_at_least), (Some(60), Some(1_000)));
        assert_eq!(wanted.key_of_space(), Some(("shop/default".to_owned(), " k".to_owned())));
        assert_eq!((wanted.prefixes, wanted.job), (true, Some(7)));
    }

    #[test]
    fn without_a_space_nothing_of_one_is_shown() {
        for text in ["", "space=", "key=a&pattern=*&job=1"] {
            assert_eq!(Wanted::from_query(&Query::parse(text)), Wanted::default(), "{text}");
        }
    }

    #[test]
    fn another_space_begins_anew_and_leaves_the_range_alone() {
        let query = Query::parse("range=5m&space=a&pattern=x&key=y&deleted=z");
        assert_eq!(to_space(&query, Some("b")).to_string(), "?range=5m&space=b");
        assert_eq!(to_space(&query, None).to_string(), "?range=5m");
        assert_eq!(within(&query, &[("key", None)]).to_string(), "?range=5m&space=a&pattern=x");
    }
}
