//! Running totals of a whole whose parts come and go.

/// Adds up what the parts of a whole have counted since the collector began.
///
/// The sum of the parts' totals would fall when a part goes away, which looks like a reset and would be taken for a burst
/// of all that the others have ever counted; and it would jump when one comes. So only increases of parts that
/// were there before are added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole<const N: usize>([u64; N]);

impl<const N: usize> Default for Whole<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Whole<N> {
    /// Adds what a part has counted since it was read before.
    pub(super) fn add(&mut self, increases: [u64; N]) {
        for (total, increase) in self.0.iter_mut().zip(increases) {
            *total = total.saturating_add(increase);
        }
    }

    /// The totals so far.
    pub(super) const fn totals(&self) -> [u64; N] {
        self.0
    }
}

/// What a part has counted since it was read before: nothing when it is new, everything when it began anew.
pub(super) fn increases<const N: usize>(before: Option<[u64; N]>, now: [u64; N]) -> [u64; N] {
    let Some(before) = before else { return [0; N] };
    std::array::from_fn(|place| now[place].checked_sub(before[place]).unwrap_or(now[place]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_counted_between_two_readings_is_added() {
        for (before, now, expected) in [(None, 500, 0), (Some(500), 520, 20), (Some(520), 520, 0), (Some(520), 7, 7)] {
            assert_eq!(increases(before.map(|total| [total]), [now]), [expected], "{before:?} {now}");
        }
        let mut whole = Whole::default();
        whole.add([3, 4]);
        whole.add([u64::MAX, 1]);
        assert_eq!(whole.totals(), [u64::MAX, 5]);
    }
}
