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

impl View {
    /// The view that `?range=5m` or `?from=…&to=…` asks for; the default when neither is there or makes sense.
    pub fn from_query(query: &Query) -> Self {
        let number = |name| query.get(name).and_then(|text| text.parse::<i64>().ok());
        if let (Some(from), Some(to)) = (number("from"), number("to"))
            && from < to
        {
            return Self::Between(from, to);
        }
        let range = query.get("range");
        RANGES
            .into_iter()
            .find(|(name, _, _)| Some(*name) == range)
            .map_or_else(Self::default, |(_, _, s)| Self::Last(s))
    }

    /// The query that leads to this view.
    pub fn to_query(self) -> String {
        match self {
            Self::Between(from, to) => format!("?from={from}&to={to}"),
            Self::Last(seconds) => match RANGES.into_iter().find(|(_, _, s)| *s == seconds) {
                Some((name, _, seconds)) if Self::Last(seconds) != Self::default() => format!("?range={name}"),
                _ => "?".to_owned(),
            },
        }
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

    #[test]
    fn the_view_is_read_from_the_address() {
        for (text, expected) in [
            ("", View::Last(900)),
            ("range=5m", View::Last(300)),
            ("range=5+years", View::Last(900)),
            ("from=1000&to=2000", View::Between(1_000, 2_000)),
            ("from=2000&to=1000", View::Last(900)),
            ("from=x&to=1000&range=1m", View::Last(60)),
        ] {
            assert_eq!(View::from_query(&Query::parse(text)), expected, "{text}");
        }
    }

    #[test]
    fn bounds_follow_the_newest_frame_unless_fixed() {
        assert_eq!(View::Last(60).bounds(100_000), (40_000, 100_000));
        assert_eq!(View::Between(1, 2).bounds(100_000), (1, 2));
    }
}
