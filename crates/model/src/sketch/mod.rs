//! Many values in little room: the quantiles of durations, exact to one per cent.

mod bins;
mod bytes;
mod split;

pub use bytes::SketchError;

use bins::Bins;
use std::fmt;

/// Quantiles differ from the exact ones by at most this share.
pub const RELATIVE_ACCURACY: f64 = 0.01;

/// The label by which the quantiles of a distribution are asked for; its value is the share, such as `0.99`.
pub const QUANTILE_LABEL: &str = "quantile";

/// What is nearer to zero than this counts as zero: in seconds, a nanosecond.
const SMALLEST: f64 = 1e-9;

/// The logarithm of the width of a bin: its upper end is by this factor above its lower end, so that the middle is within
/// [`RELATIVE_ACCURACY`] of both.
const LOG_WIDTH: f64 = 0.020_000_666_706_669_435;

/// Values that were added one by one, of which quantiles can be asked. Sketches can be merged in any order without a
/// loss, so that a quantile over a month is one, and not the mean of many.
///
/// Quantiles are within [`RELATIVE_ACCURACY`] of the exact ones; count, sum, smallest and largest value are exact. The
/// method is `DDSketch` by Masson, Rim and Lee (<https://arxiv.org/abs/1908.10693>). It is our own because sketches also
/// come from other programs and from disk: reading them must take any bytes and a bounded room.
///
/// ```
/// use miorai_model::Sketch;
///
/// let mut sketch = Sketch::new();
/// (1..=100).for_each(|millis| sketch.add(f64::from(millis) / 1_000.0));
/// let p95 = sketch.quantile(0.95).expect("it has values");
/// assert!((p95 - 0.095).abs() <= 0.01 * 0.095);
/// ```
#[derive(Clone)]
pub struct Sketch {
    above: Bins,
    below: Bins,
    zeros: u64,
    min: f64,
    max: f64,
    sum: f64,
}

impl Sketch {
    /// A sketch without values. It takes no room beyond itself.
    pub fn new() -> Self {
        let (above, below) = Default::default();
        Self { above, below, zeros: 0, min: f64::INFINITY, max: f64::NEG_INFINITY, sum: 0.0 }
    }

    /// Adds a value. What is not finite is left out.
    pub fn add(&mut self, value: f64) {
        self.add_many(value, 1);
    }

    /// Adds a value `count` times.
    pub fn add_many(&mut self, value: f64, count: u64) {
        if count == 0 || !value.is_finite() {
            return;
        }
        match value {
            zero if zero.abs() < SMALLEST => self.zeros = self.zeros.saturating_add(count),
            above if above > 0.0 => self.above.add(bin(above), count),
            below => self.below.add(bin(-below), count),
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value * count as f64;
    }

    /// Makes room at once for values between two that are to be added, so that it need not grow with each.
    pub fn make_room(&mut self, least: f64, most: f64) {
        if SMALLEST <= least && least <= most && most.is_finite() {
            self.above.make_room(bin(least), bin(most));
        }
    }

    /// Adds the values of another sketch.
    pub fn merge(&mut self, other: &Self) {
        other.above.used().for_each(|(bin, count)| self.above.add(bin, count));
        other.below.used().for_each(|(bin, count)| self.below.add(bin, count));
        self.zeros = self.zeros.saturating_add(other.zeros);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
    }

    /// How many values there are.
    pub const fn count(&self) -> u64 {
        self.above.total().saturating_add(self.below.total()).saturating_add(self.zeros)
    }

    /// Whether there is no value.
    pub const fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The sum of all values; zero when there is none.
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// The smallest value.
    pub fn min(&self) -> Option<f64> {
        (!self.is_empty()).then_some(self.min)
    }

    /// The largest value.
    pub fn max(&self) -> Option<f64> {
        (!self.is_empty()).then_some(self.max)
    }

    /// The mean of all values.
    pub fn mean(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.sum / self.count() as f64)
    }

    /// The value that the share `q` (0 to 1) of all values does not exceed: of `n` sorted values the one at the place
    /// `q · (n − 1)`, rounded down. None when there is no value, or for a `q` that is no share.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.is_empty() || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let place = (q * (self.count() - 1) as f64) as u64;
        let below = self.below.used().rev().map(|(bin, count)| (-middle(bin), count));
        let above = self.above.used().map(|(bin, count)| (middle(bin), count));
        let mut passed = 0_u64;
        let of_place = below.chain([(0.0, self.zeros)]).chain(above).find(|(_, count)| {
            passed = passed.saturating_add(*count);
            passed > place
        });
        // A bin is told by its middle, which may lie beyond all values in it.
        Some(of_place.map_or(self.max, |(value, _)| value).clamp(self.min, self.max))
    }

    /// Takes all values out.
    pub fn clear(&mut self) {
        *self = Self::new();
    }
}

/// The bin of a value above zero.
fn bin(value: f64) -> i32 {
    (value.ln() / LOG_WIDTH).ceil() as i32
}

/// The value by which a bin is told: no value in it differs by more than [`RELATIVE_ACCURACY`] of its own.
fn middle(bin: i32) -> f64 {
    (f64::from(bin) * LOG_WIDTH).exp() * (1.0 - RELATIVE_ACCURACY)
}

impl Default for Sketch {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Sketch {
    /// Whether both have the same values, as far as sketches tell.
    fn eq(&self, other: &Self) -> bool {
        let exact = |sketch: &Self| (sketch.zeros, sketch.min.to_bits(), sketch.max.to_bits(), sketch.sum.to_bits());
        exact(self) == exact(other)
            && self.above.used().eq(other.above.used())
            && self.below.used().eq(other.below.used())
    }
}

impl fmt::Debug for Sketch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sketch")
            .field("count", &self.count())
            .field("min", &self.min())
            .field("p50", &self.quantile(0.5))
            .field("p99", &self.quantile(0.99))
            .field("max", &self.max())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::new();
        for value in values {
            sketch.add(*value);
        }
        sketch
    }

    #[test]
    fn the_width_of_a_bin_follows_from_the_accuracy() {
        let width = ((1.0 + RELATIVE_ACCURACY) / (1.0 - RELATIVE_ACCURACY)).ln();
        assert!((width - LOG_WIDTH).abs() < 1e-15, "{width}");
    }

    #[test]
    fn a_sketch_without_values_has_no_quantile() {
        let sketch = of(&[f64::NAN, f64::INFINITY]);
        assert_eq!((sketch.count(), sketch.quantile(0.5), sketch.mean(), sketch.min()), (0, None, None, None));
        assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), Ok(sketch));
        assert_eq!(of(&[1.0]).quantile(1.5), None);
    }

    #[test]
    fn values_below_zero_and_zeros_have_their_places() {
        let sketch = of(&[-10.0, -1.0, 0.0, 1e-12, 5.0]);
        for (q, expected) in [(0.0, -10.0), (0.25, -1.0), (0.5, 0.0), (0.75, 0.0), (1.0, 5.0)] {
            let told = sketch.quantile(q).unwrap();
            assert!((told - expected).abs() <= 0.010_001 * expected.abs(), "{q}: {told}");
        }
    }

    #[test]
    fn bytes_that_are_no_sketch_are_refused() {
        let good = of(&[0.1, 2.0]).to_bytes();
        let mut longer = good.clone();
        longer.push(0);
        for (bytes, expected) in [
            (&b""[..], SketchError::Length),
            (b"abc", SketchError::Version(b'a')),
            (&good[..good.len() - 1], SketchError::Length),
            (&longer, SketchError::Length),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], SketchError::Range),
        ] {
            assert_eq!(Sketch::from_bytes(bytes), Err(expected), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn quantiles_are_within_one_per_cent_however_the_values_were_merged(
            values in prop::collection::vec(1e-6_f64..1e4, 1..400), cut in any::<prop::sample::Index>(), q in 0.0_f64..=1.0,
        ) {
            let (left, right) = values.split_at(cut.index(values.len()));
            let mut merged = of(left);
            merged.merge(&of(right));
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let exact = sorted[(q * (sorted.len() - 1) as f64) as usize];
            let told = merged.quantile(q).expect("it has values");
            prop_assert!((told - exact).abs() <= RELATIVE_ACCURACY * exact * 1.000_001, "{} instead of {}", told, exact);
            prop_assert_eq!(merged.count(), values.len() as u64);
            prop_assert_eq!((merged.min(), merged.max()), (Some(sorted[0]), sorted.last().copied()));
        }

        #[test]
        fn what_is_written_is_read_back(values in prop::collection::vec(-1e6_f64..1e6, 0..200)) {
            let sketch = of(&values);
            prop_assert_eq!(Sketch::from_bytes(&sketch.to_bytes()), Ok(sketch));
        }

        #[test]
        fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = bytes;
            let _ = Sketch::from_bytes(&bytes);
            bytes.insert(0, 1);
            let _ = Sketch::from_bytes(&bytes);
        }
    }
}
