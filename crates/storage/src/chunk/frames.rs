//! The times of all frames of a chunk, and besides, what series had that need no row of their own.
//!
//! Half of what a machine measures stands still, and some of it is another series once more: a loopback sends what it
//! receives, one disk is all disks. A row of its own takes some thirty bytes, an entry here three to five.
//!
//! ```text
//! kind  times  how many  (number  bytes of the value  value | number  0xff  how much less the other number is)…
//! ```

use super::{Content, Damaged, FRAMES, Point, begun, bytes::put_varint, column, decode_times, times};

/// In the place of the bytes of a value: it is another series once more.
const AS: u8 = 0xff;

/// What a series had that has no row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shared {
    /// This value in each frame.
    Still(f64),
    /// All that the series of this lesser number had, in its row.
    As(i64),
}

/// The row of the number that has a value whenever there was a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Frames {
    /// The times of the frames, growing, in milliseconds since the epoch.
    pub times: Vec<i64>,
    /// Numbers of series without a row, growing, and what they had.
    pub shared: Vec<(i64, Shared)>,
}

impl Frames {
    /// Its bytes in a chunk that begins at `start`.
    pub(crate) fn encode(&self, start: i64) -> Vec<u8> {
        let mut out = vec![FRAMES];
        times::encode(&mut out, start, &self.times);
        put_varint(&mut out, self.shared.len() as u64);
        let mut before = 0;
        for (number, shared) in &self.shared {
            put_varint(&mut out, (number - before) as u64);
            before = *number;
            match shared {
                Shared::Still(value) => {
                    // The last bytes of rounded and of small numbers are zero.
                    let bytes = value.to_bits().to_be_bytes();
                    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
                    out.push(used as u8);
                    out.extend_from_slice(&bytes[..used]);
                }
                Shared::As(other) => {
                    out.push(AS);
                    put_varint(&mut out, (number - other) as u64);
                }
            }
        }
        out
    }

    /// What [`Self::encode`] has written of `count` times. A row of times alone is one in which nothing is shared.
    pub(crate) fn decode(start: i64, count: usize, bytes: &[u8]) -> Result<Self, Damaged> {
        if bytes.first() != Some(&FRAMES) {
            return Ok(Self { times: decode_times(start, count, bytes)?, shared: Vec::new() });
        }
        let (_, times, mut reader) = begun(start, count, bytes)?;
        let mut shared: Vec<(i64, Shared)> = Vec::new();
        for _ in 0..reader.varint()? {
            let before = shared.last().map_or(0, |(number, _)| *number);
            let number = before.saturating_add_unsigned(reader.varint()?);
            let what = match reader.byte()? {
                AS => Shared::As(number.saturating_sub_unsigned(reader.varint()?)),
                used => {
                    let mut value = [0; 8];
                    let used = usize::from(used);
                    value.get_mut(..used).ok_or(Damaged("a number is too long"))?.copy_from_slice(reader.bytes(used)?);
                    Shared::Still(f64::from_be_bytes(value))
                }
            };
            shared.push((number, what));
        }
        Ok(Self { times, shared })
    }

    /// What the series of this number had without a row.
    pub(crate) fn of(&self, number: i64) -> Option<Shared> {
        let place = self.shared.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(self.shared[place].1)
    }

    /// What a series had that stood still.
    pub(crate) fn still(&self, value: f64) -> Content {
        Content::Points(self.times.iter().map(|time| (*time, Point::of(value))).collect())
    }

    /// The value of `content`, if it is one and the same in each of the frames.
    pub(crate) fn stands_still(&self, content: &Content) -> Option<f64> {
        let Content::Points(points) = content else { return None };
        let value = column::rounded(points.first()?.1.sum);
        let same = |((at, point), time): (&(i64, Point), &i64)| {
            at == time && point.count == 1 && column::rounded(point.sum).to_bits() == value.to_bits()
        };
        (points.len() == self.times.len() && points.iter().zip(&self.times).all(same)).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames() -> impl Strategy<Value = Frames> {
        let what = prop_oneof![
            (-1e9..1e9_f64).prop_map(|value| (Some(value), 0)),
            (0_u32..100).prop_map(|value| (Some(f64::from(value)), 0)),
            (1_i64..50).prop_map(|less| (None, less)),
        ];
        (1_i64..700, prop::collection::btree_map(100_i64..10_000, what, 0..60)).prop_map(|(count, shared)| {
            let entry = |(number, (value, less)): (i64, (Option<f64>, i64))| {
                (number, value.map_or(Shared::As(number - less), Shared::Still))
            };
            let times = (0..count).map(|i| 6_000_000 + i * 1_000).collect();
            Frames { times, shared: shared.into_iter().map(entry).collect() }
        })
    }

    proptest! {
        #[test]
        fn frames_come_back_and_what_is_cut_off_is_told(frames in frames()) {
            let bytes = frames.encode(6_000_000);
            prop_assert_eq!(Frames::decode(6_000_000, frames.times.len(), &bytes), Ok(frames));
            for length in 0..bytes.len() {
                prop_assert!(Frames::decode(6_000_000, 3, &bytes[..length]).is_err());
            }
        }

        #[test]
        fn bytes_that_are_none_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 1..200), count in 0_usize..1_000) {
            let _ = Frames::decode(0, count, &bytes);
            bytes[0] = FRAMES;
            let _ = Frames::decode(0, count, &bytes);
        }
    }

    #[test]
    fn an_entry_takes_a_few_bytes() {
        let shared = (1..=100).map(|number| (number, Shared::Still(4_096.0))).collect();
        let frames = Frames { times: (0..600).map(|i| i * 1_000).collect(), shared };
        assert!(frames.encode(0).len() < 500);
        assert_eq!((frames.of(100), frames.of(101)), (Some(Shared::Still(4_096.0)), None));
        assert_eq!(frames.stands_still(&frames.still(7.0)), Some(7.0));
        let later = Content::Points((1..=600).map(|i| (i * 1_000, Point::of(7.0))).collect());
        assert_eq!(frames.stands_still(&later), None);
    }
}
