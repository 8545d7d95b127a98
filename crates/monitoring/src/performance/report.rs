//! The report over a window of time. What takes time, adding up and quantiles, is done while others go on counting.

use super::{
    board::{Board, State},
    window::Parts,
};
use miorai_model::{
    Timestamp,
    performance::{ApiTotals, Counts, Objective, PerformanceReport, RouteReport},
};
use std::time::Duration;

/// The slow requests in a report.
const MOST_SLOW: usize = 50;

/// What was counted, added up.
struct Sums {
    all: ApiTotals,
    /// Seconds that were spent on all routes.
    time: f64,
    /// Figures and seconds of each subject, at its place.
    subjects: Vec<(ApiTotals, f64)>,
}

impl Sums {
    fn of(parts: &Parts, seconds: f64) -> Self {
        let mut all = Counts::default();
        let each = |counts: Counts| {
            all.merge(&counts);
            (counts.figures(0, seconds), counts.durations.sum())
        };
        let subjects = parts.sums().into_iter().map(each).collect();
        Self { all: all.figures(0, seconds), time: all.durations.sum(), subjects }
    }
}

impl Board {
    /// Routes, statements and slow requests of the last `window`, of all programs.
    pub fn report(&self, window: Duration) -> PerformanceReport {
        let (now, wanted) = (self.clock.now(), self.clock.monotonic().saturating_sub(window));
        let (since, parts) = {
            let state = self.state();
            (state.beginning(wanted, now, self.clock.monotonic()), state.window.parts(wanted))
        };
        let report = PerformanceReport::empty(now, since);
        // A rate over less than a second means nothing.
        let sums = Sums::of(&parts, report.window_seconds.max(1.0));
        self.state().complete(report, sums)
    }
}

impl State {
    /// Where the report begins that is to reach back to `wanted`.
    fn beginning(&self, wanted: Duration, now: Timestamp, monotonic: Duration) -> Timestamp {
        if self.window.is_whole(wanted) {
            return self.since;
        }
        now.minus(monotonic.saturating_sub(self.window.beginning(wanted)))
    }

    fn complete(&self, mut report: PerformanceReport, sums: Sums) -> PerformanceReport {
        for (number, (figures, time)) in sums.subjects.into_iter().enumerate() {
            let Some(subject) = self.subjects.get(number) else { continue };
            let figures = ApiTotals { in_flight: subject.in_flight(), ..figures };
            if figures.requests == 0 && figures.in_flight == 0 {
                continue;
            }
            report.routes.push(RouteReport {
                service: subject.key.service.as_deref().map(str::to_owned),
                method: subject.key.method.to_string(),
                route: subject.key.route.to_string(),
                objective: Objective::usual(&figures),
                share_of_time: if sums.time > 0.0 { time / sums.time } else { 0.0 },
                figures,
            });
        }
        report.routes.sort_by(|a, b| b.share_of_time.total_cmp(&a.share_of_time));
        report.totals = ApiTotals { in_flight: self.in_flight(), ..sums.all };
        report.statements = self.senders.statements().collect();
        report.statements.sort_by(|a, b| b.statement.total_ms.total_cmp(&a.statement.total_ms));
        report.slow_requests = self.slow.slowest(report.since, MOST_SLOW);
        report.overflow = self.overflow();
        report
    }
}
