//! A protobuf message as it lies: its fields one after the other, nothing decoded that is not asked for
//! (<https://protobuf.dev/programming-guides/encoding/>).

use super::unreadable::Unreadable;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// A field of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    /// A message, text or bytes.
    Bytes(&'a [u8]),
    /// A whole number.
    Number(u64),
    /// Something of a fixed size, which only points have.
    Fixed,
}

/// The fields of a message in their order, each with its number; an error where the bytes are no message.
#[derive(Debug)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The fields of this message.
    pub(super) const fn of(message: &'a [u8]) -> Self {
        Self(message)
    }

    fn read(&mut self) -> Result<(u32, Field<'a>), Unreadable> {
        let rest = &mut self.0;
        let (tag, wire_type) = decode_key(rest)?;
        let field = match wire_type {
            WireType::LengthDelimited => Field::Bytes(bytes(rest)?),
            WireType::Varint => Field::Number(decode_varint(rest)?),
            fixed => {
                skip_field(fixed, tag, rest, DecodeContext::default())?;
                Field::Fixed
            }
        };
        Ok((tag, field))
    }
}

/// Takes a length and so many bytes from the front.
pub(super) fn bytes<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Unreadable> {
    let length = usize::try_from(decode_varint(rest)?).map_err(|_| Unreadable::Length)?;
    let (bytes, behind) = rest.split_at_checked(length).ok_or(Unreadable::Length)?;
    *rest = behind;
    Ok(bytes)
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Field<'a>), Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.0 = &[];
        }
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(message: &[u8]) -> Vec<Result<(u32, Field<'_>), String>> {
        Fields::of(message).map(|field| field.map_err(|error| error.to_string())).collect()
    }

    #[test]
    fn fields_are_told_in_their_order_whatever_their_type() {
        // 1: 150, 2: "ab", 3: eight fixed bytes, 4: four fixed bytes, 2: ""
        let message = [8, 150, 1, 18, 2, b'a', b'b', 25, 0, 0, 0, 0, 0, 0, 0, 0, 37, 0, 0, 0, 0, 18, 0];
        let expected = [
            (1, Field::Number(150)),
            (2, Field::Bytes(b"ab")),
            (3, Field::Fixed),
            (4, Field::Fixed),
            (2, Field::Bytes(b"")),
        ];
        assert_eq!(fields(&message), expected.map(Ok));
    }

    #[test]
    fn a_length_that_is_not_true_is_an_error_and_nothing_follows() {
        for message in [&[18, 5, b'a'][..], &[18], &[255, 255], &[18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]] {
            let fields = fields(message);
            assert!(matches!(fields[..], [Err(_)]), "{message:?}: {fields:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
            prop_assert!(fields(&bytes).len() <= bytes.len());
        }
    }
}
