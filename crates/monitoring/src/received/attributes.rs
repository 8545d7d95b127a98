//! The attributes of a point, decoded or as they lie: of a series that is known, only what tells it from others is needed.

use super::{
    identity::Identities,
    unreadable::Unreadable,
    wire::{Field, Fields},
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use prost::Message as _;
use std::borrow::Cow;

/// The attributes of a point, with the number of their set in whatever order they come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a> {
    pub(super) identity: u64,
    all: All<'a>,
}

#[derive(Clone, Copy, Debug)]
enum All<'a> {
    /// Decoded, as JSON has them.
    Decoded(&'a [KeyValue]),
    /// Each as a message of protobuf.
    Raw(&'a [&'a [u8]]),
}

impl<'a> Attributes<'a> {
    /// Those that are decoded.
    pub(super) fn decoded(identities: &Identities, attributes: &'a [KeyValue]) -> Self {
        Self { identity: identities.of_attributes(attributes), all: All::Decoded(attributes) }
    }

    /// Those that lie in these messages.
    ///
    /// # Errors
    /// When one is no message, or a text in it none.
    pub(super) fn raw(identities: &Identities, messages: &'a [&'a [u8]]) -> Result<Self, Unreadable> {
        let identity = messages.iter().try_fold(0_u64, |sum, message| {
            let one = match simple(message)? {
                Some((key, Simple::Text(text))) => identities.of_text(key, text),
                Some((key, Simple::Int(int))) => identities.of_int(key, int),
                Some((key, Simple::Bool(bool))) => identities.of_bool(key, bool),
                None => identities.of_attributes(&[KeyValue::decode(*message)?]),
            };
            Ok::<_, Unreadable>(sum.wrapping_add(one))
        })?;
        Ok(Self { identity, all: All::Raw(messages) })
    }

    /// How many there are.
    pub(super) const fn len(self) -> usize {
        match self.all {
            All::Decoded(attributes) => attributes.len(),
            All::Raw(messages) => messages.len(),
        }
    }

    /// All of them, decoded: of a series that is new.
    pub(super) fn decode(self) -> Cow<'a, [KeyValue]> {
        match self.all {
            All::Decoded(attributes) => Cow::Borrowed(attributes),
            // They have been read once, for their number.
            All::Raw(messages) => messages.iter().filter_map(|message| KeyValue::decode(*message).ok()).collect(),
        }
    }
}

/// A value of the kinds that nearly all attributes have.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Simple<'a> {
    Text(&'a str),
    Int(i64),
    Bool(bool),
}

/// Key and value of an attribute that is written in the usual way; nothing for all others, which are then decoded.
/// `KeyValue` has the key as its 1 and the value as its 2; of a value, text is 1, truth 2, a whole number 3.
fn simple(message: &[u8]) -> Result<Option<(&str, Simple<'_>)>, Unreadable> {
    let mut fields = Fields::of(message);
    let (Some(key), Some(value), None) = (fields.next(), fields.next(), fields.next()) else { return Ok(None) };
    let ((1, Field::Bytes(key)), (2, Field::Bytes(value))) = (key?, value?) else { return Ok(None) };
    let mut fields = Fields::of(value);
    let (Some(value), None) = (fields.next(), fields.next()) else { return Ok(None) };
    let value = match value? {
        (1, Field::Bytes(text)) => Simple::Text(read(text)?),
        (2, Field::Number(bool)) => Simple::Bool(bool != 0),
        (3, Field::Number(int)) => Simple::Int(int.cast_signed()),
        _ => return Ok(None),
    };
    Ok(Some((read(key)?, value)))
}

fn read(text: &[u8]) -> Result<&str, Unreadable> {
    str::from_utf8(text).map_err(|_| Unreadable::Text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, any_value::Value};
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            Just(None),
            ".{0,12}".prop_map(|text| Some(Value::StringValue(text))),
            any::<bool>().prop_map(|bool| Some(Value::BoolValue(bool))),
            any::<i64>().prop_map(|int| Some(Value::IntValue(int))),
            any::<f64>().prop_map(|double| Some(Value::DoubleValue(double))),
            prop::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| Some(Value::BytesValue(bytes))),
            any::<i64>().prop_map(|int| {
                let values = vec![AnyValue { value: Some(Value::IntValue(int)) }];
                Some(Value::ArrayValue(ArrayValue { values }))
            }),
        ]
    }

    proptest! {
        #[test]
        fn attributes_as_they_lie_are_the_decoded_ones(
            pairs in prop::collection::vec((".{0,8}", prop::option::of(value())), 0..6),
        ) {
            let attributes: Vec<KeyValue> = pairs
                .into_iter()
                .map(|(key, value)| KeyValue { key, value: value.map(|value| AnyValue { value }), key_strindex: 0 })
                .collect();
            let messages: Vec<Vec<u8>> = attributes.iter().map(prost::Message::encode_to_vec).collect();
            let raw: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
            let identities = Identities::default();
            let (raw, decoded) =
                (Attributes::raw(&identities, &raw).unwrap(), Attributes::decoded(&identities, &attributes));
            prop_assert_eq!(raw.identity, decoded.identity);
            prop_assert_eq!(raw.len(), decoded.len());
            // Floating numbers may be no numbers, which equal nothing.
            prop_assert_eq!(format!("{:?}", raw.decode()), format!("{:?}", decoded.decode()));
        }

        #[test]
        fn whatever_is_read_is_read_as_it_would_be_decoded(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let identities = Identities::default();
            let raw = [&bytes[..]];
            let decoded = KeyValue::decode(&bytes[..]).ok().map(|decoded| identities.of_attributes(&[decoded]));
            let read = Attributes::raw(&identities, &raw).ok().map(|read| read.identity);
            prop_assert_eq!(read, decoded);
        }
    }
}
