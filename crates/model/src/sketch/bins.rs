//! Counts of values by their order of magnitude.

/// At most this many bins: values of seventeen powers of ten find room before the smallest of them share a bin.
const MOST: usize = 2_048;

/// How many values fell into each bin. The numbers of bins that are used lie close together, so that they stand in one
/// array.
#[derive(Clone, Debug, Default)]
pub(super) struct Bins {
    /// The number of the first bin of `counts`.
    first: i32,
    counts: Vec<u64>,
    /// The sum of `counts`.
    total: u64,
}

impl Bins {
    /// How many values there are.
    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    /// Adds `count` values to a bin. Counts stop at the largest number there is.
    pub(super) fn add(&mut self, bin: i32, count: u64) {
        let place = self.place(bin);
        self.counts[place] = self.counts[place].saturating_add(count);
        self.total = self.total.saturating_add(count);
    }

    /// Makes room for bins that are to be used next, if there are none yet.
    pub(super) fn make_room(&mut self, first: i32, last: i32) {
        let bins = i64::from(last) - i64::from(first) + 1;
        if self.counts.is_empty() && (1..=MOST as i64).contains(&bins) {
            self.first = first;
            self.counts = vec![0; bins as usize];
        }
    }

    /// The bins that have values, each with its count, the lowest first.
    pub(super) fn used(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> {
        let numbered = self.counts.iter().enumerate().map(|(place, count)| (self.first + place as i32, *count));
        numbered.filter(|(_, count)| *count > 0)
    }

    /// Where a bin stands, after room was made for it.
    fn place(&mut self, bin: i32) -> usize {
        if self.counts.is_empty() {
            self.first = bin;
            self.counts.push(0);
        }
        let end = i64::from(self.first) + self.counts.len() as i64;
        if i64::from(bin) >= end {
            self.grow_upwards((i64::from(bin) - end) as usize + 1);
        } else if bin < self.first {
            // What would need too many bins goes to the lowest that there is.
            let room = MOST - self.counts.len();
            let missing = (i64::from(self.first) - i64::from(bin)) as usize;
            let grown = missing.min(room);
            self.counts.splice(0..0, std::iter::repeat_n(0, grown));
            self.first -= grown as i32;
        }
        (i64::from(bin) - i64::from(self.first)).max(0) as usize
    }

    /// Adds bins at the upper end; where there would be too many, the lowest are put together.
    fn grow_upwards(&mut self, more: usize) {
        let surplus = (self.counts.len() + more).saturating_sub(MOST);
        let gone = surplus.min(self.counts.len());
        let lowest = self.counts.drain(..gone).fold(0_u64, u64::saturating_add);
        self.first = (i64::from(self.first) + surplus as i64) as i32;
        self.counts.resize((self.counts.len() + more).min(MOST), 0);
        self.counts[0] = self.counts[0].saturating_add(lowest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn of(added: &[(i32, u64)]) -> Bins {
        let mut bins = Bins::default();
        for (bin, count) in added {
            bins.add(*bin, *count);
        }
        bins
    }

    #[test]
    fn the_lowest_bins_are_put_together_where_there_are_too_many() {
        for added in [[(0, 1), (5, 2), (2_050, 4)], [(2_050, 4), (5, 2), (0, 1)], [(0, 1), (2_050, 4), (5, 2)]] {
            assert_eq!(of(&added).used().collect::<Vec<_>>(), [(3, 1), (5, 2), (2_050, 4)], "{added:?}");
        }
        assert_eq!(of(&[(i32::MIN, 1), (i32::MAX, 2)]).used().last(), Some((i32::MAX, 2)));
        assert_eq!(of(&[(i32::MAX, 2), (i32::MIN, 1)]).total(), 3);
    }

    proptest! {
        #[test]
        fn bins_hold_what_was_added(added in prop::collection::vec((-900_i32..900, 0_u64..5), 0..60)) {
            let mut expected = BTreeMap::<i32, u64>::new();
            for (bin, count) in &added {
                *expected.entry(*bin).or_default() += count;
            }
            expected.retain(|_, count| *count > 0);
            let bins = of(&added);
            prop_assert_eq!(bins.used().collect::<BTreeMap<_, _>>(), expected);
            prop_assert_eq!(bins.total(), added.iter().map(|(_, count)| count).sum::<u64>());
        }
    }
}
