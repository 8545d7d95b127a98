//! The last frames' messages, for clients that come back.

use crate::messages::Messages;
use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock},
};

/// How many frames are kept: who was away for longer is told what it missed, and finds it in the history.
pub const KEPT: usize = 300;

/// How many frames are handed out at once. A client that takes nothing holds up no more than these.
pub const PART: usize = 30;

/// The messages of the last frames. They are shared with everybody who was sent them, so that catching up costs
/// what is not encoded yet and nothing besides.
#[derive(Debug, Default)]
pub struct Recent(RwLock<VecDeque<Arc<Messages>>>);

impl Recent {
    /// Takes the newest; the oldest goes.
    pub(crate) fn push(&self, messages: Arc<Messages>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(messages);
    }

    /// The next frames after the number `after`, up to the number `to`, as far as they are still there: oldest first,
    /// at most [`PART`].
    pub fn next(&self, after: u64, to: u64) -> Vec<Arc<Messages>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let begin = kept.partition_point(|messages| messages.seq() <= after);
        kept.range(begin..).take_while(|messages| messages.seq() <= to).take(PART).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{Frame, Timestamp};

    #[test]
    fn frames_are_handed_out_in_parts_from_the_one_after_the_number_given() {
        let recent = Recent::default();
        for seq in 1..=KEPT as u64 + 5 {
            let (values, totals, sketches, processes) = Default::default();
            let frame = Frame { seq, at: Timestamp::default(), values, totals, sketches, processes };
            recent.push(Arc::new(Messages::new(&frame, Arc::default())));
        }
        for (after, to, expected) in
            [(0, u64::MAX, 6..=35), (35, u64::MAX, 36..=65), (303, 305, 304..=305), (290, 292, 291..=292)]
        {
            let seqs: Vec<u64> = recent.next(after, to).iter().map(|messages| messages.seq()).collect();
            assert_eq!(seqs, expected.collect::<Vec<_>>(), "after {after}");
        }
        assert!(recent.next(305, u64::MAX).is_empty() && recent.next(9_999, u64::MAX).is_empty());
    }
}
