//! The sketches of a chunk, one after the other, compressed together: neighbours have much in common.

use super::{
    Damaged,
    bytes::{Reader, put_varint},
};
use miorai_model::Sketch;

/// The most bytes of the sketches of one chunk.
const MOST_BYTES: usize = 64 << 20;

/// Writes sketches.
pub(super) fn encode(out: &mut Vec<u8>, sketches: &[(i64, Sketch)]) {
    let mut plain = Vec::new();
    for (_, sketch) in sketches {
        let bytes = sketch.to_bytes();
        put_varint(&mut plain, bytes.len() as u64);
        plain.extend_from_slice(&bytes);
    }
    put_varint(out, plain.len() as u64);
    out.extend_from_slice(&lz4_flex::block::compress(&plain));
}

/// Reads a sketch for each of the times.
pub(super) fn decode(reader: &mut Reader<'_>, times: Vec<i64>) -> Result<Vec<(i64, Sketch)>, Damaged> {
    let length = reader.varint()? as usize;
    if length > MOST_BYTES {
        return Err(Damaged("its sketches would be too large"));
    }
    let plain = lz4_flex::block::decompress(reader.0, length).map_err(|_| Damaged("its sketches cannot be read"))?;
    let mut plain = Reader(&plain);
    let sketch = |time| {
        let length = plain.varint()? as usize;
        let sketch = Sketch::from_bytes(plain.bytes(length)?).map_err(|_| Damaged("a sketch cannot be read"))?;
        Ok((time, sketch))
    };
    times.into_iter().map(sketch).collect()
}
