//! The report over a window of time.

use super::board::State;
use miorai_model::{
    Timestamp,
    performance::{Counts, Objective, PerformanceReport, RouteReport},
};
use std::time::Duration;

/// The slow requests in a report.
const MOST_SLOW: usize = 50;

impl State {
    pub(super) fn report(&self, window: Duration, now: Timestamp, monotonic: Duration) -> PerformanceReport {
        let wanted = monotonic.saturating_sub(window);
        let reaches_back = monotonic.saturating_sub(self.window.beginning(wanted));
        let since = if self.window.is_whole(wanted) { self.since } else { now.minus(reaches_back) };
        let mut report = PerformanceReport::empty(now, since);
        // A rate over less than a second means nothing.
        let seconds = report.window_seconds.max(1.0);
        let sums = self.window.sums(wanted);
        let mut all = Counts::default();
        for (number, counts) in sums.iter().enumerate() {
            all.merge(counts);
            let Some(subject) = self.subjects.get(number) else { continue };
            if counts.is_empty() && subject.in_flight() == 0 {
                continue;
            }
            let figures = counts.figures(subject.in_flight(), seconds);
            report.routes.push(RouteReport {
                service: subject.key.service.as_deref().map(str::to_owned),
                method: subject.key.method.to_string(),
                route: subject.key.route.to_string(),
                objective: Objective::usual(&figures),
                share_of_time: counts.durations.sum(),
                figures,
            });
        }
        let time = all.durations.sum();
        for route in &mut report.routes {
            route.share_of_time = if time > 0.0 { route.share_of_time / time } else { 0.0 };
        }
        report.routes.sort_by(|a, b| b.share_of_time.total_cmp(&a.share_of_time));
        report.totals = all.figures(self.in_flight(), seconds);
        report.statements = self.senders.statements().collect();
        report.statements.sort_by(|a, b| b.statement.total_ms.total_cmp(&a.statement.total_ms));
        report.slow_requests = self.slow.slowest(since, MOST_SLOW);
        report.overflow = self.overflow();
        report
    }
}
