//! How one entry is kept: as its space says, unless said otherwise.

use crate::options::SpaceOptions;
use std::time::Duration;

/// How an entry is kept.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// How long it is fresh; none for ever.
    pub ttl: Option<Duration>,
    pub jitter_ratio: f64,
    pub stale_while_revalidate: Duration,
    pub stale_if_error: Duration,
    pub negative_ttl: Option<Duration>,
    pub tags: Vec<Box<[u8]>>,
}

impl Rules {
    pub(crate) fn of(options: &SpaceOptions) -> Self {
        Self {
            ttl: options.ttl,
            jitter_ratio: options.jitter_ratio,
            stale_while_revalidate: options.stale_while_revalidate,
            stale_if_error: options.stale_if_error,
            negative_ttl: options.negative_ttl,
            tags: Vec::new(),
        }
    }

    /// How long an entry written now is fresh: its lifetime, shortened at random.
    pub(crate) fn fresh(&self) -> Option<Duration> {
        self.ttl.map(|ttl| jittered(ttl, self.jitter_ratio, fastrand::f64()))
    }

    /// How long it stays after that.
    pub(crate) fn stale(&self) -> Duration {
        self.stale_while_revalidate.max(self.stale_if_error)
    }
}

/// A lifetime shortened by `chance` (0 to 1) of the share that may be taken off it.
fn jittered(ttl: Duration, ratio: f64, chance: f64) -> Duration {
    ttl.mul_f64(1.0 - ratio.clamp(0.0, 0.5) * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_shortens_by_no_more_than_its_share() {
        let ttl = Duration::from_secs(100);
        assert_eq!(jittered(ttl, 0.1, 0.0), ttl);
        assert_eq!(jittered(ttl, 0.1, 1.0), Duration::from_secs(90));
        assert_eq!(jittered(ttl, 0.0, 1.0), ttl);
        assert_eq!(jittered(ttl, 7.0, 1.0), Duration::from_secs(50), "the share is half at most");
    }
}
