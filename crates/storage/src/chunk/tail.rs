//! The last frames as one block of bytes, written every few seconds until their chunks are complete.
//!
//! Writing every open chunk anew every few seconds would write each value some sixty times. A block holds a few frames of
//! all series instead, is written once, and goes when the chunks are there. After a kill the frames are taken from the
//! blocks. The numbers of the series are those of the store.

use super::{
    Damaged,
    bytes::{Reader, put_varint},
    column::rounded,
};
use miorai_model::Sketch;

/// The most bytes of a block when it is not compressed.
const MOST_BYTES: usize = 256 << 20;

/// A few frames, as columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tail {
    /// The times of the frames, in the order in which they were made, in milliseconds since the epoch.
    pub times: Vec<i64>,
    /// The numbers of the series that have values.
    series: Vec<i64>,
    /// The values of one series after the other, one for each frame. Not finite where there was none.
    values: Vec<f64>,
    /// Of each series of many values a second: its number, the place of the frame, and the values.
    pub sketches: Vec<(i64, usize, Sketch)>,
}

impl Tail {
    /// Of frames at these times, without any values yet.
    pub(crate) fn new(times: Vec<i64>) -> Self {
        Self { times, ..Self::default() }
    }

    /// Adds a series with its number and a value for each frame, of which there is one at least.
    pub(crate) fn add(&mut self, series: i64, values: &[f64]) {
        debug_assert!(!values.is_empty() && values.len() == self.times.len());
        self.series.push(series);
        self.values.extend_from_slice(values);
    }

    /// Each series with its values.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (i64, &[f64])> {
        self.series.iter().copied().zip(self.values.chunks_exact(self.times.len().max(1)))
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_varint(&mut out, self.times.len() as u64);
        out.extend(self.times.iter().flat_map(|time| time.to_le_bytes()));
        put_varint(&mut out, self.series.len() as u64);
        for (id, values) in self.columns() {
            put_varint(&mut out, id as u64);
            out.extend(values.iter().flat_map(|value| rounded(*value).to_le_bytes()));
        }
        put_varint(&mut out, self.sketches.len() as u64);
        for (id, place, sketch) in &self.sketches {
            put_varint(&mut out, *id as u64);
            put_varint(&mut out, *place as u64);
            let bytes = sketch.to_bytes();
            put_varint(&mut out, bytes.len() as u64);
            out.extend_from_slice(&bytes);
        }
        let mut block = Vec::new();
        put_varint(&mut block, out.len() as u64);
        block.extend_from_slice(&lz4_flex::block::compress(&out));
        block
    }

    pub(crate) fn from_bytes(block: &[u8]) -> Result<Self, Damaged> {
        let mut block = Reader(block);
        let length = block.varint()? as usize;
        if length > MOST_BYTES {
            return Err(Damaged("a block would be too large"));
        }
        let plain = lz4_flex::block::decompress(block.0, length).map_err(|_| Damaged("a block cannot be read"))?;
        let mut reader = Reader(&plain);
        let word = |reader: &mut Reader<'_>| -> Result<[u8; 8], Damaged> {
            reader.bytes(8)?.try_into().map_err(|_| Damaged("it is cut off"))
        };
        let mut tail = Self::default();
        for _ in 0..reader.varint()? {
            tail.times.push(i64::from_le_bytes(word(&mut reader)?));
        }
        for _ in 0..reader.varint()? {
            tail.series.push(reader.varint()? as i64);
            for _ in 0..tail.times.len() {
                tail.values.push(f64::from_le_bytes(word(&mut reader)?));
            }
        }
        for _ in 0..reader.varint()? {
            let (id, place) = (reader.varint()? as i64, reader.varint()? as usize);
            let length = reader.varint()? as usize;
            let sketch = Sketch::from_bytes(reader.bytes(length)?).map_err(|_| Damaged("a sketch cannot be read"))?;
            tail.sketches.push((id, place, sketch));
        }
        Ok(tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_back_and_what_is_cut_off_is_told() {
        let mut sketch = Sketch::new();
        sketch.add_many(0.25, 7);
        let mut tail = Tail::new(vec![5_000, 6_000]);
        tail.add(1, &[0.5, 2.0]);
        tail.add(300, &[f64::INFINITY, -3.0]);
        tail.sketches.push((301, 1, sketch));
        let bytes = tail.to_bytes();
        assert_eq!(Tail::from_bytes(&bytes), Ok(tail));
        for length in 0..bytes.len() {
            assert!(Tail::from_bytes(&bytes[..length]).is_err());
        }
    }
}
