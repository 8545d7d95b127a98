//! Histograms whose sender has chosen the bounds of the buckets.

use super::{
    buckets::Bucket,
    cumulative::{Buckets, Since, Told},
    limits::{BUCKETS, LARGEST, MOST},
    refusal::Refusal,
    stream::Times,
};
use opentelemetry_proto::tonic::metrics::v1::HistogramDataPoint;

/// What the last point of a cumulative histogram has told.
#[derive(Clone, Debug, Default)]
pub(super) struct Explicit {
    bounds: Vec<f64>,
    counts: Vec<u64>,
}

impl Buckets for Explicit {
    type Point = HistogramDataPoint;

    fn told(point: &HistogramDataPoint) -> Told {
        let times = Times { start: point.start_time_unix_nano, taken: point.time_unix_nano };
        Told { times, flags: point.flags, count: point.count, sum: point.sum }
    }

    fn check(point: &HistogramDataPoint) -> Result<(), Refusal> {
        let (bounds, counts) = (&point.explicit_bounds, &point.bucket_counts);
        let grow = bounds.windows(2).all(|pair| pair[0] < pair[1]) && bounds.iter().all(|bound| bound.abs() <= LARGEST);
        // Without buckets there are only a count and a sum, which are as one bucket.
        let fit = counts.len() == bounds.len() + 1 || counts.is_empty() && bounds.is_empty();
        let few = bounds.len() < BUCKETS && counts_of(point).iter().all(|count| *count <= MOST);
        if grow && fit && few { Ok(()) } else { Err(Refusal::Buckets) }
    }

    fn of(point: &HistogramDataPoint, buckets: &mut Vec<Bucket>) {
        add_buckets(point, counts_of(point).iter().copied(), buckets);
    }

    fn increase(&mut self, point: &HistogramDataPoint, since: Since, buckets: &mut Vec<Bucket>) {
        let now = counts_of(point);
        let is_alike = self.bounds == point.explicit_bounds && self.counts.len() == now.len();
        let goes_on = is_alike && now.iter().zip(&self.counts).all(|(now, before)| now >= before);
        match since {
            Since::Before if goes_on => {
                add_buckets(point, now.iter().zip(&self.counts).map(|(now, before)| now - before), buckets);
            }
            Since::Before | Since::Start => add_buckets(point, now.iter().copied(), buckets),
            Since::Unknown => {}
        }
        if !is_alike {
            self.bounds.clone_from(&point.explicit_bounds);
        }
        self.counts.clear();
        self.counts.extend_from_slice(now);
    }
}

/// The counts of a point's buckets. Without buckets all values are in one.
fn counts_of(point: &HistogramDataPoint) -> &[u64] {
    if point.bucket_counts.is_empty() { std::slice::from_ref(&point.count) } else { &point.bucket_counts }
}

/// Adds the buckets of a point that has been checked, with these counts.
fn add_buckets(point: &HistogramDataPoint, counts: impl Iterator<Item = u64>, buckets: &mut Vec<Bucket>) {
    let bounds = &point.explicit_bounds;
    let mean = point.sum.map_or(0.0, |sum| sum / point.count.max(1) as f64);
    let [min, max] = [point.min, point.max].map(|end| end.filter(|end| end.abs() <= LARGEST));
    buckets.extend(counts.enumerate().filter(|(_, count)| *count > 0).map(|(place, count)| {
        let (below, above) = (place.checked_sub(1).and_then(|place| bounds.get(place)), bounds.get(place));
        let (low, high) = match (below, above) {
            (Some(low), Some(high)) => (*low, *high),
            // Durations and sizes are not below zero; of what can be, nothing is known but the bound.
            (None, Some(high)) => (min.unwrap_or(high.min(0.0)).min(*high), *high),
            (Some(low), None) => (*low, max.unwrap_or(*low).max(*low)),
            (None, None) => (mean, mean),
        };
        Bucket { low, high, count }.within(min, max)
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(bounds: &[f64], counts: &[u64], sum: f64) -> HistogramDataPoint {
        HistogramDataPoint {
            explicit_bounds: bounds.to_vec(),
            bucket_counts: counts.to_vec(),
            count: counts.iter().sum(),
            sum: Some(sum),
            ..HistogramDataPoint::default()
        }
    }

    fn told(point: &HistogramDataPoint) -> Vec<(f64, f64, u64)> {
        let mut buckets = Vec::new();
        Explicit::of(point, &mut buckets);
        buckets.iter().map(|bucket| (bucket.low, bucket.high, bucket.count)).collect()
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (bounds, counts, good) in [
            (&[1.0, 2.0][..], &[1, 2, 3][..], true),
            (&[], &[], true),
            (&[], &[7], true),
            (&[1.0, 2.0], &[1, 2], false),
            (&[1.0], &[], false),
            (&[2.0, 1.0], &[1, 2, 3], false),
            (&[1.0, 1.0], &[1, 2, 3], false),
            (&[1.0, f64::NAN], &[1, 2, 3], false),
            (&[1.0, f64::INFINITY], &[1, 2, 3], false),
        ] {
            assert_eq!(Explicit::check(&point(bounds, counts, 0.0)).is_ok(), good, "{bounds:?} {counts:?}");
        }
        // More values than come in one point, told without a bucket.
        let beyond_belief = HistogramDataPoint { count: MOST + 1, ..HistogramDataPoint::default() };
        assert_eq!(Explicit::check(&beyond_belief), Err(Refusal::Buckets));
    }

    #[test]
    fn the_outer_buckets_end_at_zero_and_at_what_is_known_of_the_greatest() {
        let mut one = point(&[1.0, 2.0], &[1, 2, 3], 20.0);
        assert_eq!(told(&one), [(0.0, 1.0, 1), (1.0, 2.0, 2), (2.0, 2.0, 3)]);
        (one.min, one.max) = (Some(0.5), Some(9.0));
        assert_eq!(told(&one), [(0.5, 1.0, 1), (1.0, 2.0, 2), (2.0, 9.0, 3)]);
        assert_eq!(told(&point(&[], &[4], 20.0)), [(5.0, 5.0, 4)], "only a mean is known");
    }

    #[test]
    fn a_cumulative_point_brings_what_has_come_since_the_one_before() {
        let mut state = Explicit::default();
        let bounds = [1.0, 2.0];
        let mut take = |counts: &[u64], since| {
            let mut buckets = Vec::new();
            state.increase(&point(&bounds, counts, 0.0), since, &mut buckets);
            buckets.iter().map(|bucket| bucket.count).collect::<Vec<_>>()
        };
        assert_eq!(take(&[5, 5, 5], Since::Unknown), Vec::<u64>::new(), "when it has come is not known");
        assert_eq!(take(&[6, 5, 8], Since::Before), [1, 3]);
        assert_eq!(take(&[1, 0, 0], Since::Before), [1], "it has started anew");
        assert_eq!(take(&[2, 1, 0], Since::Start), [2, 1]);
    }
}
