//! What part of time the charts of a page show. It stands in the address, so that a view can be sent to somebody.

use crate::address::Query;

/// The choices for how far back a live view reaches, as in the address and in seconds.
pub const RANGES: [(&str, &str, u32); 3] = [("1m", "1 min", 60), ("5m", "5 min", 300), ("15m", "15 min", 900)];

/// The part of time that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The last so many seconds, moving on.
    Last(u32),
    /// From one moment to another, in milliseconds since the epoch.
    Between(i64, i64),
}

impl Default for View {
    fn default() -> Self {
        Self::Last(900)
    }
}

/// Nothing is shown before this.
const EARLIEST_MS: i64 = 0;
/// Nothing is shown after this: the end of the year 9999.
const LATEST_MS: i64 = 253_402_300_799_999;
/// The narrowest part of time, in milliseconds.
const NARROWEST_MS: i64 = 5_000;
/// The widest: ten years.
const WIDEST_MS: i64 = 3_653 * 86_400_000;

impl View {
    /// The part of time from one moment to another, as far as it can be shown: not too narrow to be read, not too
    /// wide, and within the years that clocks can tell.
    pub fn between(from: i64, to: i64) -> Self {
        let (from, to) = (from.clamp(EARLIEST_MS, LATEST_MS), to.clamp(EARLIEST_MS, LATEST_MS));
        let missing = (NARROWEST_MS - (to - from)).max(0);
        let surplus = (to - from - WIDEST_MS).max(0);
        let from = (from - missing / 2 + surplus / 2).clamp(EARLIEST_MS, LATEST_MS - NARROWEST_MS);
        Self::Between(from, from + (to - from).clamp(NARROWEST_MS, WIDEST_MS))
    }

    /// The view that `?range=5m` or `?from=…&to=…` asks for; the default when neither is there or makes sense.
    pub fn from_query(query: &Query) -> Self {
        let number = |name| query.get(name).and_then(|text| text.parse::<i64>().ok());
        if let (Some(from), Some(to)) = (number("from"), number("to"))
            && from < to
        {
            return Self::between(from, to);
        }
        let range = query.get("range");
        RANGES
            .into_iter()
            .find(|(name, _, _)| Some(*name) == range)
            .map_or_else(Self::default, |(_, _, s)| Self::Last(s))
    }

    /// The query that leads from another to this view, and keeps whatever else that one says.
    pub fn in_query(self, query: &Query) -> Query {
        let (from, to, range) = match self {
            Self::Between(from, to) => (Some(from.to_string()), Some(to.to_string()), None),
            Self::Last(_) => {
                let name = RANGES.into_iter().find(|(_, _, s)| Self::Last(*s) == self && self != Self::default());
                (None, None, name.map(|(name, _, _)| name.to_owned()))
            }
        };
        query.with("from", from).with("to", to).with("range", range)
    }

    /// First and last moment shown when the newest frame is of `now`.
    pub fn bounds(self, now: i64) -> (i64, i64) {
        match self {
            Self::Last(seconds) => (now - i64::from(seconds) * 1_000, now),
            Self::Between(from, to) => (from, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_view_is_read_from_the_address() {
        for (text, expected) in [
            ("", View::Last(900)),
            ("range=5m", View::Last(300)),
            ("range=5+years", View::Last(900)),
            ("from=1000&to=9000", View::Between(1_000, 9_000)),
            ("from=2000&to=1000", View::Last(900)),
            ("from=x&to=1000&range=1m", View::Last(60)),
        ] {
            assert_eq!(View::from_query(&Query::parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_view_leaves_the_rest_of_the_address_alone() {
        let query = Query::parse("sort=memory&range=5m");
        for (view, expected) in [
            (View::Last(60), "?sort=memory&range=1m"),
            (View::default(), "?sort=memory"),
            (View::Between(1, 9_000), "?sort=memory&from=1&to=9000"),
        ] {
            assert_eq!(view.in_query(&query).to_string(), expected);
        }
        assert_eq!(View::default().in_query(&Query::parse("from=1&to=2")).to_string(), "?");
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_can_be_shown(from in any::<i64>(), to in any::<i64>()) {
            let query = Query::parse(&format!("from={from}&to={to}"));
            let views = [View::from_query(&query), View::between(from, to)];
            for (from, to) in views.map(|view| view.bounds(1_000_000_000_000)) {
                prop_assert!(from >= EARLIEST_MS && to <= LATEST_MS + WIDEST_MS);
                prop_assert!((NARROWEST_MS..=WIDEST_MS).contains(&(to - from)), "{from} to {to}");
            }
        }
    }

    #[test]
    fn bounds_follow_the_newest_frame_unless_fixed() {
        assert_eq!(View::Last(60).bounds(100_000), (40_000, 100_000));
        assert_eq!(View::Between(1, 2).bounds(100_000), (1, 2));
    }
}
