//! Programs that report: who they are, what they have told, and what of it is taken.

use miorai_model::{
    database::StatementReport,
    performance::{ServiceReport, ServiceStatement},
};
use std::{sync::Arc, time::Duration};

/// How long somebody is known who has stopped reporting.
const FADES_AFTER: Duration = Duration::from_mins(1);
/// The most that one report may tell of.
const MOST_ROUTES: usize = 2_000;
const MOST_STATEMENTS: usize = 500;
const MOST_SLOW: usize = 64;
const MOST_STEPS: usize = 64;
/// The longest that a request can take, in seconds.
const LONGEST_DURATION: f64 = 1e7;
/// The longest names and texts, in bytes.
const LONGEST_NAME: usize = 120;
const LONGEST_ROUTE: usize = 300;
const LONGEST_TEXT: usize = 4_096;

/// Why a report is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// As many programs report as may.
    #[error("{limit} programs report already, and there is no room for another")]
    Full {
        /// How many may.
        limit: usize,
    },
    /// A field is wrong.
    #[error("{detail}")]
    Wrong {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

/// Whoever has reported in the last minute.
#[derive(Debug)]
pub(super) struct Senders {
    limit: usize,
    known: Vec<Sender>,
    next: u64,
    refused: u64,
}

/// A process of a program.
#[derive(Debug)]
struct Sender {
    number: u64,
    service: Arc<str>,
    instance: String,
    /// Of the last report taken.
    seq: u64,
    seen: Duration,
    statements: Vec<StatementReport>,
    overflow: u64,
}

/// Who has sent a report that is to be taken.
#[derive(Clone, Debug)]
pub(super) struct From {
    /// Not given to anybody else in this run.
    pub number: u64,
    pub service: Arc<str>,
}

impl Senders {
    /// The number of who tells of routes without reporting.
    pub(super) const NOBODY: u64 = u64::MAX;

    pub(super) fn new(limit: usize) -> Self {
        // Zero is this program itself.
        Self { limit, known: Vec::new(), next: 1, refused: 0 }
    }

    /// Takes note of a report: who sent it, or nothing when it was told before.
    pub(super) fn note(&mut self, report: &mut ServiceReport, now: Duration) -> Result<Option<From>, ReportError> {
        check(report)?;
        let known = self
            .known
            .iter()
            .position(|sender| *sender.service == *report.service && sender.instance == report.instance);
        let place = match known {
            Some(place) => place,
            None if self.known.len() < self.limit => self.add(report),
            None => {
                self.refused += 1;
                return Err(ReportError::Full { limit: self.limit });
            }
        };
        let sender = &mut self.known[place];
        sender.seen = now;
        if known.is_some() && report.seq <= sender.seq {
            return Ok(None);
        }
        sender.seq = report.seq;
        if let Some(statements) = report.statements.take() {
            sender.statements = statements;
        }
        sender.overflow = report.routes_overflow;
        Ok(Some(From { number: sender.number, service: Arc::clone(&sender.service) }))
    }

    fn add(&mut self, report: &ServiceReport) -> usize {
        let same = self.known.iter().find(|sender| *sender.service == *report.service);
        let service = same.map_or_else(|| report.service.as_str().into(), |sender| Arc::clone(&sender.service));
        self.known.push(Sender {
            number: self.next,
            service,
            instance: report.instance.clone(),
            seq: 0,
            seen: Duration::ZERO,
            statements: Vec::new(),
            overflow: 0,
        });
        self.next += 1;
        self.known.len() - 1
    }

    /// Forgets those who have not reported for a minute; their numbers.
    pub(super) fn fade(&mut self, now: Duration) -> Vec<u64> {
        let gone = self.known.extract_if(.., |sender| now.saturating_sub(sender.seen) > FADES_AFTER);
        gone.map(|sender| sender.number).collect()
    }

    /// The statements of all.
    pub(super) fn statements(&self) -> impl Iterator<Item = ServiceStatement> {
        self.known.iter().flat_map(|sender| {
            let service = || Some(sender.service.to_string());
            sender
                .statements
                .iter()
                .map(move |statement| ServiceStatement { service: service(), statement: statement.clone() })
        })
    }

    /// Reports refused because there was no room.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Requests that programs could not tell apart, as they have told.
    pub(super) fn overflow(&self) -> u64 {
        self.known.iter().map(|sender| sender.overflow).sum()
    }
}

/// Whether a report is within bounds. Texts that are merely long are cut off.
fn check(report: &mut ServiceReport) -> Result<(), ReportError> {
    let wrong = |field, detail: String| Err(ReportError::Wrong { field, detail });
    for (field, name) in [("service", &report.service), ("instance", &report.instance)] {
        if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return wrong(field, format!("expected a name of 1 to {LONGEST_NAME} bytes without control characters"));
        }
    }
    for (field, count, most) in [
        ("routes", report.routes.len(), MOST_ROUTES),
        ("statements", report.statements.as_ref().map_or(0, Vec::len), MOST_STATEMENTS),
        ("slow_requests", report.slow_requests.len(), MOST_SLOW),
    ] {
        if count > most {
            return wrong(field, format!("{count} are too many, {most} are possible"));
        }
    }
    let too_long = |method: &str, route: &str| method.len() > LONGEST_NAME || route.len() > LONGEST_ROUTE;
    if report.routes.iter().any(|told| too_long(&told.method, &told.route))
        || report
            .slow_requests
            .iter()
            .any(|slow| too_long(&slow.method, &slow.route) || slow.request_id.len() > LONGEST_NAME)
    {
        return wrong("routes", format!("a route has at most {LONGEST_ROUTE} bytes, a method {LONGEST_NAME}"));
    }
    let in_bounds = |seconds: Option<f64>| seconds.is_none_or(|seconds| (0.0..=LONGEST_DURATION).contains(&seconds));
    let durations = report.routes.iter().map(|told| &told.counts.durations);
    if !durations.into_iter().all(|told| in_bounds(told.min()) && in_bounds(told.max()) && told.sum().is_finite()) {
        return wrong("durations", format!("a duration is 0 to {LONGEST_DURATION} seconds"));
    }
    for slow in &mut report.slow_requests {
        slow.chain.truncate(MOST_STEPS);
        slow.chain.iter_mut().for_each(|step| cut(&mut step.what));
    }
    for statement in report.statements.iter_mut().flatten() {
        for text in [
            &mut statement.text,
            &mut statement.summary,
            &mut statement.id,
            &mut statement.database,
            &mut statement.system,
        ] {
            cut(text);
        }
    }
    Ok(())
}

fn cut(text: &mut String) {
    text.truncate(text.floor_char_boundary(LONGEST_TEXT));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn report(service: &str, instance: &str, seq: u64) -> ServiceReport {
        ServiceReport { service: service.to_owned(), instance: instance.to_owned(), seq, ..ServiceReport::default() }
    }

    #[test]
    fn a_report_that_was_told_before_is_not_taken_again() {
        let mut senders = Senders::new(10);
        let mut taken = |service, instance, seq| {
            senders.note(&mut report(service, instance, seq), SECOND).unwrap().map(|from| from.number)
        };
        assert_eq!(taken("shop", "1", 5), Some(1));
        assert_eq!(taken("shop", "1", 5), None);
        assert_eq!(taken("shop", "2", 5), Some(2), "another process");
        assert_eq!(taken("shop", "1", 6), Some(1));
    }

    #[test]
    fn who_stops_fades_out_and_makes_room() {
        let mut senders = Senders::new(1);
        senders.note(&mut report("shop", "1", 1), SECOND).unwrap();
        let full = Err(ReportError::Full { limit: 1 });
        assert_eq!(senders.note(&mut report("mail", "1", 1), SECOND * 2).map(|_| ()), full);
        assert_eq!(senders.refused(), 1);
        assert!(senders.fade(SECOND * 61).is_empty());
        assert_eq!(senders.fade(SECOND * 62), [1]);
        assert!(senders.note(&mut report("mail", "1", 1), SECOND * 62).unwrap().is_some());
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_and_what_is_long_cut_off() {
        let mut senders = Senders::new(10);
        for (service, instance) in [("", "1"), ("shop", ""), ("sh\nop", "1"), (&*"x".repeat(121), "1")] {
            assert!(matches!(senders.note(&mut report(service, instance, 1), SECOND), Err(ReportError::Wrong { .. })));
        }
        let mut long = report("shop", "1", 1);
        long.routes = vec![
            miorai_model::performance::RouteInterval {
                method: "GET".to_owned(),
                route: "/".to_owned(),
                in_flight: 0,
                counts: miorai_model::performance::Counts::default(),
            };
            MOST_ROUTES + 1
        ];
        assert!(matches!(senders.note(&mut long, SECOND), Err(ReportError::Wrong { field: "routes", .. })));
    }
}
