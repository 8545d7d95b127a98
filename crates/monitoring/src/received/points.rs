//! What comes with a point, kind by kind.

use super::{
    attributes::Attributes,
    buckets::{self, Bucket},
    cumulative::{Buckets, Histogram, Told},
    explicit::Explicit,
    exponential::Exponential,
    intake::Intake,
    limits::{LARGEST, QUANTILES},
    metric::{Metric, Shape},
    output::Held,
    refusal::Refusal,
    stream::{Head, Last, Times},
};
use miorai_model::Sketch;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, SummaryDataPoint, number_data_point::Value,
};

impl Intake<'_> {
    /// A point of a gauge or of a sum.
    pub(super) fn number(&mut self, metric: &Metric<'_>, point: &NumberDataPoint, attributes: Attributes<'_>) {
        let times = Times { start: point.start_time_unix_nano, taken: point.time_unix_nano };
        let head = Head { attributes, times, flags: point.flags };
        let taken = match point.value {
            Some(Value::AsDouble(value)) => self.take_number(metric, head, value, None),
            Some(Value::AsInt(value)) => self.take_number(metric, head, value as f64, None),
            // What says that there is none needs none.
            None if point.flags != 0 => Ok(()),
            None => Err(Refusal::NoValue),
        };
        self.count(taken);
    }

    /// A point of a histogram whose sender has chosen the bounds.
    pub(super) fn histogram(&mut self, metric: &Metric<'_>, point: &HistogramDataPoint, attributes: Attributes<'_>) {
        let taken = self.take_histogram::<Explicit>(metric, point, attributes, |last| match last {
            Last::Explicit(last) => Some(last),
            _ => None,
        });
        self.count(taken);
    }

    /// A point of a histogram whose buckets grow by a factor.
    pub(super) fn exponential(
        &mut self,
        metric: &Metric<'_>,
        point: &ExponentialHistogramDataPoint,
        attributes: Attributes<'_>,
    ) {
        let taken = self.take_histogram::<Exponential>(metric, point, attributes, |last| match last {
            Last::Exponential(last) => Some(last),
            _ => None,
        });
        self.count(taken);
    }

    /// A point of a summary: each of its quantiles is a gauge with the label `quantile`.
    pub(super) fn summary(&mut self, metric: &Metric<'_>, point: &SummaryDataPoint, attributes: Attributes<'_>) {
        let times = Times { start: point.start_time_unix_nano, taken: point.time_unix_nano };
        let head = Head { attributes, times, flags: point.flags };
        let told = point.quantile_values.iter().take(QUANTILES);
        // A quantile of no values is not a number.
        let there = told.filter(|told| !told.value.is_nan() && (0.0..=1.0).contains(&told.quantile));
        let taken = there.map(|told| self.take_number(metric, head, told.value, Some(told.quantile)));
        let taken = taken.fold(Ok(()), Result::and);
        self.count(taken);
    }

    fn take_number(
        &mut self,
        metric: &Metric<'_>,
        head: Head<'_>,
        value: f64,
        quantile: Option<f64>,
    ) -> Result<(), Refusal> {
        if value.is_nan() || value.abs() > LARGEST {
            return Err(Refusal::NotFinite);
        }
        if value < 0.0 && matches!(metric.shape, Shape::Sum { is_monotonic: true }) {
            return Err(Refusal::Negative);
        }
        let (now, is_delta) = (self.monotonic, metric.is_delta?);
        let Some((met, news)) = self.meet(metric, head, quantile)? else { return Ok(()) };
        let value = value * met.stream.factor;
        let shown = met.outputs.held(met.stream.output);
        match (&mut met.stream.last, shown) {
            (Last::Value, Held::Gauge { value: shown, until }) => (*shown, *until) = (value, now + news.hold),
            (Last::Sum(sum), Held::Gauge { value: shown, until }) => {
                *sum += value;
                (*shown, *until) = (*sum, now + news.hold);
            }
            (Last::Total(total), Held::Counter(running)) => {
                let came = if is_delta { Some(value) } else { total.increase(value, news.since) };
                match came {
                    Some(came) => running.add(came, news.over, now),
                    None => running.begin(value),
                }
            }
            // A stream and what it ends in are made together.
            _ => return Err(Refusal::Kind),
        }
        Ok(())
    }

    fn take_histogram<B: Buckets>(
        &mut self,
        metric: &Metric<'_>,
        point: &B::Point,
        attributes: Attributes<'_>,
        last: fn(&mut Last) -> Option<&mut Box<Histogram<B>>>,
    ) -> Result<(), Refusal> {
        let told = B::told(point);
        B::check(point)?;
        if told.sum.is_some_and(|sum| sum.is_nan() || sum.abs() > LARGEST) {
            return Err(Refusal::NotFinite);
        }
        let head = Head { attributes, times: told.times, flags: told.flags };
        let mut buckets = std::mem::take(&mut self.buckets);
        buckets.clear();
        let taken = self.take_buckets::<B>(metric, (point, &told), head, last, &mut buckets);
        self.buckets = buckets;
        taken
    }

    fn take_buckets<B: Buckets>(
        &mut self,
        metric: &Metric<'_>,
        (point, told): (&B::Point, &Told),
        head: Head<'_>,
        last: fn(&mut Last) -> Option<&mut Box<Histogram<B>>>,
        buckets: &mut Vec<Bucket>,
    ) -> Result<(), Refusal> {
        let (now, is_delta) = (self.monotonic, metric.is_delta?);
        let Some((met, news)) = self.meet(metric, head, None)? else { return Ok(()) };
        let sum = if is_delta {
            B::of(point, buckets);
            told.sum
        } else {
            last(&mut met.stream.last).and_then(|last| last.increase(point, told, news.since, buckets))
        };
        if buckets.is_empty() {
            return Ok(());
        }
        let factor = met.stream.factor;
        for bucket in &mut *buckets {
            (bucket.low, bucket.high) = (bucket.low * factor, bucket.high * factor);
        }
        let sum = sum.map(|sum| sum * factor);
        if let Held::Distribution(sketch) = met.outputs.held(met.stream.output) {
            match &met.stream.answered {
                None => buckets::fill(sketch, buckets, sum),
                Some(answered) => {
                    let mut came = Sketch::new();
                    buckets::fill(&mut came, buckets, sum);
                    sketch.merge(&came);
                    met.requests.add(answered, &came, news.over, now);
                }
            }
        }
        if let Some(Held::Counter(running)) = met.stream.counted.map(|counted| met.outputs.held(counted)) {
            let count: u64 = buckets.iter().map(|bucket| bucket.count).sum();
            running.add(count as f64, news.over, now);
        }
        Ok(())
    }
}
