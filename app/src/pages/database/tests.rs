//! The page rendered from what a desk says.

use super::{
    Database, PageData,
    forms::{Asked, answer},
    prepare::prepare,
};
use crate::{
    database_desk::DatabaseDesk,
    desk::{Actor, DeskError},
    pages::rendered::rendered,
};
use async_trait::async_trait;
use leptos::prelude::*;
use miorai_model::{
    Status,
    database::{
        BackendAction, BackendReport, BackendSignal, BlockingReport, ConnectionsReport, DatabaseReport, Hint, HintKind,
        MissingRight, PlanReport, PlanRequest, PoolReport, PostgresReport, ServerStatement, StatementReport,
        StatementsReport, TableReport, TrafficReport,
    },
};

/// A desk that tells of one report.
struct Desk(DatabaseReport);

#[async_trait]
impl DatabaseDesk for Desk {
    async fn report(&self) -> DatabaseReport {
        self.0.clone()
    }

    async fn database(&self, name: &str) -> Result<PostgresReport, DeskError> {
        self.0.server(name).cloned().ok_or_else(|| DeskError::Unknown("There is no such database.".to_owned()))
    }

    async fn plan(&self, request: PlanRequest) -> Result<PlanReport, DeskError> {
        if request.statement == "gone" {
            return Err(DeskError::Unknown("There is no such statement any more.".to_owned()));
        }
        Ok(PlanReport {
            database: request.database,
            statement: request.statement,
            text: "SELECT * FROM matches WHERE id = ?".to_owned(),
            method: "EXPLAIN (GENERIC_PLAN)".to_owned(),
            lines: vec!["Seq Scan on matches".to_owned(), "  Filter: (id = ?)".to_owned()],
            took_ms: 1.2,
        })
    }

    async fn signal(
        &self,
        database: &str,
        pid: i32,
        signal: BackendSignal,
        actor: &Actor,
    ) -> Result<BackendAction, DeskError> {
        if actor.0 == "viewer" {
            return Err(DeskError::Unavailable("The user lacks the right pg_signal_backend.".to_owned()));
        }
        Ok(BackendAction { database: database.to_owned(), pid, signal, sent: pid == 4_711 })
    }
}

fn server() -> PostgresReport {
    let backend = BackendReport {
        pid: 4_711,
        user: "app".to_owned(),
        application: "shop".to_owned(),
        state: "idle in transaction".to_owned(),
        transaction_seconds: Some(95.0),
        text: "UPDATE matches SET winner = ? WHERE id = ?".to_owned(),
        ..BackendReport::default()
    };
    let blocking = BlockingReport {
        waiting_pid: 4_712,
        waiting_seconds: Some(80.0),
        waiting_text: "DELETE FROM matches WHERE id = ?".to_owned(),
        lock: "ShareLock on transaction".to_owned(),
        blocking_pid: 4_711,
        blocking_state: backend.state.clone(),
        blocking_seconds: backend.transaction_seconds,
        blocking_text: backend.text.clone(),
        is_root: true,
    };
    PostgresReport {
        status: Status::Degraded,
        message: "1 backend waits for a lock.".to_owned(),
        version: "15.14".to_owned(),
        role: "primary".to_owned(),
        database_bytes: Some(8_400_000_000),
        connections: ConnectionsReport { used: Some(42), max: Some(100), waiting: 1, ..ConnectionsReport::default() },
        traffic: TrafficReport {
            transactions_per_second: Some(310.0),
            cache_hit_ratio: Some(0.998),
            ..TrafficReport::default()
        },
        activity: vec![backend],
        blocking: vec![blocking],
        tables: vec![TableReport {
            name: "public.matches".to_owned(),
            total_bytes: 5_100_000_000,
            ..TableReport::default()
        }],
        statements: vec![ServerStatement {
            id: "77".to_owned(),
            text: "SELECT count(*) FROM predictions".to_owned(),
            calls: 96,
            mean_ms: 118.0,
            ..ServerStatement::default()
        }],
        hints: vec![Hint {
            kind: HintKind::UnusedIndex,
            subject: "public.matches_old_idx".to_owned(),
            evidence: "It takes 1.2 GB and has not been used for 30 days.".to_owned(),
            advice: "Look at replicas first.".to_owned(),
            statement: Some("DROP INDEX CONCURRENTLY public.matches_old_idx;".to_owned()),
        }],
        missing_rights: vec![MissingRight {
            what: "Statements".to_owned(),
            reason: "pg_stat_statements is not there.".to_owned(),
            statements: vec!["CREATE EXTENSION pg_stat_statements;".to_owned()],
            also: None,
        }],
        ..PostgresReport::unknown("main", "127.0.0.1:5432")
    }
}

fn pool() -> PoolReport {
    PoolReport {
        name: "records".to_owned(),
        system: "sqlite".to_owned(),
        namespace: "miorai.db".to_owned(),
        size: 4,
        max: 8,
        used: 1,
        idle: 3,
        pending: 0,
        acquisitions: 9_000,
        waits: 12,
        timeouts: 0,
        efficiency_ratio: Some(0.998),
        mean_wait_ms: Some(0.02),
        p95_wait_ms: Some(0.1),
        p99_wait_ms: Some(0.4),
        statement_timeout_ms: Some(5_000.0),
        errors: Vec::new(),
    }
}

fn own() -> StatementReport {
    StatementReport {
        id: "ab12".to_owned(),
        database: "records".to_owned(),
        system: "sqlite".to_owned(),
        summary: "SELECT events".to_owned(),
        text: "SELECT id, at FROM events WHERE at > ?".to_owned(),
        calls: 1_904,
        errors: 0,
        timeouts: 0,
        slow: 3,
        rows: 12,
        total_ms: 230.0,
        time_ratio: 0.4,
        mean_ms: 0.12,
        p50_ms: 0.1,
        p95_ms: 0.4,
        p99_ms: 1.4,
        max_ms: 130.0,
        last_seconds_ago: 1.0,
    }
}

fn desk() -> Desk {
    let statements = StatementsReport { statements: vec![own()], ..StatementsReport::default() };
    Desk(DatabaseReport { pools: vec![pool()], statements, servers: vec![server()] })
}

async fn page(desk: &Desk, query: &str) -> String {
    shown(query, prepare(desk, query).await)
}

fn shown(query: &str, data: PageData) -> String {
    rendered(("/database", query), &[], data, || view! { <Database /> }).replace('\u{a0}', " ").replace("<!>", "")
}

#[tokio::test]
async fn databases_are_seen_at_a_glance() {
    let html = page(&desk(), "").await;
    for expected in ["main", "PostgreSQL 15.14 primary", "Degraded", "of 100", "99.8 %", "310/s", "8.40 GB", "records"]
    {
        assert!(html.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn who_holds_up_whom_is_a_tree_with_the_blocker_at_its_top() {
    let html = page(&desk(), "database=main").await;
    let tree = &html[html.find("Who holds up whom").expect("the panel is there")..];
    let (blocker, waiting) = (tree.find("4711").expect("it is there"), tree.find("4712").expect("it is there"));
    assert!(blocker < waiting);
    assert!(tree.contains("waits for ShareLock on transaction") && tree.contains("pid=4711&amp;end=terminate"));
}

#[tokio::test]
async fn hints_and_missing_rights_come_with_their_statements() {
    let html = page(&desk(), "").await;
    for expected in [
        "It takes 1.2 GB and has not been used",
        "DROP INDEX CONCURRENTLY public.matches_old_idx;",
        "CREATE EXTENSION pg_stat_statements;",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
}

#[tokio::test]
async fn the_programs_own_database_shows_its_statements() {
    let html = page(&desk(), "database=records").await;
    for expected in ["SELECT id, at FROM events", "the database of this program", "1 904", "plan=ab12"] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("Who holds up whom"));
}

#[tokio::test]
async fn a_plan_is_shown_when_it_is_asked_for() {
    let html = page(&desk(), "database=main&plan=77").await;
    assert!(html.contains("Seq Scan on matches\n  Filter: (id = ?)") && html.contains("EXPLAIN (GENERIC_PLAN)"));
    assert!(page(&desk(), "plan=gone").await.contains("There is no such statement any more."));
}

#[tokio::test]
async fn ending_a_backend_names_what_will_be_ended_and_asks_once() {
    let html = page(&desk(), "pid=4711&end=terminate").await;
    for expected in
        ["The backend 4711 of app, shop is idle in transaction since 95.0 s.", "rolled back", "UPDATE matches"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(html.contains("End the connection of 4711") && html.contains("Leave it"));
    assert!(page(&desk(), "pid=1&end=cancel").await.contains("may have ended by itself"));
}

#[tokio::test]
async fn what_became_of_it_is_told_either_way() {
    let form = |action: &str, pid: i32| -> Asked {
        serde_json::from_value(serde_json::json!({ "action": action, "database": "main", "pid": pid }))
            .expect("the form can be read")
    };
    let ann = Actor("ann".to_owned());
    let ended = answer(&desk(), form("terminate", 4_711), &ann).await;
    assert_eq!(ended, Ok("The backend 4711 of main is ended.".to_owned()));
    let gone = answer(&desk(), form("cancel", 9), &ann).await;
    assert_eq!(gone, Ok("The backend 9 of main was gone already: nothing was done.".to_owned()));
    let refused = answer(&desk(), form("cancel", 4_711), &Actor("viewer".to_owned())).await;
    assert!(shown("", PageData { outcome: Some(refused), ..PageData::default() }).contains("lacks the right"));
    assert!(answer(&desk(), form("destroy", 4_711), &ann).await.is_err());
}

#[tokio::test]
async fn without_servers_the_page_says_what_to_set() {
    let html = page(&Desk(DatabaseReport::default()), "").await;
    assert!(html.contains("[[postgresql]]") && html.contains("pg_monitor"));
}
