//! Hold times: a state changes only when its reason has lasted.

use std::time::Duration;

/// A state that is entered when its reason has held for some time, and left when there has been no reason for some
/// time, so that a value at its limit does not make it flutter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hold {
    enter: Duration,
    leave: Duration,
    entered: bool,
    /// Since when the reason has been contrary to the state.
    contrary_since: Option<Duration>,
}

impl Hold {
    pub(crate) const fn new(enter: Duration, leave: Duration) -> Self {
        Self { enter, leave, entered: false, contrary_since: None }
    }

    /// Takes whether there is a reason at the time `at`, of a clock that never jumps; gives the state.
    pub(crate) fn update(&mut self, reason: bool, at: Duration) -> bool {
        if reason == self.entered {
            self.contrary_since = None;
            return self.entered;
        }
        let since = *self.contrary_since.get_or_insert(at);
        let needed = if reason { self.enter } else { self.leave };
        if at.saturating_sub(since) >= needed {
            (self.entered, self.contrary_since) = (reason, None);
        }
        self.entered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_entered_and_left_when_its_reason_has_lasted() {
        let seconds = Duration::from_secs;
        let mut hold = Hold::new(seconds(30), seconds(10));
        for (at, reason, expected) in [
            (0, true, false),
            (29, true, false),
            (30, false, false),
            (31, true, false),
            (60, true, false),
            (61, true, true),
            (62, false, true),
            (71, true, true),
            (72, false, true),
            (81, false, true),
            (82, false, false),
        ] {
            assert_eq!(hold.update(reason, seconds(at)), expected, "at {at}");
        }
    }
}
