//! No more points than can be seen, and no peak lost.
//!
//! Of all points that fall into one column of pixels, the lowest and the highest are kept, and at the ends of a line also
//! its first and its last: the line drawn through them goes over the same height of each column as the line through all of
//! them. M4 (Jugel et al., *M4: A Visualization-Oriented Time Series Data Aggregation*, VLDB 2014) keeps the first and the
//! last of each column as well. That moves nothing by more than one pixel to the side, and takes nearly twice as many points.

/// A run of neighbouring points, as time and value. Between two runs there is a gap.
pub type Run = Vec<(i64, f64)>;

/// A pause longer than this many usual steps is a gap.
const GAP_STEPS: f64 = 2.5;
/// What is usual is looked up among so many steps before a pause and as many after it: the past has wider steps than
/// what has come in since.
const NEIGHBOURS: usize = 5;

/// The points to draw of a column: split where values are missing, reduced to what `columns` columns of pixels between
/// `from` and `to` can show.
///
/// ```
/// use miorai_charts::decimate::runs;
///
/// let times = [0, 1, 2, 3, 4, 5];
/// let values = [1.0, 9.0, 2.0, f64::NAN, 3.0, 4.0];
/// assert_eq!(runs(&times, &values, (0, 6), 100), [vec![(0, 1.0), (1, 9.0), (2, 2.0)], vec![(4, 3.0), (5, 4.0)]]);
/// // Two columns: of the first three points the middle one is the highest, so all three stay.
/// assert_eq!(runs(&times, &values, (0, 6), 2).iter().map(Vec::len).sum::<usize>(), 5);
/// ```
pub fn runs(times: &[i64], values: &[f64], (from, to): (i64, i64), columns: usize) -> Vec<Run> {
    let shortest_gap = usual_step(times).map_or(i64::MAX, |step| (step as f64 * GAP_STEPS) as i64);
    let per_ms = columns as f64 / (to - from).max(1) as f64;
    let column_of = |time: i64| ((time - from) as f64 * per_ms).floor() as i64;
    let mut runs: Vec<Run> = Vec::new();
    let mut run = Run::new();
    let mut bin: Option<Bin> = None;
    for (place, (time, value)) in times.iter().copied().zip(values.iter().copied()).enumerate() {
        let pause = if place == 0 { 0 } else { time - times[place - 1] };
        if value.is_nan() || pause > shortest_gap && pause > gap_around(times, place) {
            end(&mut bin, &mut run, &mut runs);
        }
        if value.is_nan() {
            continue;
        }
        let column = column_of(time);
        match &mut bin {
            Some(bin) if bin.column == column => bin.add((time, value)),
            _ => {
                if let Some(bin) = bin {
                    bin.close(&mut run);
                }
                bin = Some(Bin::new(column, (time, value)));
            }
        }
    }
    end(&mut bin, &mut run, &mut runs);
    runs
}

/// Ends the run, if one has begun.
fn end(bin: &mut Option<Bin>, run: &mut Run, runs: &mut Vec<Run>) {
    if let Some(bin) = bin.take() {
        bin.close(run);
        push(run, bin.last);
        runs.push(std::mem::take(run));
    }
}

/// From what length on the pause before the point at `place` is a gap, by the steps around it.
fn gap_around(times: &[i64], place: usize) -> i64 {
    let first = place.saturating_sub(NEIGHBOURS + 1);
    let end = (place + NEIGHBOURS + 1).min(times.len());
    let steps = |range: std::ops::Range<usize>| times[range].windows(2).map(|pair| pair[1] - pair[0]);
    let mut around: Vec<i64> = steps(first..place).chain(steps(place..end)).collect();
    if around.is_empty() {
        return i64::MAX;
    }
    // Of two kinds of steps the wider one is usual: where they meet there is no gap.
    let middle = around.len() / 2;
    (*around.select_nth_unstable(middle).1 as f64 * GAP_STEPS) as i64
}

/// The time from one point to the next, as most of them have it; nothing for fewer than two points.
pub fn usual_step(times: &[i64]) -> Option<i64> {
    const LOOKED_AT: usize = 63;
    let pairs = times.len().checked_sub(1).filter(|pairs| *pairs > 0)?;
    let stride = pairs.div_ceil(LOOKED_AT);
    let mut steps: Vec<i64> = (0..pairs).step_by(stride).map(|i| times[i + 1] - times[i]).collect();
    let middle = steps.len() / 2;
    Some(*steps.select_nth_unstable(middle).1)
}

/// The points of one column of pixels.
#[derive(Clone, Copy)]
struct Bin {
    column: i64,
    first: (i64, f64),
    low: (i64, f64),
    high: (i64, f64),
    last: (i64, f64),
}

impl Bin {
    fn new(column: i64, point: (i64, f64)) -> Self {
        Self { column, first: point, low: point, high: point, last: point }
    }

    fn add(&mut self, point: (i64, f64)) {
        if point.1 < self.low.1 {
            self.low = point;
        }
        if point.1 > self.high.1 {
            self.high = point;
        }
        self.last = point;
    }

    /// Puts what is kept of the column into a run.
    fn close(self, run: &mut Run) {
        if run.is_empty() {
            run.push(self.first);
        }
        let (one, other) = if self.low.0 <= self.high.0 { (self.low, self.high) } else { (self.high, self.low) };
        push(run, one);
        push(run, other);
    }
}

/// Puts a point into a run, in the order of time and each one once.
fn push(run: &mut Run, point: (i64, f64)) {
    if run.last().is_none_or(|newest| newest.0 < point.0) {
        run.push(point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// Lowest and highest value of each column, the slow way.
    fn extremes(points: impl Iterator<Item = (i64, f64)>, columns: usize, length: i64) -> BTreeMap<i64, (f64, f64)> {
        points.fold(BTreeMap::new(), |mut map, (time, value)| {
            let column = (time as f64 * (columns as f64 / length as f64)).floor() as i64;
            let entry = map.entry(column).or_insert((value, value));
            *entry = (entry.0.min(value), entry.1.max(value));
            map
        })
    }

    fn columns_of_points() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![9 => -1e6_f64..1e6, 1 => Just(f64::NAN)], 1..600)
    }

    proptest! {
        #[test]
        fn no_column_loses_its_lowest_or_highest_value(values in columns_of_points(), columns in 1_usize..300) {
            let times: Vec<i64> = (0..values.len() as i64).map(|second| second * 1_000).collect();
            let length = values.len() as i64 * 1_000;
            let kept = runs(&times, &values, (0, length), columns);
            let all = times.iter().copied().zip(values.iter().copied()).filter(|(_, value)| !value.is_nan());
            prop_assert_eq!(
                extremes(kept.iter().flatten().copied(), columns, length),
                extremes(all, columns, length)
            );
        }

        #[test]
        fn there_are_at_most_two_points_a_column_and_two_more_a_run_and_times_grow(values in columns_of_points(), columns in 1_usize..300) {
            let times: Vec<i64> = (0..values.len() as i64).collect();
            let kept = runs(&times, &values, (0, values.len() as i64), columns);
            let gaps = values.iter().filter(|value| value.is_nan()).count();
            prop_assert!(kept.iter().map(Vec::len).sum::<usize>() <= 2 * (columns + gaps) + 2 * kept.len());
            let all: Vec<i64> = kept.into_iter().flatten().map(|(time, _)| time).collect();
            prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        }

        #[test]
        fn lines_begin_and_end_where_they_did(values in columns_of_points(), columns in 1_usize..300) {
            let times: Vec<i64> = (0..values.len() as i64).collect();
            let ends = |runs: Vec<Run>| runs.iter().map(|run| (run[0], run[run.len() - 1])).collect::<Vec<_>>();
            let whole = runs(&times, &values, (0, values.len() as i64), values.len());
            prop_assert_eq!(ends(runs(&times, &values, (0, values.len() as i64), columns)), ends(whole));
        }

        #[test]
        fn with_room_for_all_every_point_stays(values in columns_of_points()) {
            let times: Vec<i64> = (0..values.len() as i64).collect();
            let kept = runs(&times, &values, (0, values.len() as i64), values.len());
            prop_assert_eq!(kept.into_iter().flatten().count(), values.iter().filter(|v| !v.is_nan()).count());
        }
    }

    #[test]
    fn a_pause_is_a_gap() {
        let times = [0, 1_000, 2_000, 9_000, 10_000];
        let runs = runs(&times, &[1.0; 5], (0, 10_000), 100);
        assert_eq!(runs.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn where_wider_steps_meet_narrower_ones_there_is_no_gap() {
        // The past in steps of 4 s, then a frame each second for longer than that.
        let past = (0..100).map(|n| n * 4_000);
        let since = (1..300).map(|n| 396_000 + n * 1_000);
        let times: Vec<i64> = past.chain(since).collect();
        let whole = runs(&times, &vec![1.0; times.len()], (0, 700_000), 10_000);
        assert_eq!(whole.iter().map(Vec::len).collect::<Vec<_>>(), [times.len()]);
        // A minute without frames in the coarse past is one.
        let torn: Vec<i64> = times.iter().copied().filter(|time| !(100_000..160_000).contains(time)).collect();
        assert_eq!(runs(&torn, &vec![1.0; torn.len()], (0, 700_000), 10_000).len(), 2);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(runs(&[], &[], (0, 1), 10).is_empty());
        assert!(runs(&[1, 2], &[f64::NAN; 2], (0, 1), 10).is_empty());
    }
}
