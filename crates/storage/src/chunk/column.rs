//! Numbers of a chunk, one after the other, compressed by `pco`.
//!
//! Numbers are kept to 18 binary figures: an error of at most 4 in a million, which is no more than that of the six
//! decimal figures that every answer has. What is left of the 52 is noise of divisions by the time between two readings,
//! and would be most of what is stored.

use super::{
    Damaged,
    bytes::{Reader, put_varint},
};
use pco::{ChunkConfig, data_types::Number, standalone};

/// Binary figures that are dropped: 52 stand after the point.
const DROPPED: u32 = 52 - 17;

const SAME: u8 = 0;
const PACKED: u8 = 1;
const AS_BEFORE: u8 = 2;

/// `value` to the precision that is kept. Order is kept too: of two values, the lesser is not the greater afterwards.
pub(super) fn rounded(value: f64) -> f64 {
    let bits = value.to_bits();
    let mask = !0 << DROPPED;
    let near = f64::from_bits(bits.wrapping_add(1 << (DROPPED - 1)) & mask);
    if near.is_finite() { near } else { f64::from_bits(bits & mask) }
}

/// Writes a column; `before` is one that may be the same.
pub(super) fn encode(out: &mut Vec<u8>, values: &[f64], before: Option<&[f64]>) {
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
    } else {
        out.push(PACKED);
        put_block(out, values);
    }
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
        (PACKED, _) => block(reader, count),
        (AS_BEFORE, Some(before)) => Ok(before.to_vec()),
        _ => Err(Damaged("a column is of no known kind")),
    }
}

/// Writes numbers compressed, with their length in bytes.
pub(super) fn put_block<T: Number>(out: &mut Vec<u8>, numbers: &[T]) {
    let config = ChunkConfig::default().with_compression_level(LEVEL);
    let block = standalone::simple_compress(numbers, &config).expect("the configuration is right, and memory takes it");
    put_varint(out, block.len() as u64);
    out.extend_from_slice(&block);
}

/// Reads `count` compressed numbers.
pub(super) fn block<T: Number + Default>(reader: &mut Reader<'_>, count: usize) -> Result<Vec<T>, Damaged> {
    let length = reader.varint()? as usize;
    let bytes = reader.bytes(length)?;
    let mut numbers = vec![T::default(); count];
    let progress =
        standalone::simple_decompress_into(bytes, &mut numbers).map_err(|_| Damaged("a column cannot be read"))?;
    if progress.n_processed == count { Ok(numbers) } else { Err(Damaged("a column is too short")) }
}

/// How hard `pco` tries, of 12.
const LEVEL: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_keeps_six_figures_and_the_order(a in any::<f64>(), b in any::<f64>()) {
            for value in [a, b] {
                if value.is_finite() {
                    let error = (rounded(value) - value).abs();
                    prop_assert!(error <= value.abs() * 4e-6 || !value.is_normal(), "{value}");
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
        for number in [0.0, -0.0, 1.0, 100.0, 65_535.0, 262_143.0, 0.5, 1_048_576.0 * 4_096.0] {
            assert_eq!(rounded(number).to_bits(), f64::to_bits(number));
        }
        assert!(rounded(f64::MAX).is_finite());
    }
}
