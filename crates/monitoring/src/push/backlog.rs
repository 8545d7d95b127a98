//! Reports that have not arrived yet.

use miorai_model::performance::ServiceReport;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// At most so many wait.
const MOST: usize = 120;

/// What is older is of no use to a live page.
const OLDEST: Duration = Duration::from_mins(1);

/// Reports in their order, numbered when they come in.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: VecDeque<(Instant, ServiceReport)>,
    seq: u64,
}

impl Backlog {
    /// Adds a report under the next number. The oldest goes when there are too many.
    pub(super) fn add(&mut self, report: ServiceReport) {
        self.seq += 1;
        self.waiting.push_back((Instant::now(), ServiceReport { seq: self.seq, ..report }));
        if self.waiting.len() > MOST {
            self.waiting.pop_front();
        }
    }

    /// The report to send next.
    pub(super) fn first(&mut self) -> Option<&ServiceReport> {
        while self.waiting.front().is_some_and(|(since, _)| since.elapsed() > OLDEST) {
            self.waiting.pop_front();
        }
        self.waiting.front().map(|(_, report)| report)
    }

    /// The first one has arrived.
    pub(super) fn delivered(&mut self) {
        self.waiting.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_wait_in_order_under_their_numbers_and_not_without_bound() {
        let mut backlog = Backlog::default();
        for _ in 0..MOST + 5 {
            backlog.add(ServiceReport::default());
        }
        assert_eq!(backlog.first().map(|report| report.seq), Some(6), "the oldest five have gone");
        assert_eq!(backlog.first().map(|report| report.seq), Some(6), "it stays until it has arrived");
        backlog.delivered();
        assert_eq!(backlog.first().map(|report| report.seq), Some(7));
    }
}
