//! Requests as software development kits send them.

#![allow(dead_code, reason = "each file of tests uses a part")]

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value::Value},
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
        ScopeMetrics, Sum, metric::Data, number_data_point,
    },
    resource::v1::Resource,
};
use prost::Message as _;

pub(crate) const SECOND: u64 = 1_000_000_000;

pub(crate) fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), key_strindex: 0 }
}

fn attributes(pairs: &[(&str, &str)]) -> Vec<KeyValue> {
    pairs.iter().map(|(key, value)| attribute(key, value)).collect()
}

/// A point taken at the second `taken` of a sender that has counted since the second `start`.
pub(crate) fn number(value: f64, labels: &[(&str, &str)], start: u64, taken: u64) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: start * SECOND,
        time_unix_nano: taken * SECOND,
        value: Some(number_data_point::Value::AsDouble(value)),
        ..NumberDataPoint::default()
    }
}

pub(crate) fn gauge(name: &str, unit: &str, points: Vec<NumberDataPoint>) -> Metric {
    metric(name, unit, Data::Gauge(Gauge { data_points: points }))
}

pub(crate) fn sum(name: &str, temporality: AggregationTemporality, points: Vec<NumberDataPoint>) -> Metric {
    let data = Sum { data_points: points, aggregation_temporality: temporality as i32, is_monotonic: true };
    metric(name, "", Data::Sum(data))
}

/// Durations in buckets that end at 0.1, 0.2 and 0.4 s.
pub(crate) fn durations(name: &str, labels: &[(&str, &str)], counts: [u64; 4], start: u64, taken: u64) -> Metric {
    let point = HistogramDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: start * SECOND,
        time_unix_nano: taken * SECOND,
        count: counts.iter().sum(),
        bucket_counts: counts.to_vec(),
        explicit_bounds: vec![0.1, 0.2, 0.4],
        ..HistogramDataPoint::default()
    };
    let aggregation_temporality = AggregationTemporality::Cumulative as i32;
    metric(name, "s", Data::Histogram(Histogram { data_points: vec![point], aggregation_temporality }))
}

fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric { name: name.to_owned(), unit: unit.to_owned(), data: Some(data), ..Metric::default() }
}

/// A request of the service `service`.
pub(crate) fn request(service: &str, metrics: Vec<Metric>) -> ExportMetricsServiceRequest {
    let resource = Resource { attributes: attributes(&[("service.name", service)]), ..Resource::default() };
    let scope = InstrumentationScope { name: "tests".to_owned(), ..InstrumentationScope::default() };
    let of_scope = ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() };
    let of_resource =
        ResourceMetrics { resource: Some(resource), scope_metrics: vec![of_scope], ..ResourceMetrics::default() };
    ExportMetricsServiceRequest { resource_metrics: vec![of_resource] }
}

/// The same in protobuf.
pub(crate) fn encoded(service: &str, metrics: Vec<Metric>) -> Vec<u8> {
    request(service, metrics).encode_to_vec()
}
