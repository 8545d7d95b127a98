//! Numbers as people read them: three significant figures and always a unit.

use crate::{
    digits::fixed,
    series::{Kind, Unit},
};
use std::fmt;

/// A number with its unit, ready to be shown: `13.9` and `GB`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The number, rounded to three significant figures.
    pub number: String,
    /// The unit, empty for bare counts.
    pub unit: &'static str,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            "" => f.write_str(&self.number),
            "/s" => write!(f, "{}/s", self.number),
            unit => write!(f, "{}\u{a0}{unit}", self.number),
        }
    }
}

const BYTES: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
const BYTES_PER_SECOND: [&str; 6] = ["B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s"];
const COUNTS: [&str; 5] = ["", "k", "M", "G", "T"];
const COUNTS_PER_SECOND: [&str; 5] = ["/s", "k/s", "M/s", "G/s", "T/s"];

/// `value` of a series of this unit and kind, as people read it.
///
/// A ratio becomes percent; bytes are scaled by thousands; seconds go from `µs` to days.
/// ```
/// use miorai_model::{quantity::quantity, Kind, Unit};
/// assert_eq!(quantity(0.614, Unit::Ratio, Kind::Gauge).to_string(), "61.4\u{a0}%");
/// assert_eq!(quantity(13.9e9, Unit::Bytes, Kind::Gauge).to_string(), "13.9\u{a0}GB");
/// assert_eq!(quantity(538.2, Unit::Count, Kind::Counter).to_string(), "538/s");
/// ```
pub fn quantity(value: f64, unit: Unit, kind: Kind) -> Quantity {
    let rate = kind == Kind::Counter;
    match unit {
        // A counter of seconds per second is a share of time.
        Unit::Ratio => percent(value),
        Unit::Seconds if rate => percent(value),
        Unit::Seconds => seconds(value),
        Unit::Celsius => Quantity { number: fixed(value, 1), unit: "°C" },
        Unit::Bytes => scaled(value, if rate { &BYTES_PER_SECOND } else { &BYTES }),
        Unit::Count => scaled(value, if rate { &COUNTS_PER_SECOND } else { &COUNTS }),
    }
}

/// A ratio as percent. One decimal below 100, so that a live number keeps its width.
fn percent(ratio: f64) -> Quantity {
    let percent = ratio * 100.0;
    let number = if percent >= 99.95 { fixed(percent, 0) } else { fixed(percent, 1) };
    Quantity { number, unit: "%" }
}

/// A duration by its one fitting unit below two minutes; beyond, see [`duration`].
fn seconds(seconds: f64) -> Quantity {
    let magnitude = seconds.abs();
    let (value, unit) = match magnitude {
        0.0 => (0.0, "ms"),
        m if m < 0.000_999_5 => (seconds * 1e6, "µs"),
        m if m < 0.999_5 => (seconds * 1e3, "ms"),
        m if m < 119.5 => (seconds, "s"),
        m if m < 7_170.0 => (seconds / 60.0, "min"),
        m if m < 172_000.0 => (seconds / 3_600.0, "h"),
        _ => (seconds / 86_400.0, "d"),
    };
    Quantity { number: significant(value), unit }
}

fn scaled(value: f64, units: &[&'static str]) -> Quantity {
    let mut value = value;
    let mut step = 0;
    // 999.5 would be shown as 1000: it belongs to the next unit.
    while value.abs() >= 999.5 && step + 1 < units.len() {
        value /= 1_000.0;
        step += 1;
    }
    let number = if step == 0 && value.fract() == 0.0 { fixed(value, 0) } else { significant(value) };
    Quantity { number, unit: units[step] }
}

/// Three significant figures, in plain digits.
fn significant(value: f64) -> String {
    let magnitude = value.abs();
    let decimals = match magnitude {
        0.0 => 0,
        m if m < 0.0995 => 3,
        m if m < 9.995 => 2,
        m if m < 99.95 => 1,
        _ => 0,
    };
    fixed(value, decimals)
}

/// A length of time in its two greatest units: `2 h 14 min`, `3 d 4 h`, `48 s`.
pub fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}\u{a0}s"),
        (0, 0, m) if m < 10 => format!("{m}\u{a0}min {}\u{a0}s", seconds % 60),
        (0, 0, m) => format!("{m}\u{a0}min"),
        (0, h, m) => format!("{h}\u{a0}h {m}\u{a0}min"),
        (d, h, _) => format!("{d}\u{a0}d {h}\u{a0}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(value: f64, unit: Unit, kind: Kind) -> String {
        quantity(value, unit, kind).to_string().replace('\u{a0}', " ")
    }

    #[test]
    fn numbers_have_three_significant_figures_and_a_unit() {
        for (value, unit, kind, expected) in [
            (0.0, Unit::Ratio, Kind::Gauge, "0.0 %"),
            (0.614_4, Unit::Ratio, Kind::Gauge, "61.4 %"),
            (0.999_9, Unit::Ratio, Kind::Gauge, "100 %"),
            (0.0, Unit::Bytes, Kind::Gauge, "0 B"),
            (512.0, Unit::Bytes, Kind::Gauge, "512 B"),
            (999.6, Unit::Bytes, Kind::Counter, "1.00 kB/s"),
            (13_900_000_000.0, Unit::Bytes, Kind::Gauge, "13.9 GB"),
            (999_600.0, Unit::Bytes, Kind::Gauge, "1.00 MB"),
            (538.2, Unit::Count, Kind::Counter, "538/s"),
            (1.316, Unit::Count, Kind::Gauge, "1.32"),
            (4_210.0, Unit::Count, Kind::Gauge, "4.21 k"),
            (0.108, Unit::Seconds, Kind::Gauge, "108 ms"),
            (0.000_4, Unit::Seconds, Kind::Gauge, "400 µs"),
            (0.0, Unit::Seconds, Kind::Gauge, "0 ms"),
            (90.0, Unit::Seconds, Kind::Gauge, "90.0 s"),
            (8_040.0, Unit::Seconds, Kind::Gauge, "2.23 h"),
            (0.25, Unit::Seconds, Kind::Counter, "25.0 %"),
            (48.25, Unit::Celsius, Kind::Gauge, "48.3 °C"),
        ] {
            assert_eq!(shown(value, unit, kind), expected, "{value} {unit:?} {kind:?}");
        }
    }

    #[test]
    fn durations_have_their_two_greatest_units() {
        let shown = |seconds| duration(seconds).replace('\u{a0}', " ");
        for (seconds, expected) in
            [(48, "48 s"), (65, "1 min 5 s"), (720, "12 min"), (8_040, "2 h 14 min"), (273_600, "3 d 4 h")]
        {
            assert_eq!(shown(seconds), expected);
        }
    }

    proptest! {
        #[test]
        fn a_shown_number_never_needs_more_than_five_places(value in 0.0_f64..1e15) {
            for unit in [Unit::Bytes, Unit::Count] {
                prop_assert!(quantity(value, unit, Kind::Gauge).number.len() <= 5);
            }
        }
    }
}
