//! How a value is stored on a server.
//!
//! A value of a space that needs nothing else is plain JSON, readable in the key browser and by other programs.
//! Otherwise a header comes first; its first byte begins neither JSON nor `MessagePack`:
//!
//! ```text
//! 0xC1  flags  [fresh until, 8 bytes: milliseconds since 1970]  payload
//!        ││││
//!        │││└ 1 the payload is MessagePack, else JSON
//!        ││└─ 2 the payload is compressed: its length in 4 bytes, then an LZ4 block
//!        │└── 4 there is no payload: "there is no such thing"
//!        └─── 8 the time until which the value is fresh follows
//! ```

use crate::{codec, options::Codec};
use bytes::{Buf as _, Bytes};
use miorai_model::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

const MARK: u8 = 0xC1;
const MESSAGE_PACK: u8 = 1;
const COMPRESSED: u8 = 2;
const NOTHING: u8 = 4;
const FRESH_UNTIL: u8 = 8;
/// LZ4 makes nothing smaller than by this factor: a payload that claims more is broken.
const MAX_EXPANSION: usize = 256;

/// What was found at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub codec: Codec,
    /// None for as long as it is there.
    pub fresh_until: Option<Timestamp>,
    /// The value; none for "there is no such thing".
    pub payload: Option<Bytes>,
}

impl Envelope {
    /// The value in its payload; an error says that it is broken.
    pub(crate) fn value<T: DeserializeOwned>(&self) -> Result<Option<T>, String> {
        self.payload.as_deref().map(|payload| codec::decode(self.codec, payload)).transpose()
    }
}

/// Writes a value, or that there is none.
pub(crate) fn seal<T: Serialize>(
    value: Option<&T>,
    codec: Codec,
    compress_above: Option<usize>,
    fresh_until: Option<Timestamp>,
) -> Result<Bytes, String> {
    let payload = value.map(|value| codec::encode(codec, value)).transpose()?;
    let compressed = payload
        .as_deref()
        .filter(|payload| compress_above.is_some_and(|above| payload.len() > above))
        .map(lz4_flex::compress_prepend_size)
        .filter(|compressed| payload.as_ref().is_none_or(|payload| compressed.len() < payload.len()));
    let mut flags = 0;
    flags |= if codec == Codec::MessagePack { MESSAGE_PACK } else { 0 };
    flags |= if compressed.is_some() { COMPRESSED } else { 0 };
    flags |= if payload.is_none() { NOTHING } else { 0 };
    flags |= if fresh_until.is_some() { FRESH_UNTIL } else { 0 };
    let payload = compressed.or(payload).unwrap_or_default();
    if flags == 0 {
        return Ok(payload.into());
    }
    let mut sealed = Vec::with_capacity(payload.len() + 10);
    sealed.extend_from_slice(&[MARK, flags]);
    if let Some(until) = fresh_until {
        sealed.extend_from_slice(&until.as_millis().to_be_bytes());
    }
    sealed.extend_from_slice(&payload);
    Ok(sealed.into())
}

/// Reads what [`seal`] wrote, or plain JSON of anybody else; an error says that it is broken.
pub(crate) fn open(mut stored: Bytes) -> Result<Envelope, String> {
    if stored.first() != Some(&MARK) {
        return Ok(Envelope { codec: Codec::Json, fresh_until: None, payload: Some(stored) });
    }
    stored.advance(1);
    let flags = stored.try_get_u8().map_err(|_| "its header ends early")?;
    if flags > MESSAGE_PACK | COMPRESSED | NOTHING | FRESH_UNTIL {
        return Err(format!("its header has unknown flags: {flags:#x}"));
    }
    let fresh_until = match flags & FRESH_UNTIL {
        0 => None,
        _ => Some(Timestamp::from_millis(stored.try_get_i64().map_err(|_| "its header ends early")?)),
    };
    let codec = if flags & MESSAGE_PACK == 0 { Codec::Json } else { Codec::MessagePack };
    let payload = match (flags & NOTHING, flags & COMPRESSED) {
        (0, 0) => Some(stored),
        (0, _) => Some(decompress(&stored)?.into()),
        (_, _) => None,
    };
    Ok(Envelope { codec, fresh_until, payload })
}

fn decompress(stored: &[u8]) -> Result<Vec<u8>, String> {
    let (length, _) = lz4_flex::block::uncompressed_size(stored).map_err(|error| error.to_string())?;
    if length > stored.len().saturating_mul(MAX_EXPANSION) {
        return Err(format!("{} compressed bytes cannot become {length}", stored.len()));
    }
    lz4_flex::decompress_size_prepended(stored).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_that_needs_nothing_else_is_plain_json() {
        let sealed = seal(Some(&vec![1, 2]), Codec::Json, Some(100), None).unwrap();
        assert_eq!(&*sealed, b"[1,2]");
    }

    #[test]
    fn every_form_is_read_back() {
        let long = "long ".repeat(100);
        for codec in [Codec::Json, Codec::MessagePack] {
            for compress_above in [None, Some(10)] {
                for until in [None, Some(Timestamp::from_millis(1_234))] {
                    let sealed = seal(Some(&long), codec, compress_above, until).unwrap();
                    assert_eq!(sealed.len() < 100, compress_above.is_some());
                    let envelope = open(sealed).unwrap();
                    assert_eq!(envelope.fresh_until, until);
                    assert_eq!(envelope.value::<String>().unwrap().as_ref(), Some(&long));
                    let nothing = open(seal::<String>(None, codec, compress_above, until).unwrap()).unwrap();
                    assert_eq!(nothing.value::<String>(), Ok(None));
                }
            }
        }
    }

    #[test]
    fn what_does_not_become_smaller_is_not_compressed() {
        let sealed = seal(Some(&1_234_567_u64), Codec::Json, Some(1), None).unwrap();
        assert_eq!(&*sealed, b"1234567");
    }

    #[test]
    fn a_claim_of_endless_length_takes_no_memory() {
        let bomb = Bytes::from_static(&[MARK, COMPRESSED, 0xff, 0xff, 0xff, 0xff, 0x10]);
        assert!(open(bomb).unwrap_err().contains("cannot become"));
    }

    proptest! {
        #[test]
        fn broken_bytes_are_an_error_or_a_value_but_never_a_panic(flags in 0_u8..20, rest: Vec<u8>) {
            let mut bytes = vec![MARK, flags];
            bytes.extend(rest);
            if let Ok(envelope) = open(bytes.into()) {
                let _ = envelope.value::<Vec<String>>();
            }
        }
    }
}
