//! An export request in JSON (<https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding>).
//!
//! It is decoded as a whole: what can be sent in this form is limited to a part of what can be sent in protobuf, since
//! two characters can stand for a structure of two hundred bytes.

use super::{intake::Intake, metric::Shape, unreadable::Unreadable};
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    metrics::v1::{Metric, metric::Data},
};

/// Takes everything in.
pub(super) fn read(request: &[u8], intake: &mut Intake<'_>) -> Result<(), Unreadable> {
    let request: ExportMetricsServiceRequest = serde_json::from_slice(request)?;
    for of_resource in &request.resource_metrics {
        intake.resource(of_resource.resource.as_ref().map_or(&[], |resource| &resource.attributes));
        for of_scope in &of_resource.scope_metrics {
            intake.scope(of_scope.scope.as_ref().map_or("", |scope| &scope.name));
            of_scope.metrics.iter().for_each(|metric| take(metric, intake));
        }
    }
    Ok(())
}

fn take(metric: &Metric, intake: &mut Intake<'_>) {
    let describe = |shape, temporality| intake.metric(&metric.name, &metric.unit, shape, temporality);
    match &metric.data {
        Some(Data::Gauge(gauge)) => {
            let metric = describe(Shape::Gauge, 0);
            gauge.data_points.iter().for_each(|point| intake.number(&metric, point, intake.decoded(&point.attributes)));
        }
        Some(Data::Sum(sum)) => {
            let metric = describe(Shape::Sum { is_monotonic: sum.is_monotonic }, sum.aggregation_temporality);
            sum.data_points.iter().for_each(|point| intake.number(&metric, point, intake.decoded(&point.attributes)));
        }
        Some(Data::Histogram(histogram)) => {
            let metric = describe(Shape::Histogram, histogram.aggregation_temporality);
            histogram
                .data_points
                .iter()
                .for_each(|point| intake.histogram(&metric, point, intake.decoded(&point.attributes)));
        }
        Some(Data::ExponentialHistogram(histogram)) => {
            let metric = describe(Shape::Exponential, histogram.aggregation_temporality);
            histogram
                .data_points
                .iter()
                .for_each(|point| intake.exponential(&metric, point, intake.decoded(&point.attributes)));
        }
        Some(Data::Summary(summary)) => {
            let metric = describe(Shape::Summary, 0);
            summary
                .data_points
                .iter()
                .for_each(|point| intake.summary(&metric, point, intake.decoded(&point.attributes)));
        }
        None => {}
    }
}
