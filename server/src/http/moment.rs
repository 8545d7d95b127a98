//! Times in answers, and times in questions.

use miorai_model::Timestamp;
use std::time::Duration;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time as RFC 3339 in UTC: `2026-11-23T09:30:00.25Z`. Times outside the years 0 to 9999 are shown as the
/// epoch.
pub fn rfc3339(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.as_millis()) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// Reads a point in time: RFC 3339, milliseconds since the epoch, `now`, or back from now (`-90s` `-15m` `-6h` `-2d`).
pub fn parse(text: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    const EXPECTED: &str =
        "expected a time such as 2026-11-23T09:30:00Z, milliseconds since 1970, now, or back from now such as -15m";
    if text == "now" {
        return Ok(now);
    }
    if let Ok(millis) = text.parse::<i64>() {
        return if millis >= 0 { Ok(Timestamp::from_millis(millis)) } else { Err(EXPECTED) };
    }
    if let Some(back) = text.strip_prefix('-').and_then(duration) {
        return Ok(now.minus(back));
    }
    // A plus in an address is a space when nobody has escaped it.
    OffsetDateTime::parse(&text.replace(' ', "+"), &Rfc3339)
        .map(|time| Timestamp::from_millis((time.unix_timestamp_nanos() / 1_000_000) as i64))
        .map_err(|_| EXPECTED)
}

/// A whole number with its unit: `90s`, `15m`, `6h`, `2d`.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    Some(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let now = Timestamp::from_millis(1_000_000_000);
        for (text, expected) in [
            ("now", 1_000_000_000),
            ("5", 5),
            ("-90s", 999_910_000),
            ("-15m", 999_100_000),
            ("-1h", 996_400_000),
            ("-1d", 913_600_000),
            ("1970-01-01T00:00:01.5Z", 1_500),
            ("1970-01-01T01:00:01+01:00", 1_000),
            ("1970-01-01T01:00:01 01:00", 1_000),
        ] {
            assert_eq!(parse(text, now), Ok(Timestamp::from_millis(expected)), "{text}");
        }
        for text in ["", "-", "-5", "15m", "-15w", "-m", "yesterday", "-9999999999d", "1970-01-01", "-ü"] {
            assert!(parse(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn times_that_are_shown_are_read_back() {
        for millis in [0, 1, 1_500, 1_795_426_200_000] {
            let at = Timestamp::from_millis(millis);
            assert_eq!(parse(&rfc3339(at), Timestamp::default()), Ok(at));
        }
        assert_eq!(rfc3339(Timestamp::from_millis(1_795_426_200_250)), "2026-11-23T09:30:00.25Z");
    }
}
