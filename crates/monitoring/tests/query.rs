//! Statements of the program, on a real SQLite.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::{
    SeriesKey,
    database::{StatementError, StatementReport},
    host::Host,
    names,
};
use miorai_monitoring::{
    ManualClock, Monitor, MonitoredPool, QueryMonitor, QuerySettings, SystemClock, chain,
    query::{OTHER, PlanMode, StatementLayer},
};
use sqlx::{
    Executor as _, Row as _, Sqlite,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{sync::Arc, time::Duration};
use support::START;
use tempfile::TempDir;
use tracing_subscriber::{Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

struct Database {
    queries: QueryMonitor,
    pool: MonitoredPool<Sqlite>,
    folder: TempDir,
}

impl Database {
    async fn open(timeout: Option<Duration>, settings: QuerySettings) -> Self {
        let folder = TempDir::new().unwrap();
        let queries = QueryMonitor::new(settings, Arc::new(SystemClock::default()));
        let options = SqliteConnectOptions::new().filename(folder.path().join("test.db")).create_if_missing(true);
        let pool_options = SqlitePoolOptions::new().max_connections(2).acquire_timeout(Duration::from_secs(5));
        let pool = queries.pool("main", pool_options, options, timeout);
        sqlx::query("CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT UNIQUE)").execute(&pool).await.unwrap();
        Self { queries, pool, folder }
    }

    async fn plain() -> Self {
        Self::open(None, QuerySettings::default()).await
    }

    async fn add(&self, id: i64, name: &str) -> Result<u64, sqlx::Error> {
        let add = sqlx::query("INSERT INTO players (id, name) VALUES (?, ?)").bind(id).bind(name);
        add.execute(&self.pool).await.map(|result| result.rows_affected())
    }

    fn statement(&self, summary: &str) -> StatementReport {
        let report = self.queries.report();
        let found = report.statements.iter().find(|statement| statement.summary == summary);
        found.unwrap_or_else(|| panic!("{summary} in {:#?}", report.statements)).clone()
    }
}

/// A statement that takes as long as it may.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

#[tokio::test]
async fn statements_are_counted_with_rows_errors_and_times() {
    // A machine that is busy with other things is slow too.
    let patient = QuerySettings { slow_threshold: Duration::from_mins(1), ..QuerySettings::default() };
    let database = Database::open(None, patient).await;
    for id in 0..10 {
        assert_eq!(database.add(id, &format!("player {id}")).await.unwrap(), 1);
    }
    assert!(database.add(1, "again").await.is_err());
    let all = sqlx::query("SELECT * FROM players WHERE id > ?").bind(4).fetch_all(&database.pool).await.unwrap();
    assert_eq!(all.len(), 5);
    let none = sqlx::query("SELECT * FROM players WHERE id > 1000").fetch_optional(&database.pool).await.unwrap();
    assert!(none.is_none());
    let name: String =
        sqlx::query_scalar("SELECT name FROM players WHERE id = 3").fetch_one(&database.pool).await.unwrap();
    assert_eq!(name, "player 3");

    let insert = database.statement("INSERT players");
    assert_eq!((insert.calls, insert.errors, insert.rows), (11, 1, 10), "{insert:#?}");
    assert_eq!(insert.text, "INSERT INTO players (id, name) VALUES (…)");
    assert_eq!((insert.database.as_str(), insert.system.as_str()), ("main", "sqlite"));
    assert!(insert.mean_ms > 0.0 && insert.p50_ms <= insert.p99_ms && insert.max_ms > 0.0);
    let report = database.queries.report();
    let reads: Vec<_> = report.statements.iter().filter(|statement| statement.text.contains("id > ?")).collect();
    assert_eq!((reads.len(), reads[0].calls, reads[0].rows), (1, 2, 5), "with and without parameters it is the same");
    assert!((report.statements.iter().map(|statement| statement.time_ratio).sum::<f64>() - 1.0).abs() < 1e-9);
    assert_eq!((report.calls, report.errors, report.slow), (15, 1, 0));
    let pool = database.pool.report();
    assert_eq!(
        pool.errors.iter().map(|error| (error.kind, error.count)).collect::<Vec<_>>(),
        [(StatementError::Constraint, 1)]
    );

    database.queries.reset();
    let report = database.queries.report();
    assert_eq!((report.calls, report.statements.len(), database.pool.report().acquisitions), (0, 0, 0));
    database.add(100, "later").await.unwrap();
    assert_eq!(database.statement("INSERT players").calls, 1);
}

#[tokio::test]
async fn transactions_and_connections_are_seen_and_so_is_what_ends_them() {
    let database = Database::plain().await;
    let mut transaction = database.pool.begin().await.unwrap();
    sqlx::query("INSERT INTO players (id) VALUES (1)").execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = database.pool.begin().await.unwrap();
    sqlx::query("INSERT INTO players (id) VALUES (2)").execute(&mut transaction).await.unwrap();
    drop(transaction);
    let mut connection = database.pool.acquire().await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM players").fetch_one(&mut connection).await.unwrap();
    assert_eq!(count, 1, "what was not committed is rolled back");
    assert_eq!(database.statement("BEGIN").calls, 2);
    assert_eq!(database.statement("COMMIT").calls, 1);
    assert_eq!(database.statement("SELECT players").calls, 1);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_by_the_database() {
    let timeout = Duration::from_millis(150);
    let database = Database::open(Some(timeout), QuerySettings::default()).await;
    let error = database.pool.fetch_one(ENDLESS).await.unwrap_err();
    assert!(error.to_string().contains("interrupted"), "{error}");
    let endless = database.statement("SELECT SELECT n SELECT n");
    assert_eq!((endless.errors, endless.timeouts, endless.slow), (1, 1, 1));
    assert!(endless.max_ms >= 150.0 && endless.max_ms < 2_000.0, "{}", endless.max_ms);
    // The connection is as good as before, and its next statements have their own time.
    let mut transaction = database.pool.begin().await.unwrap();
    assert!(sqlx::query(ENDLESS).fetch_one(&mut transaction).await.is_err());
    sqlx::query("INSERT INTO players (id) VALUES (7)").execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let report = database.queries.report();
    // On a slow machine the commit may be slow as well.
    let ended: Vec<_> = report.slow_calls.iter().filter(|call| call.error == Some(StatementError::Timeout)).collect();
    assert_eq!(ended.len(), 2);
    assert_eq!(ended[0].id, endless.id);
}

#[tokio::test]
async fn who_waits_for_a_connection_is_counted_and_told_to_the_request() {
    let database = Database::plain().await;
    let (one, two) = (database.pool.acquire().await.unwrap(), database.pool.acquire().await.unwrap());
    let before = database.pool.report();
    assert_eq!((before.used, before.max, before.waits), (2, 2, 0));
    let pool = database.pool.clone();
    let request =
        chain::record(async move { sqlx::query("SELECT 1").fetch_one(&pool).await.map(|row| row.get::<i64, _>(0)) });
    let request = tokio::spawn(request);
    while database.pool.report().pending == 0 {
        tokio::task::yield_now().await;
    }
    drop((one, two));
    let (answer, record) = request.await.unwrap();
    assert_eq!(answer.unwrap(), 1);
    let told: Vec<&str> = record.steps().iter().map(chain::Noted::what).collect();
    assert_eq!(told, ["connection", "SELECT ?"]);
    let after = database.pool.report();
    assert_eq!((after.waits, after.pending, after.timeouts), (1, 0, 0));
    assert_eq!(after.efficiency_ratio, Some(1.0 - 1.0 / 4.0));
    assert!(after.p99_wait_ms.is_some());
}

#[tokio::test]
async fn there_are_no_more_statements_than_there_may_be() {
    let settings = QuerySettings { max_statements: 5, ..QuerySettings::default() };
    let database = Database::open(None, settings).await;
    for column in 0..20 {
        let sql = sqlx::AssertSqlSafe(format!("SELECT 1 AS column_{column}"));
        sqlx::query(sql).fetch_one(&database.pool).await.unwrap();
    }
    let report = database.queries.report();
    assert_eq!((report.statements.len(), report.overflow, report.calls), (5, 16, 21));
}

#[tokio::test]
async fn a_plan_is_made_on_demand_and_nothing_is_carried_out() {
    let database = Database::plain().await;
    database.add(1, "one").await.unwrap();
    sqlx::query("DELETE FROM players WHERE name = ?").bind("nobody").execute(&database.pool).await.unwrap();
    let delete = database.statement("DELETE players");
    let (text, plan) = database.queries.plan("main", &delete.id, PlanMode::Estimate).await.unwrap();
    assert_eq!(text, "DELETE FROM players WHERE name = ?");
    assert_eq!(plan.method, "EXPLAIN QUERY PLAN");
    assert!(plan.lines[0].contains("SEARCH players USING") && plan.lines[0].contains("(name=?)"), "{plan:?}");
    let calls = database.queries.report().calls;
    assert!(database.queries.plan("main", &delete.id, PlanMode::Measure).await.is_err());
    assert!(database.queries.plan("main", "0000000000000000", PlanMode::Estimate).await.is_err());
    assert_eq!(database.queries.report().calls, calls, "what is asked for a plan is no call");
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM players").fetch_one(&database.pool).await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn each_call_is_counted_once_whichever_way_it_takes() {
    let database = Database::plain().await;
    // SQLite's statements run on threads of their own: only a subscriber of the whole process hears of them.
    let layer = database.queries.layer().with_filter(StatementLayer::filter());
    tracing_subscriber::registry().with(layer).init();
    database.add(1, "one").await.unwrap();
    // A pool that nobody has told us of.
    let options = SqliteConnectOptions::new().filename(database.folder.path().join("test.db"));
    let unknown = PoolOptions::<Sqlite>::new().max_connections(1).connect_with(options).await.unwrap();
    sqlx::query("UPDATE players SET name = 'secret' WHERE id = 1 AND name <> 'x'").execute(&unknown).await.unwrap();
    unknown.close().await;
    assert_eq!(database.statement("INSERT players").calls, 1);
    let report = database.queries.report();
    let others: Vec<_> = report.statements.iter().filter(|statement| statement.database == OTHER).collect();
    let update = others.iter().find(|statement| statement.summary == "UPDATE players").unwrap();
    assert_eq!((update.calls, update.rows, update.text.contains("secret")), (1, 1, false), "{update:#?}");
    assert!(!others.iter().any(|statement| statement.summary == "INSERT players"));
}

#[tokio::test]
async fn figures_are_in_the_frames() {
    let database = Database::plain().await;
    let clock = Arc::new(ManualClock::new(START));
    let (monitor, mut sampler) = Monitor::builder(Host::default(), clock).figures(database.queries.figures()).build();
    for id in 0..5 {
        database.add(id, &id.to_string()).await.unwrap();
    }
    assert!(database.add(1, "again").await.is_err());
    sampler.tick().await;
    let frame = monitor.latest().unwrap().frame.clone();
    let id = |key: &SeriesKey| monitor.catalog().find(key).unwrap_or_else(|| panic!("{key}"));
    let all = SeriesKey::new(names::DB_OPERATION_DURATION, [("db.system.name", "sqlite"), ("db.namespace", "main")]);
    assert_eq!(frame.sketch(id(&all)).unwrap().count(), 7, "with the one that made the table");
    let errors = SeriesKey::new(
        names::DB_ERRORS,
        [("db.system.name", "sqlite"), ("db.namespace", "main"), ("error.type", "constraint")],
    );
    // Series that are met for the first time are in the list of the next frame.
    sampler.tick().await;
    let next = monitor.latest().unwrap().frame.clone();
    assert_eq!((next.total(id(&errors)), next.sketch(id(&all))), (Some(1.0), None));
    let pool = [("db.client.connection.pool.name", "main")];
    assert_eq!(next.value(id(&SeriesKey::new(names::DB_CONNECTIONS_MAX, pool))), Some(2.0));
    assert_eq!(next.value(id(&SeriesKey::new(names::DB_POOL_EFFICIENCY, pool))), Some(1.0));
    let insert = database.statement("INSERT players");
    let statement = SeriesKey::new(
        names::DB_OPERATION_DURATION,
        [
            ("db.system.name", "sqlite"),
            ("db.namespace", "main"),
            ("db.query.summary", "INSERT players"),
            ("miorai.statement", insert.id.as_str()),
        ],
    );
    assert_eq!(frame.sketch(id(&statement)).unwrap().count(), 6);
}
