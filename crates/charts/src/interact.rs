//! What a pointer on a chart means, and what a chart says to those who cannot see it.

use crate::TimeRange;
use miorai_model::{Kind, Unit, quantity::quantity};

/// The index of the time that is nearest to `at`; nothing when there is no time.
///
/// ```
/// use miorai_charts::interact::nearest;
/// assert_eq!(nearest(&[0, 10, 20], 14), Some(1));
/// assert_eq!(nearest(&[0, 10, 20], 99), Some(2));
/// assert_eq!(nearest(&[], 14), None);
/// ```
pub fn nearest(times: &[i64], at: i64) -> Option<usize> {
    let after = times.partition_point(|time| *time < at);
    let before = after.checked_sub(1);
    match (before, times.get(after)) {
        (Some(before), Some(time)) if at - times[before] <= time - at => Some(before),
        (_, Some(_)) => Some(after),
        (before, None) => before,
    }
}

/// Where a moment lies between the left and the right edge of a plot.
pub fn x_of(at: i64, range: TimeRange, left: f64, right: f64) -> f64 {
    left + (right - left) * (at - range.from_ms) as f64 / range.length_ms() as f64
}

/// The moment that lies at `x` between the left and the right edge of a plot.
pub fn time_at(x: f64, range: TimeRange, left: f64, right: f64) -> i64 {
    let share = if right > left { (x - left) / (right - left) } else { 0.0 };
    range.from_ms + (share * range.length_ms() as f64).round() as i64
}

/// The newest, lowest and highest of the values shown, in words.
pub fn summary(values: &[f64], unit: Unit, kind: Kind) -> String {
    let there = || values.iter().copied().filter(|value| !value.is_nan());
    let shown = |value| quantity(value, unit, kind).to_string();
    match (there().next_back(), there().reduce(f64::min), there().reduce(f64::max)) {
        (Some(newest), Some(low), Some(high)) => {
            format!("newest {}, lowest {}, highest {}", shown(newest), shown(low), shown(high))
        }
        _ => "no values".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_moments_belong_together() {
        let range = TimeRange { from_ms: 1_000, to_ms: 3_000 };
        for (at, x) in [(1_000, 50.0), (2_000, 100.0), (3_000, 150.0)] {
            assert!((x_of(at, range, 50.0, 150.0) - x).abs() < 1e-9);
            assert_eq!(time_at(x, range, 50.0, 150.0), at);
        }
        assert_eq!(time_at(7.0, range, 50.0, 50.0), 1_000);
    }

    #[test]
    fn a_summary_passes_over_what_is_missing() {
        let told = summary(&[0.2, 0.9, f64::NAN, 0.5, f64::NAN], Unit::Ratio, Kind::Gauge).replace('\u{a0}', " ");
        assert_eq!(told, "newest 50.0 %, lowest 20.0 %, highest 90.0 %");
        assert_eq!(summary(&[f64::NAN], Unit::Ratio, Kind::Gauge), "no values");
    }
}
