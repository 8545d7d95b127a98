//! How an answer is brought down to the points that were asked for.
//!
//! As long as there are no more frames than points, an answer has the frames as they are. Otherwise time is cut into
//! buckets of equal width, a whole number of seconds, and what lies in one bucket is averaged. Buckets begin at
//! multiples of their width since the epoch, not at the first frame: when a window moves on with time, the same frames
//! stay together and the picture does not tremble.
//!
//! A bucket without a frame gives no point. Seconds in which a series had no value do not count towards its average,
//! and a bucket in which it had none has no value: nothing is made up in gaps.

use miorai_model::Timestamp;
use std::ops::Range;

/// Buckets are a whole number of these wide.
const STEP_MS: i64 = 1_000;

/// Cuts growing times into at most `points` runs, each the places of the times in one bucket. All places are in one
/// run, in order, and no run is empty. None when `points` is zero.
///
/// ```
/// use miorai_model::Timestamp;
/// use miorai_storage::reduction::buckets;
///
/// let times: Vec<_> = [0, 1, 2, 3, 9].map(|s| Timestamp::from_millis(s * 1_000)).to_vec();
/// assert_eq!(buckets(&times, 5).len(), 5);
/// assert_eq!(buckets(&times, 4), [0..4, 4..5]);
/// ```
pub fn buckets(times: &[Timestamp], points: usize) -> Vec<Range<usize>> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    match points {
        0 => return Vec::new(),
        1 => return std::iter::once(0..times.len()).collect(),
        _ if times.len() <= points => return (0..times.len()).map(|i| i..i + 1).collect(),
        _ => {}
    }
    let span = last.as_millis().saturating_sub(first.as_millis());
    // A span of k widths touches at most k + 1 buckets, wherever it begins.
    let width = (span / (points as i64 - 1) / STEP_MS + 1).saturating_mul(STEP_MS);
    let mut runs = Vec::with_capacity(points);
    let mut begin = 0;
    for run in times.chunk_by(|a, b| a.as_millis().div_euclid(width) == b.as_millis().div_euclid(width)) {
        runs.push(begin..begin + run.len());
        begin += run.len();
    }
    runs
}

/// The time of a bucket's point: the mean of its frames' times.
pub fn mean_time(times: &[Timestamp]) -> Option<Timestamp> {
    let first = times.first()?.as_millis();
    let sum: i128 = times.iter().map(|time| i128::from(time.as_millis()) - i128::from(first)).sum();
    Some(Timestamp::from_millis(first + (sum / times.len() as i128) as i64))
}

/// The mean of the values that are there.
pub fn mean(values: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values.into_iter().flatten().fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The same, written to be believed rather than to be fast: tries one width after the other.
    fn naive(times: &[i64], points: usize) -> Vec<Range<usize>> {
        if points == 1 || times.is_empty() {
            return if times.is_empty() { vec![] } else { std::iter::once(0..times.len()).collect() };
        }
        if times.len() <= points {
            return (0..times.len()).map(|i| i..i + 1).collect();
        }
        let span = times[times.len() - 1] - times[0];
        let width = (1..=i64::MAX / STEP_MS).map(|k| k * STEP_MS).find(|w| w * (points as i64 - 1) > span).unwrap();
        let numbers: BTreeSet<i64> = times.iter().map(|t| t.div_euclid(width)).collect();
        let place = |number: &i64| {
            let places: Vec<usize> = (0..times.len()).filter(|i| times[*i].div_euclid(width) == *number).collect();
            places[0]..places[places.len() - 1] + 1
        };
        numbers.iter().map(place).collect()
    }

    fn growing() -> impl Strategy<Value = Vec<i64>> {
        let steps = prop::collection::vec(prop_oneof![9 => Just(1_000_i64), 1 => 1_i64..400_000], 0..120);
        (-500_000_i64..500_000, steps).prop_map(|(start, steps)| {
            steps
                .into_iter()
                .scan(start, |at, step| {
                    *at += step;
                    Some(*at)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn buckets_are_those_of_the_naive_way_and_never_more_than_asked(times in growing(), points in 1_usize..140) {
            let stamps: Vec<_> = times.iter().copied().map(Timestamp::from_millis).collect();
            let runs = buckets(&stamps, points);
            prop_assert!(runs.len() <= points);
            prop_assert_eq!(&runs, &naive(&times, points));
            prop_assert_eq!(runs.iter().cloned().flatten().collect::<Vec<_>>(), (0..times.len()).collect::<Vec<_>>());
            let means: Vec<_> = runs.into_iter().map(|run| mean_time(&stamps[run]).unwrap()).collect();
            prop_assert!(means.windows(2).all(|pair| pair[0] < pair[1]), "times grow");
        }
    }

    #[test]
    fn a_moving_window_keeps_its_buckets() {
        let window = |from: i64| (from..from + 900).map(|s| Timestamp::from_millis(s * 1_000)).collect::<Vec<_>>();
        let groups = |times: &[Timestamp]| {
            buckets(times, 100).into_iter().map(|run| times[run].to_vec()).collect::<BTreeSet<Vec<Timestamp>>>()
        };
        let (before, after) = (groups(&window(1_000)), groups(&window(1_003)));
        assert!(before.intersection(&after).count() >= before.len() - 2);
    }

    #[test]
    fn seconds_without_a_value_do_not_count() {
        assert_eq!(mean([Some(1.0), None, Some(3.0)]), Some(2.0));
        assert_eq!(mean([None, None]), None);
    }
}
