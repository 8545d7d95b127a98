//! Points in time as the viewer's clock shows them.

use crate::dashboard::Dashboard;
use leptos::prelude::*;
use miorai_model::Timestamp;
use time::{OffsetDateTime, UtcOffset};

/// The parts of a point in time in a zone that is `offset` minutes ahead of UTC.
fn in_zone(at: Timestamp, offset: i32) -> OffsetDateTime {
    let utc =
        OffsetDateTime::from_unix_timestamp(at.as_millis().div_euclid(1_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    utc.to_offset(UtcOffset::from_whole_seconds(offset * 60).unwrap_or(UtcOffset::UTC))
}

/// `14:41:07` in a zone that is `offset` minutes ahead of UTC.
pub fn clock(at: Timestamp, offset: i32) -> String {
    let time = in_zone(at, offset);
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

/// A moment in what covers `span_ms` milliseconds, in a zone that is `offset` minutes ahead of UTC: `14:41:07` within a
/// day, `25 Nov 2026 14:41` beyond.
pub fn moment(at: Timestamp, offset: i32, span_ms: i64) -> String {
    let clock = clock(at, offset);
    if span_ms <= 86_400_000 {
        return clock;
    }
    let date = in_zone(at, offset);
    let month = date.month().to_string();
    format!("{}\u{a0}{} {} {}", date.day(), &month[..3], date.year(), &clock[..5])
}

/// `2026-11-23T09:06:48Z`.
pub fn rfc3339(at: Timestamp) -> String {
    let date = in_zone(at, 0);
    format!("{:04}-{:02}-{:02}T{}Z", date.year(), u8::from(date.month()), date.day(), clock(at, 0))
}

/// A point in time, by the viewer's clock; in full on hover.
#[component]
pub fn TimeOfDay(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    let dashboard = Dashboard::here();
    let text = move || clock(at, dashboard.utc_offset.get());
    view! { <time datetime=rfc3339(at) title=rfc3339(at)>{text}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_the_viewers_zone() {
        let at = Timestamp::from_millis(1_763_888_808_500);
        for (offset, expected) in [(0, "09:06:48"), (180, "12:06:48"), (-600, "23:06:48"), (99_999, "09:06:48")] {
            assert_eq!(clock(at, offset), expected, "{offset}");
        }
    }

    #[test]
    fn over_more_than_a_day_moments_bear_their_date() {
        let at = Timestamp::from_millis(1_763_888_808_500);
        assert_eq!(moment(at, 60, 86_400_000), "10:06:48");
        assert_eq!(moment(at, 60, 86_400_001), "23\u{a0}Nov 2025 10:06");
    }

    #[test]
    fn dates_are_in_utc() {
        assert_eq!(rfc3339(Timestamp::from_millis(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(Timestamp::from_millis(i64::MAX)), "1970-01-01T00:00:00Z");
    }
}
