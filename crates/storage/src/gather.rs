//! Brings what is kept of a series, of whatever tier, together in the points of an answer.

use crate::{
    chunk::Content,
    point::{Point, merge_into},
    reduction::{buckets, mean_time},
};
use miorai_model::{
    Kind, Sketch, Timestamp,
    history::{HistoryAnswer, HistorySeries},
};
use std::{borrow::Borrow, ops::Range};

/// The buckets of an answer: which times are brought together.
pub(crate) struct Buckets {
    times: Vec<Timestamp>,
    runs: Vec<Range<usize>>,
}

impl Buckets {
    /// Buckets for at most `points` points, from all times at which there was a frame, growing.
    pub(crate) fn new(times: Vec<Timestamp>, points: usize) -> Self {
        let runs = buckets(&times, points);
        Self { times, runs }
    }

    /// The times that the points of the answer bear.
    pub(crate) fn timestamps(&self) -> Vec<Timestamp> {
        self.runs.iter().filter_map(|run| mean_time(&self.times[run.clone()])).collect()
    }

    /// Which bucket each of the times is in, as they come in growing order; none for times at which there was no frame.
    fn walk(&self) -> impl FnMut(Timestamp) -> Option<usize> {
        let (mut time, mut bucket) = (0, 0);
        move |at| {
            // One step most often; all of them together are no more than there are times.
            while self.times.get(time).is_some_and(|there| *there < at) {
                time += 1;
            }
            if self.times.get(time) != Some(&at) {
                return None;
            }
            while self.runs[bucket].end <= time {
                bucket += 1;
            }
            Some(bucket)
        }
    }
}

/// One column of an answer while it is gathered.
pub(crate) enum Column {
    /// Of single values.
    Points(Vec<Option<Point>>),
    /// Of many values a second.
    Sketches(Vec<Option<Sketch>>),
}

impl Column {
    /// An empty column of a series of this kind.
    pub(crate) fn new(kind: Kind, buckets: &Buckets) -> Self {
        match kind {
            Kind::Distribution => Self::Sketches(vec![None; buckets.runs.len()]),
            Kind::Gauge | Kind::Counter => Self::Points(vec![None; buckets.runs.len()]),
        }
    }

    /// Adds points, which come in the order of their times.
    pub(crate) fn add_points(&mut self, buckets: &Buckets, points: impl IntoIterator<Item = (Timestamp, Point)>) {
        let Self::Points(column) = self else { return };
        let mut bucket_of = buckets.walk();
        for (at, point) in points {
            if let Some(bucket) = bucket_of(at) {
                merge_into(&mut column[bucket], &point);
            }
        }
    }

    /// Adds sketches, which come in the order of their times.
    pub(crate) fn add_sketches<S: Borrow<Sketch>>(
        &mut self,
        buckets: &Buckets,
        sketches: impl IntoIterator<Item = (Timestamp, S)>,
    ) {
        let Self::Sketches(column) = self else { return };
        let mut bucket_of = buckets.walk();
        for (at, sketch) in sketches {
            if let Some(bucket) = bucket_of(at) {
                column[bucket].get_or_insert_default().merge(sketch.borrow());
            }
        }
    }

    /// Adds what is stored of it, in the order of time.
    pub(crate) fn add(&mut self, buckets: &Buckets, contents: Vec<Content>) {
        let at = |(time, what)| (Timestamp::from_millis(time), what);
        for content in contents {
            match content {
                Content::Points(points) => self.add_points(buckets, points.into_iter().map(at)),
                Content::Sketches(sketches) => {
                    let at = |(time, sketch)| (Timestamp::from_millis(time), sketch);
                    self.add_sketches(buckets, sketches.into_iter().map(at));
                }
            }
        }
    }

    /// Puts it into an answer.
    pub(crate) fn answer(&self, into: &mut HistoryAnswer, of: HistorySeries, quantile: Option<f64>, extremes: bool) {
        into.series.push(of);
        into.values.push(self.values(quantile));
        if extremes {
            let (min, max) = self.extremes();
            into.min.push(min);
            into.max.push(max);
        }
    }

    /// The least and the greatest of what each point stands for; empty when that is one value everywhere, and for sketches.
    fn extremes(&self) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
        match self {
            Self::Points(points) if points.iter().flatten().any(|point| point.min < point.max) => {
                points.iter().map(|point| point.map(|point| (point.min, point.max))).map(Option::unzip).unzip()
            }
            Self::Points(_) | Self::Sketches(_) => Default::default(),
        }
    }

    /// What the answer has of it: means, or the quantile `q` of many values.
    fn values(&self, q: Option<f64>) -> Vec<Option<f64>> {
        match (self, q) {
            (Self::Points(points), _) => points.iter().map(|point| point.as_ref().map(Point::mean)).collect(),
            (Self::Sketches(sketches), q) => sketches
                .iter()
                .map(|sketch| {
                    let sketch = sketch.as_ref()?;
                    q.map_or_else(|| sketch.mean(), |q| sketch.quantile(q))
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    #[test]
    fn points_go_into_the_bucket_of_their_time_and_unknown_times_into_none() {
        let buckets = Buckets::new([0, 1, 2, 3, 9].map(at).to_vec(), 4);
        assert_eq!(buckets.timestamps(), [Timestamp::from_millis(1_500), at(9)]);
        let mut column = Column::new(Kind::Gauge, &buckets);
        column.add_points(&buckets, [(at(1), Point::of(1.0)), (at(3), Point::of(5.0)), (at(7), Point::of(100.0))]);
        assert_eq!(column.values(None), [Some(3.0), None]);
        assert_eq!(column.extremes(), (vec![Some(1.0), None], vec![Some(5.0), None]));
    }

    #[test]
    fn a_quantile_of_several_seconds_is_that_of_all_their_values() {
        let buckets = Buckets::new([0, 1].map(at).to_vec(), 1);
        let mut column = Column::new(Kind::Distribution, &buckets);
        let of = |value, count| {
            let mut sketch = Sketch::new();
            sketch.add_many(value, count);
            sketch
        };
        column.add_sketches(&buckets, [(at(0), of(0.001, 99)), (at(1), of(1.0, 1))]);
        let value = |q| column.values(q)[0].unwrap();
        assert!((value(Some(0.5)) - 0.001).abs() < 0.000_02, "{}", value(Some(0.5)));
        assert!((value(Some(1.0)) - 1.0).abs() < 0.02);
        assert!((value(None) - 0.010_99).abs() < 1e-9);
    }
}
