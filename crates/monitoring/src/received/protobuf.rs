//! An export request in protobuf, read point by point.
//!
//! Decoding a request as a whole takes many times its size: two bytes can stand for a structure of two hundred. So the
//! outer messages are walked as they lie, and only a resource or a point is decoded, one at a time; of a point, what tells
//! its series from others stays as it lies, too.

use super::{
    attributes::Attributes,
    intake::Intake,
    metric::{Metric, Shape},
    refusal::Refusal,
    unreadable::Unreadable,
    wire::{self, Field, Fields},
};
use opentelemetry_proto::tonic::{
    metrics::v1::{ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, SummaryDataPoint},
    resource::v1::Resource,
};
use prost::{
    Message,
    encoding::{DecodeContext, WireType, decode_key, skip_field},
};

/// The largest resource or point that is read, in bytes: one with all that is taken of it is a tenth of this.
const LARGEST: usize = 128 * 1_024;

/// Takes everything in. What stands before bytes that are no message has been taken in when the error comes.
pub(super) fn read(request: &[u8], intake: &mut Intake<'_>) -> Result<(), Unreadable> {
    each(request, 1, |bytes| resource_metrics(bytes, intake))
}

/// `ResourceMetrics`: 1 the resource, 2 what was measured there by scopes.
fn resource_metrics(message: &[u8], intake: &mut Intake<'_>) -> Result<(), Unreadable> {
    let resource = match bytes(message, 1)? {
        Some(bytes) if bytes.len() > LARGEST => return Err(Unreadable::Resource),
        Some(bytes) => Resource::decode(bytes)?,
        None => Resource::default(),
    };
    intake.resource(&resource.attributes);
    each(message, 2, |bytes| scope_metrics(bytes, intake))
}

/// `ScopeMetrics`: 1 the scope, whose name is its 1; 2 the metrics.
fn scope_metrics(message: &[u8], intake: &mut Intake<'_>) -> Result<(), Unreadable> {
    let scope = bytes(message, 1)?.unwrap_or_default();
    intake.scope(text(bytes(scope, 1)?)?);
    each(message, 2, |bytes| metric(bytes, intake))
}

/// `Metric`: 1 name, 3 unit, and one of 5 gauge, 7 sum, 9 histogram, 10 exponential histogram, 11 summary.
fn metric(message: &[u8], intake: &mut Intake<'_>) -> Result<(), Unreadable> {
    let (name, unit) = (text(bytes(message, 1)?)?, text(bytes(message, 3)?)?);
    for field in Fields::of(message) {
        let (tag, Field::Bytes(data)) = field? else { continue };
        let shape = match tag {
            5 => Shape::Gauge,
            7 => Shape::Sum { is_monotonic: number(data, 3)? != 0 },
            9 => Shape::Histogram,
            10 => Shape::Exponential,
            11 => Shape::Summary,
            _ => continue,
        };
        let temporality = if matches!(shape, Shape::Gauge | Shape::Summary) { 0 } else { number(data, 2)? };
        let metric = intake.metric(name, unit, shape, i32::try_from(temporality).unwrap_or(0));
        match shape {
            Shape::Gauge | Shape::Sum { .. } => points::<NumberDataPoint>(data, &metric, intake, Intake::number)?,
            Shape::Histogram => points::<HistogramDataPoint>(data, &metric, intake, Intake::histogram)?,
            Shape::Exponential => {
                points::<ExponentialHistogramDataPoint>(data, &metric, intake, Intake::exponential)?;
            }
            Shape::Summary => points::<SummaryDataPoint>(data, &metric, intake, Intake::summary)?,
        }
    }
    Ok(())
}

/// The points of whatever is measured are its 1. One is decoded after the other, in the same place.
fn points<'i, P: Point>(
    data: &[u8],
    metric: &Metric<'_>,
    intake: &mut Intake<'i>,
    take: fn(&mut Intake<'i>, &Metric<'_>, &P, Attributes<'_>),
) -> Result<(), Unreadable> {
    let (mut point, mut attributes) = (P::default(), Vec::new());
    each(data, 1, |bytes| {
        if bytes.len() > LARGEST {
            intake.refuse(Refusal::Size);
            return Ok(());
        }
        decode(bytes, &mut point, &mut attributes)?;
        let attributes = intake.raw(&attributes)?;
        take(intake, metric, &point, attributes);
        Ok(())
    })
}

/// A point, whose attributes are left as they lie, and whose exemplars are passed over: nobody shows them.
trait Point: Message + Default {
    /// The number of its attributes.
    const ATTRIBUTES: u32;
    /// The number of its exemplars.
    const EXEMPLARS: Option<u32>;
}

impl Point for NumberDataPoint {
    const ATTRIBUTES: u32 = 7;
    const EXEMPLARS: Option<u32> = Some(5);
}

impl Point for HistogramDataPoint {
    const ATTRIBUTES: u32 = 9;
    const EXEMPLARS: Option<u32> = Some(8);
}

impl Point for ExponentialHistogramDataPoint {
    const ATTRIBUTES: u32 = 1;
    const EXEMPLARS: Option<u32> = Some(11);
}

impl Point for SummaryDataPoint {
    const ATTRIBUTES: u32 = 7;
    const EXEMPLARS: Option<u32> = None;
}

/// Decodes a point in the place of another, whose room it uses.
fn decode<'a, P: Point>(
    mut message: &'a [u8],
    point: &mut P,
    attributes: &mut Vec<&'a [u8]>,
) -> Result<(), Unreadable> {
    point.clear();
    attributes.clear();
    let rest = &mut message;
    while !rest.is_empty() {
        let (tag, wire_type) = decode_key(rest)?;
        if tag == P::ATTRIBUTES && wire_type == WireType::LengthDelimited {
            attributes.push(wire::bytes(rest)?);
        } else if P::EXEMPLARS == Some(tag) {
            skip_field(wire_type, tag, rest, DecodeContext::default())?;
        } else {
            point.merge_field(tag, wire_type, rest, DecodeContext::default())?;
        }
    }
    Ok(())
}

/// Does something with each of the fields `wanted` that are messages, in their order.
fn each<'a>(
    message: &'a [u8],
    wanted: u32,
    mut take: impl FnMut(&'a [u8]) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    for field in Fields::of(message) {
        if let (tag, Field::Bytes(bytes)) = field?
            && tag == wanted
        {
            take(bytes)?;
        }
    }
    Ok(())
}

/// The last field `wanted` that is a message, text or bytes.
fn bytes(message: &[u8], wanted: u32) -> Result<Option<&[u8]>, Unreadable> {
    let mut found = None;
    each(message, wanted, |bytes| {
        found = Some(bytes);
        Ok(())
    })?;
    Ok(found)
}

/// The last field `wanted` that is a number, or zero.
fn number(message: &[u8], wanted: u32) -> Result<u64, Unreadable> {
    let mut found = 0;
    for field in Fields::of(message) {
        if let (tag, Field::Number(number)) = field?
            && tag == wanted
        {
            found = number;
        }
    }
    Ok(found)
}

fn text(bytes: Option<&[u8]>) -> Result<&str, Unreadable> {
    str::from_utf8(bytes.unwrap_or_default()).map_err(|_| Unreadable::Text)
}
