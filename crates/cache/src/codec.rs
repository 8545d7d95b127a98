//! Values as bytes.

use crate::options::Codec;
use serde::{Serialize, de::DeserializeOwned};
use std::io;

/// The bytes of a value.
pub(crate) fn encode<T: Serialize + ?Sized>(codec: Codec, value: &T) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(128);
    write(codec, value, &mut bytes)?;
    Ok(bytes)
}

/// How many bytes a value has, without writing them anywhere.
pub(crate) fn encoded_len<T: Serialize + ?Sized>(codec: Codec, value: &T) -> Result<usize, String> {
    let mut counted = Counted(0);
    write(codec, value, &mut counted)?;
    Ok(counted.0)
}

/// The value of bytes.
pub(crate) fn decode<T: DeserializeOwned>(codec: Codec, bytes: &[u8]) -> Result<T, String> {
    match codec {
        Codec::Json => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
        Codec::MessagePack => rmp_serde::from_slice(bytes).map_err(|error| error.to_string()),
    }
}

fn write<T: Serialize + ?Sized>(codec: Codec, value: &T, into: &mut impl io::Write) -> Result<(), String> {
    match codec {
        Codec::Json => serde_json::to_writer(into, value).map_err(|error| error.to_string()),
        // Named fields, so that a field added later does not make what is stored unreadable.
        Codec::MessagePack => rmp_serde::encode::write_named(into, value).map_err(|error| error.to_string()),
    }
}

struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
