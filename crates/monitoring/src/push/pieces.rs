//! Cuts what was counted into reports of a size that every server takes.

use crate::performance::Drained;
use miorai_model::{
    database::StatementReport,
    performance::{ServiceReport, SlowRequest},
};

/// Some 300 bytes each.
const ROUTES: usize = 60;
/// Up to a dozen kilobytes each.
const SLOW_REQUESTS: usize = 2;
/// The steps of a slow request that are told.
const STEPS: usize = 32;
/// The statements that are told: those that took most time come first.
const STATEMENTS: usize = 60;
/// The longest text of a statement, in bytes.
const TEXT: usize = 400;

/// The reports that tell all of it; at least one, so that the server knows that the program is there.
pub(super) fn cut(drained: Drained, statements: Option<Vec<StatementReport>>) -> Vec<ServiceReport> {
    let mut slow = drained.slow_requests.into_iter().map(shortened).peekable();
    let mut routes = drained.routes.into_iter().peekable();
    let mut statements = statements.map(shortest);
    let mut pieces = Vec::new();
    loop {
        pieces.push(ServiceReport {
            // A report is about statements or about routes: either may fill it.
            routes: if statements.is_some() { Vec::new() } else { routes.by_ref().take(ROUTES).collect() },
            slow_requests: if statements.is_some() { Vec::new() } else { slow.by_ref().take(SLOW_REQUESTS).collect() },
            statements: statements.take(),
            routes_overflow: drained.overflow,
            ..ServiceReport::default()
        });
        if routes.peek().is_none() && slow.peek().is_none() {
            return pieces;
        }
    }
}

fn shortened(mut slow: SlowRequest) -> SlowRequest {
    let left_out = slow.chain.len().saturating_sub(STEPS) as u32;
    slow.chain.truncate(STEPS);
    slow.steps_left_out += left_out;
    slow
}

fn shortest(mut statements: Vec<StatementReport>) -> Vec<StatementReport> {
    statements.truncate(STATEMENTS);
    for statement in &mut statements {
        statement.text.truncate(statement.text.floor_char_boundary(TEXT));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{
        Timestamp,
        performance::{Counts, Outcome, Parts, RouteInterval, Step, StepKind},
    };

    fn step() -> Step {
        Step {
            kind: StepKind::Database,
            what: "x".repeat(crate::chain::MOST_TEXT),
            outcome: Outcome::Done,
            times: 1,
            at_ms: 123.456_789,
            took_ms: 123.456_789,
            rows: Some(100),
        }
    }

    fn slow() -> SlowRequest {
        SlowRequest {
            request_id: "r".repeat(64),
            at: Timestamp::default(),
            service: None,
            method: "GET".to_owned(),
            route: "/players/{id}".to_owned(),
            status: 200,
            duration_ms: 123.456_789,
            parts: Parts::default(),
            chain: vec![step(); crate::chain::MOST_STEPS],
            steps_left_out: 1,
        }
    }

    fn route(number: usize) -> RouteInterval {
        let mut counts = Counts { classes: [0, 500, 0, 0, 0], ..Counts::default() };
        (0..40).for_each(|step| counts.durations.add(0.001 * 1.1_f64.powi(step)));
        RouteInterval {
            method: "GET".to_owned(),
            route: format!("/a/route/of/some/length/{number}"),
            in_flight: 0,
            counts,
        }
    }

    #[test]
    fn every_piece_is_small_and_all_of_them_tell_everything() {
        let drained = Drained { routes: (0..250).map(route).collect(), slow_requests: vec![slow(); 8], overflow: 7 };
        let pieces = cut(drained, Some(Vec::new()));
        let sizes: Vec<usize> = pieces.iter().map(|piece| serde_json::to_vec(piece).unwrap().len()).collect();
        assert!(sizes.iter().all(|size| *size <= 60_000), "{sizes:?}");
        assert_eq!(pieces.iter().map(|piece| piece.routes.len()).sum::<usize>(), 250);
        assert_eq!(pieces.iter().map(|piece| piece.slow_requests.len()).sum::<usize>(), 8);
        assert_eq!(pieces.iter().filter(|piece| piece.statements.is_some()).count(), 1);
        let told = &pieces.iter().find_map(|piece| piece.slow_requests.first()).unwrap();
        assert_eq!((told.chain.len(), told.steps_left_out), (STEPS, 33));
    }

    #[test]
    fn that_nothing_happened_is_told_too() {
        assert_eq!(cut(Drained::default(), None).len(), 1);
    }
}
