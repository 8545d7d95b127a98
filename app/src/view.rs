//! What part of time the charts of a page show, and what it is compared with. Both stand in the address, so that a view
//! can be sent to somebody.

use crate::address::Query;

/// The choices for how far back a live view reaches, as in the address and in seconds.
pub const RANGES: [(&str, &str, u32); 11] = [
    ("1m", "1 min", 60),
    ("5m", "5 min", 300),
    ("15m", "15 min", 900),
    ("1h", "1 h", 3_600),
    ("6h", "6 h", 21_600),
    ("24h", "24 h", DAY_SECONDS),
    ("7d", "7 d", 7 * DAY_SECONDS),
    ("30d", "30 d", 30 * DAY_SECONDS),
    ("90d", "90 d", 90 * DAY_SECONDS),
    ("1y", "1 y", 365 * DAY_SECONDS),
    ("2y", "2 y", 730 * DAY_SECONDS),
];

const DAY_SECONDS: u32 = 86_400;

/// Up to this length every second is shown as it comes in; beyond, the past comes in fewer points.
const LIVE_SECONDS: u32 = 900;

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
const NARROWEST_MS: i64 = 1_000;
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

    /// The query that leads from another to this view, and keeps whatever else that one says. A part of time keeps the
    /// range as well: that is where the way [back](unzoomed) leads.
    pub fn in_query(self, query: &Query) -> Query {
        match self {
            Self::Between(from, to) => query.with("from", Some(from.to_string())).with("to", Some(to.to_string())),
            Self::Last(_) => {
                let name = RANGES.into_iter().find(|(_, _, s)| Self::Last(*s) == self && self != Self::default());
                unzoomed(query).with("range", name.map(|(name, _, _)| name.to_owned()))
            }
        }
    }

    /// Whether every second is shown as it comes in.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Last(seconds) if seconds <= LIVE_SECONDS)
    }

    /// First and last moment shown when the newest frame is of `now`.
    pub fn bounds(self, now: i64) -> (i64, i64) {
        match self {
            Self::Last(seconds) => (now - i64::from(seconds) * 1_000, now),
            Self::Between(from, to) => (from, to),
        }
    }
}

/// The query that leads from a part of time back to the range that it was chosen in.
pub fn unzoomed(query: &Query) -> Query {
    query.with("from", None).with("to", None)
}

/// What a view can be compared with: the same part of time so much before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// A day before.
    Day,
    /// A week before.
    Week,
}

impl Earlier {
    /// Every comparison there is.
    pub const EVERY: [Self; 2] = [Self::Day, Self::Week];

    /// The comparison that `?compare=1d` asks for.
    pub fn from_query(query: &Query) -> Option<Self> {
        let name = query.get("compare");
        Self::EVERY.into_iter().find(|earlier| Some(earlier.name()) == name)
    }

    /// The name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "1d",
            Self::Week => "7d",
        }
    }

    /// What it is, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Day => "a day before",
            Self::Week => "a week before",
        }
    }

    /// How long before, in milliseconds.
    pub const fn millis(self) -> i64 {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
        };
        days * 1_000 * DAY_SECONDS as i64
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
            (View::Last(730 * DAY_SECONDS), "?sort=memory&range=2y"),
            (View::Between(1, 9_000), "?sort=memory&range=5m&from=1&to=9000"),
        ] {
            assert_eq!(view.in_query(&query).to_string(), expected);
        }
        let zoomed = View::Between(1, 9_000).in_query(&query);
        assert_eq!(unzoomed(&zoomed), query, "the way back leads to the range");
        assert_eq!(View::default().in_query(&Query::parse("from=1&to=2")).to_string(), "?");
    }

    #[test]
    fn a_comparison_is_read_from_the_address() {
        for (text, expected) in
            [("", None), ("compare=1d", Some(Earlier::Day)), ("compare=7d", Some(Earlier::Week)), ("compare=2d", None)]
        {
            assert_eq!(Earlier::from_query(&Query::parse(text)), expected, "{text}");
        }
        assert_eq!(Earlier::Week.millis(), 604_800_000);
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
