//! Counts in little room: numbers by their length, and the bytes of the sketch.

use miorai_model::{Sketch, performance::Counts};

/// Appends counts.
pub(super) fn pack(bytes: &mut Vec<u8>, counts: &Counts) {
    let Counts { classes, cancelled, request_bytes, response_bytes, durations } = counts;
    for number in classes.iter().chain([cancelled, request_bytes, response_bytes]) {
        put(bytes, *number);
    }
    let sketch = durations.to_bytes();
    put(bytes, sketch.len() as u64);
    bytes.extend(sketch);
}

/// Takes counts from the front; nothing when there are none. What is here was written by [`pack`].
pub(super) fn unpack(bytes: &mut &[u8]) -> Option<Counts> {
    let mut counts = Counts::default();
    for number in &mut counts.classes {
        *number = take(bytes)?;
    }
    (counts.cancelled, counts.request_bytes, counts.response_bytes) = (take(bytes)?, take(bytes)?, take(bytes)?);
    let length = take(bytes)? as usize;
    let (sketch, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    counts.durations = Sketch::from_bytes(sketch).ok()?;
    Some(counts)
}

/// Appends a number: seven bits a byte, the lowest first.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number from the front.
pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_read_back(
            classes in prop::array::uniform5(any::<u64>()), others in prop::array::uniform3(any::<u64>()),
            durations in prop::collection::vec(0.0_f64..100.0, 0..50),
        ) {
            let [cancelled, request_bytes, response_bytes] = others;
            let mut counts = Counts { classes, cancelled, request_bytes, response_bytes, ..Counts::default() };
            for seconds in durations {
                counts.durations.add(seconds);
            }
            let mut bytes = Vec::new();
            pack(&mut bytes, &counts);
            pack(&mut bytes, &Counts::default());
            let mut left = &bytes[..];
            prop_assert_eq!(unpack(&mut left), Some(counts));
            prop_assert_eq!(unpack(&mut left), Some(Counts::default()));
            prop_assert_eq!(unpack(&mut left), None);
        }
    }
}
