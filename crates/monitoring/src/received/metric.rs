//! A metric, as its points need it.

use super::{identity::Identities, refusal::Refusal};
use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Values as read.
    Gauge,
    /// Amounts that add up.
    Sum {
        /// Whether they only grow.
        is_monotonic: bool,
    },
    /// Counts in buckets with bounds.
    Histogram,
    /// Counts in buckets that grow by a factor.
    Exponential,
    /// Quantiles that the sender has worked out.
    Summary,
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metric<'a> {
    pub(super) name: &'a str,
    /// As UCUM writes it.
    pub(super) unit: &'a str,
    pub(super) shape: Shape,
    /// Whether its points tell what has come since the one before; a refusal when that is not said.
    pub(super) is_delta: Result<bool, Refusal>,
    /// Tells it from others of its sender.
    pub(super) identity: u64,
}

impl<'a> Metric<'a> {
    /// The metric of this name, measured by the library `scope`, with the number that the protocol has for its
    /// temporality.
    pub(super) fn new(
        identities: &Identities,
        scope: u64,
        (name, unit): (&'a str, &'a str),
        (shape, temporality): (Shape, i32),
    ) -> Self {
        let is_delta = match (shape, AggregationTemporality::try_from(temporality)) {
            (Shape::Gauge | Shape::Summary, _) | (_, Ok(AggregationTemporality::Cumulative)) => Ok(false),
            (_, Ok(AggregationTemporality::Delta)) => Ok(true),
            _ => Err(Refusal::Temporality),
        };
        let identity = identities.of((scope, name, unit, shape, is_delta.ok()));
        Self { name, unit, shape, is_delta, identity }
    }
}
