//! The times of a chunk's points: a rule where they follow one, else each.

use super::{
    Damaged,
    bytes::{Reader, put_varint},
    column,
};

const REGULAR: u8 = 0;
const EACH: u8 = 1;

/// Writes growing times, told from the beginning of the chunk.
pub(super) fn encode(out: &mut Vec<u8>, start: i64, times: &[i64]) {
    let offset = |time: i64| (time - start).max(0) as u64;
    let step = times.windows(2).next().map_or(0, |pair| pair[1] - pair[0]);
    if times.windows(2).all(|pair| pair[1] - pair[0] == step) {
        out.push(REGULAR);
        put_varint(out, times.first().map_or(0, |first| offset(*first)));
        put_varint(out, step as u64);
    } else {
        out.push(EACH);
        let offsets: Vec<u32> = times.iter().map(|time| offset(*time) as u32).collect();
        column::put_block(out, &offsets);
    }
}

/// Reads `count` times of a chunk that begins at `start`.
pub(super) fn decode(reader: &mut Reader<'_>, start: i64, count: usize) -> Result<Vec<i64>, Damaged> {
    match reader.byte()? {
        REGULAR => {
            let (first, step) = (reader.varint()? as i64, reader.varint()? as i64);
            Ok((0..count as i64).map(|i| start.saturating_add(first).saturating_add(step.saturating_mul(i))).collect())
        }
        EACH => Ok(column::block::<u32>(reader, count)?.into_iter().map(|offset| start + i64::from(offset)).collect()),
        _ => Err(Damaged("its times are of no known kind")),
    }
}
