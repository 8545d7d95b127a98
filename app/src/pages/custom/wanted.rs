//! What the address asks the page to show.

use crate::address::Query;
use miorai_model::SeriesKey;

/// At most this many series are charted at once: more lines cannot be told apart.
pub(super) const MOST: usize = 8;

/// What is to be shown besides the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The series that are charted, in the order in which they were chosen.
    pub series: Vec<SeriesKey>,
    /// What the list of series is filtered by.
    pub filter: String,
}

impl Wanted {
    /// What `?series=queue.length{queue="mail"}&series=…` asks for. What is no series is passed over.
    pub(crate) fn from_query(query: &Query) -> Self {
        let mut series: Vec<SeriesKey> = Vec::new();
        for key in query.all("series").filter_map(|text| text.parse().ok()) {
            if series.len() < MOST && !series.contains(&key) {
                series.push(key);
            }
        }
        Self { series, filter: query.get("series.filter").unwrap_or_default().to_owned() }
    }

    /// The query that leads from `query` to the same with `key`, or without it where it is chosen already. One too many
    /// takes the place of the first.
    pub(super) fn toggled(&self, query: &Query, key: &SeriesKey) -> Query {
        let mut kept: Vec<&SeriesKey> = self.series.iter().filter(|chosen| *chosen != key).collect();
        if kept.len() == self.series.len() {
            kept.push(key);
        }
        let surplus = kept.len().saturating_sub(MOST);
        query.with_all("series", kept.into_iter().skip(surplus).map(ToString::to_string))
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn series_are_chosen_one_by_one_and_let_go() {
        let query = Query::parse("series=a%7Bb%3D%22c%22%7D&series=no+series&range=5m&series.filter=x");
        let wanted = Wanted::from_query(&query);
        assert_eq!((wanted.series.len(), wanted.filter.as_str()), (1, "x"));
        let two = wanted.toggled(&query, &SeriesKey::new("d", []));
        let chosen = Wanted::from_query(&two);
        assert_eq!(chosen.series.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a{b=\"c\"}", "d"]);
        assert_eq!(two.get("range"), Some("5m"));
        assert_eq!(Wanted::from_query(&chosen.toggled(&two, &wanted.series[0])).series, [SeriesKey::new("d", [])]);
    }

    #[test]
    fn one_too_many_takes_the_place_of_the_first() {
        let mut query = Query::default();
        for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            query = Wanted::from_query(&query).toggled(&query, &SeriesKey::new(name, []));
        }
        let chosen = Wanted::from_query(&query).series;
        assert_eq!((chosen.len(), &*chosen[0].name, &*chosen[7].name), (MOST, "b", "i"));
    }
}
