//! Numbers of a chunk, one after the other, compressed by `pco`.
//!
//! | numbers | are kept to | with an error of at most |
//! |---|---|---|
//! | whole ones up to 32 768 | the last figure | nothing |
//! | those of seconds that swing over half of the greatest of them | 13 binary figures | 1 in 6 500, and so 1 in 3 250 of what a chart of them spans |
//! | others | 15 binary figures | 3 in 100 000, that of five decimal figures |
//!
//! The rest of the 53 is noise of divisions by the time between two readings, and would be most of what is stored. What is
//! in memory, the last quarter of an hour, is as it was read.
//!
//! Compressed are whole numbers as they are, and of others their upper bits as whole numbers: sign, exponent and the figures
//! that are kept. Neighbours differ little in them, which `pco` finds more easily.

use super::{
    Damaged,
    bytes::{Reader, put_varint},
};
use pco::{
    ChunkConfig,
    data_types::Number,
    errors::PcoError,
    wrapped::{FileCompressor, FileDecompressor},
};

/// Binary figures that are dropped where 15 are kept: 52 stand after the point.
const DROPPED: u32 = 52 - 14;
/// And where 13 are kept.
const MORE_DROPPED: u32 = 52 - 12;
/// The greatest whole number that 15 figures have, as every one below.
const WHOLE_UP_TO: f64 = 32_768.0;

const SAME: u8 = 0;
const AS_BEFORE: u8 = 2;
const PACKED: u8 = 3;
const SHORTER: u8 = 4;
const WHOLE: u8 = 5;

/// `value` to 15 figures. Order is kept too: of two values, the lesser is not the greater afterwards.
pub(super) fn rounded(value: f64) -> f64 {
    without(value, DROPPED)
}

/// `value` without so many of its binary figures.
fn without(value: f64, dropped: u32) -> f64 {
    let bits = value.to_bits();
    let mask = !0 << dropped;
    let near = f64::from_bits(bits.wrapping_add(1 << (dropped - 1)) & mask);
    if near.is_finite() { near } else { f64::from_bits(bits & mask) }
}

/// The values to 13 figures, if they swing so far that these are enough, or have no more anyway.
fn shortened(values: &[f64], seconds: bool) -> Option<Vec<f64>> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let swing = seconds && greatest - least >= least.abs().max(greatest.abs()) / 2.0;
    let short: Vec<f64> = values.iter().map(|value| without(*value, MORE_DROPPED)).collect();
    (swing || short.iter().zip(values).all(|(short, value)| short.to_bits() == value.to_bits())).then_some(short)
}

/// The values as small whole numbers, if all of them are.
fn whole(values: &[f64]) -> Option<Vec<i32>> {
    let whole = |value: &f64| {
        let number = *value as i32;
        // Zero has a sign.
        (value.abs() <= WHOLE_UP_TO && f64::from(number).to_bits() == value.to_bits()).then_some(number)
    };
    values.iter().map(whole).collect()
}

/// Writes a column of [rounded] values; `before` is one that may be the same. Of `seconds`, those that swing are kept to
/// fewer figures; what is brought together of them has what they have lost already.
pub(super) fn encode(out: &mut Vec<u8>, values: &[f64], before: Option<&[f64]>, seconds: bool) {
    let first = values.first().map_or(0, |value| value.to_bits());
    if values.iter().all(|value| value.to_bits() == first) {
        // The last bytes of rounded and of small numbers are zero.
        let bytes = first.to_be_bytes();
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        out.push(SAME);
        out.push(used as u8);
        out.extend_from_slice(&bytes[..used]);
    } else if before == Some(values) {
        out.push(AS_BEFORE);
    } else if let Some(numbers) = whole(values) {
        put_whole(out, &numbers);
    } else if let Some(short) = shortened(values, seconds) {
        match whole(&short) {
            Some(numbers) => put_whole(out, &numbers),
            None => put_upper(out, SHORTER, &short, MORE_DROPPED),
        }
    } else {
        put_upper(out, PACKED, values, DROPPED);
    }
}

fn put_whole(out: &mut Vec<u8>, numbers: &[i32]) {
    out.push(WHOLE);
    put_block(out, numbers);
}

fn put_upper(out: &mut Vec<u8>, kind: u8, values: &[f64], dropped: u32) {
    out.push(kind);
    let upper: Vec<u32> = values.iter().map(|value| (value.to_bits() >> dropped) as u32).collect();
    put_block(out, &upper);
}

/// Reads a column of `count` values.
pub(super) fn decode(reader: &mut Reader<'_>, count: usize, before: Option<&[f64]>) -> Result<Vec<f64>, Damaged> {
    match (reader.byte()?, before) {
        (SAME, _) => {
            let used = usize::from(reader.byte()?);
            let mut bytes = [0; 8];
            bytes.get_mut(..used).ok_or(Damaged("a number is too long"))?.copy_from_slice(reader.bytes(used)?);
            Ok(vec![f64::from_be_bytes(bytes); count])
        }
        (kind @ (PACKED | SHORTER), _) => {
            let dropped = if kind == SHORTER { MORE_DROPPED } else { DROPPED };
            let upper: Vec<u32> = block(reader, count)?;
            Ok(upper.into_iter().map(|bits| f64::from_bits(u64::from(bits) << dropped)).collect())
        }
        (WHOLE, _) => Ok(block::<i32>(reader, count)?.into_iter().map(f64::from).collect()),
        (AS_BEFORE, Some(before)) => Ok(before.to_vec()),
        _ => Err(Damaged("a column is of no known kind")),
    }
}

/// Passes over a column.
pub(super) fn skip(reader: &mut Reader<'_>) -> Result<(), Damaged> {
    let length = match reader.byte()? {
        SAME => usize::from(reader.byte()?),
        PACKED | SHORTER | WHOLE => reader.varint()? as usize,
        AS_BEFORE => 0,
        _ => return Err(Damaged("a column is of no known kind")),
    };
    reader.bytes(length).map(drop)
}

/// Writes numbers compressed, with their length in bytes.
pub(super) fn put_block<T: Number>(out: &mut Vec<u8>, numbers: &[T]) {
    let block = compressed(numbers).expect("the configuration is right, and memory takes it");
    put_varint(out, block.len() as u64);
    out.extend_from_slice(&block);
}

/// Reads `count` compressed numbers.
pub(super) fn block<T: Number + Default>(reader: &mut Reader<'_>, count: usize) -> Result<Vec<T>, Damaged> {
    let length = reader.varint()? as usize;
    let bytes = reader.bytes(length)?;
    let mut numbers = vec![T::default(); count];
    let read = decompress(bytes, &mut numbers).map_err(|_| Damaged("a column cannot be read"))?;
    if read == count { Ok(numbers) } else { Err(Damaged("a column is too short")) }
}

/// One chunk with one page, in `pco`'s wrapped form: the standalone one would take some more bytes of each column.
fn compressed<T: Number>(numbers: &[T]) -> Result<Vec<u8>, PcoError> {
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    let file = FileCompressor::default();
    let mut chunk = file.chunk_compressor(numbers, &config)?;
    let out = file.write_header(Vec::new())?;
    let out = chunk.write_meta(out)?;
    chunk.write_page(0, out)
}

/// Fills `numbers` with what [`compressed`] has made; how many there were.
fn decompress<T: Number>(bytes: &[u8], numbers: &mut [T]) -> Result<usize, PcoError> {
    let (file, rest) = FileDecompressor::new(bytes)?;
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest)?;
    let mut page = chunk.page_decompressor(rest, numbers.len())?;
    Ok(page.read(numbers)?.n_processed)
}

/// How hard `pco` tries, of 12.
const LEVEL: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_keeps_five_figures_and_the_order(a in any::<f64>(), b in any::<f64>()) {
            for value in [a, b] {
                if value.is_finite() {
                    let error = (rounded(value) - value).abs();
                    prop_assert!(error <= value.abs() * 3.1e-5 || !value.is_normal(), "{value}");
                    prop_assert_eq!(rounded(rounded(value)).to_bits(), rounded(value).to_bits());
                }
            }
            if a <= b {
                prop_assert!(rounded(a) <= rounded(b));
            }
        }
    }

    #[test]
    fn whole_numbers_of_five_figures_stay_as_they_are() {
        for number in [0.0, -0.0, 1.0, 100.0, 9_999.0, 32_767.0, 0.5, 1_048_576.0 * 4_096.0] {
            assert_eq!(rounded(number).to_bits(), f64::to_bits(number));
        }
        assert!(rounded(f64::MAX).is_finite());
    }
}
