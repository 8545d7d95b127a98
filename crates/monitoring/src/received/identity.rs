//! What tells senders and series apart: numbers of 64 bits, made of all that they are called by.
//!
//! The numbers are those of a keyed hash (`SipHash` with keys of this run), so that nobody can make two things that are
//! taken for one; that it happens by chance among ten thousand series is as likely as 1 to 10^11. In return a point of a
//! known series is found without building its key.

use super::labels;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use std::{
    collections::HashMap,
    hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState},
};

/// A map whose keys are such numbers: nobody can choose them, so that they need not be hashed once more.
pub(super) type ByIdentity<T> = HashMap<u64, T, BuildHasherDefault<AsIs>>;

/// Takes a number for its own hash.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Makes the numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Identities(RandomState);

impl Identities {
    /// The number of a thing that is called by these.
    pub(super) fn of(&self, names: impl Hash) -> u64 {
        self.0.hash_one(names)
    }

    /// The number of a set of attributes, in whatever order they come.
    pub(super) fn of_attributes(&self, attributes: &[KeyValue]) -> u64 {
        attributes.iter().fold(0, |sum, attribute| sum.wrapping_add(self.of_attribute(attribute)))
    }

    fn of_attribute(&self, attribute: &KeyValue) -> u64 {
        let key = &attribute.key;
        match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Value::StringValue(text)) => self.of_text(key, text),
            Some(Value::IntValue(int)) => self.of_int(key, *int),
            Some(Value::BoolValue(bool)) => self.of_bool(key, *bool),
            _ => self.of_text(key, &labels::value(attribute.value.as_ref())),
        }
    }

    /// The number of an attribute whose value is a text.
    pub(super) fn of_text(&self, key: &str, text: &str) -> u64 {
        self.of_pair(key, text)
    }

    /// The number of an attribute whose value is a whole number.
    pub(super) fn of_int(&self, key: &str, int: i64) -> u64 {
        self.of_pair(key, int)
    }

    /// The number of an attribute whose value is true or false.
    pub(super) fn of_bool(&self, key: &str, bool: bool) -> u64 {
        self.of_pair(key, bool)
    }

    fn of_pair(&self, key: &str, value: impl Hash) -> u64 {
        let mut hasher = self.0.build_hasher();
        key.hash(&mut hasher);
        value.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::AnyValue;

    fn attribute(key: &str, value: &str) -> KeyValue {
        let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
        KeyValue { key: key.to_owned(), value: Some(value), key_strindex: 0 }
    }

    #[test]
    fn the_order_of_attributes_does_not_matter_and_everything_else_does() {
        let identities = Identities::default();
        let [a, b, c] = [("a", "1"), ("b", "2"), ("a", "2")].map(|(key, value)| attribute(key, value));
        let of = |attributes: &[KeyValue]| identities.of_attributes(attributes);
        assert_eq!(of(&[a.clone(), b.clone()]), of(&[b.clone(), a.clone()]));
        let different = [of(&[]), of(std::slice::from_ref(&a)), of(std::slice::from_ref(&b)), of(&[c]), of(&[a, b])];
        for (place, one) in different.iter().enumerate() {
            assert!(!different[..place].contains(one), "{different:?}");
        }
    }
}
