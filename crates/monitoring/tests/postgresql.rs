//! The PostgreSQL collector, on real servers.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "support/postgres.rs"]
mod postgres;

use miorai_model::{
    Clock, SeriesKey, Status,
    database::{BackendSignal, HintKind, PostgresReport, StatementError},
    host::Host,
    names,
};
use miorai_monitoring::{
    Monitor, QueryMonitor, QuerySettings, Sampler, SystemClock,
    collectors::{
        DatabaseServers, WatchedDatabase,
        postgresql::{RequestError, postgresql_servers},
    },
    query::{PlanError, PlanMode},
};
use postgres::PostgresServer;
use sqlx::{Connection as _, PgConnection, Postgres, postgres::PgPoolOptions};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

struct Watching {
    monitor: Monitor,
    sampler: Sampler,
    servers: DatabaseServers,
}

impl Watching {
    fn new(server: &PostgresServer, user: &str) -> Self {
        let watched = WatchedDatabase {
            name: "main".to_owned(),
            url: server.url(user),
            statement_timeout: Duration::from_secs(1),
        };
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let (collectors, servers) = postgresql_servers(&[watched], &clock).unwrap();
        let (monitor, sampler) = Monitor::builder(Host::default(), clock).collectors(collectors).build();
        Self { monitor, sampler, servers }
    }

    /// Makes frames until the report is as wanted.
    async fn until(&mut self, wanted: impl Fn(&PostgresReport) -> bool) -> PostgresReport {
        let begin = Instant::now();
        loop {
            self.sampler.tick().await;
            let report = self.servers.reports().remove(0);
            if wanted(&report) {
                return report;
            }
            assert!(begin.elapsed() < Duration::from_mins(1), "{report:#?}");
        }
    }

    /// Makes frames until a request is answered.
    async fn asked<T>(&mut self, request: impl Future<Output = T>) -> T {
        let mut request = std::pin::pin!(request);
        loop {
            tokio::select! {
                biased;
                answer = &mut request => return answer,
                _ = self.sampler.tick() => {}
            }
        }
    }

    /// Makes frames until one has a value of the series: a tick that a request has interrupted has none.
    async fn value(&mut self, key: &SeriesKey) -> f64 {
        let begin = Instant::now();
        loop {
            let frame = self.sampler.tick().await.frame.clone();
            let id = self.monitor.catalog().find(key);
            if let Some(value) = id.and_then(|id| frame.total(id).or_else(|| frame.value(id))) {
                return value;
            }
            assert!(begin.elapsed() < Duration::from_mins(1), "{key} has no value");
        }
    }
}

const MONITOR_ROLE: &str = "CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher";

/// What a table of `pgbench` locks out in the tests.
const PLANTED: &str = "UPDATE pgbench_branches SET filler = 'planted-secret'";

#[tokio::test(flavor = "multi_thread")]
async fn the_blocker_of_a_load_is_named_and_can_be_ended() {
    let server = PostgresServer::start(&[]);
    assert!(server.run("pgbench", &["--initialize", "--quiet", "--scale=1"]).status.success());
    server.psql(MONITOR_ROLE);
    server.psql("GRANT pg_signal_backend TO watcher; CREATE ROLE shopper LOGIN");
    server.psql("GRANT ALL ON ALL TABLES IN SCHEMA public TO shopper");
    let mut watching = Watching::new(&server, "watcher");
    watching.until(|report| report.status == Status::Healthy && !report.version.is_empty()).await;

    // Somebody changes a row that every transaction of the load changes too, and goes to lunch.
    let mut planted = PgConnection::connect(&server.url("shopper")).await.unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut planted).await.unwrap();
    sqlx::raw_sql("BEGIN").execute(&mut planted).await.unwrap();
    sqlx::raw_sql(PLANTED).execute(&mut planted).await.unwrap();
    let load = server.begin("pgbench", &["--client=4", "--time=60", "--no-vacuum"]);
    let report = watching
        .until(|report| {
            report.blocking.iter().filter(|line| line.is_root).count() >= 1
                && report.connections.waiting == 4
                && report.status == Status::Degraded
        })
        .await;
    let roots: Vec<_> = report.blocking.iter().filter(|line| line.is_root).collect();
    assert!(roots.iter().all(|line| line.blocking_pid == pid), "{:#?}", report.blocking);
    assert_eq!(roots[0].blocking_state, "idle in transaction");
    assert_eq!(roots[0].blocking_text, "UPDATE pgbench_branches SET filler = ?");
    assert!(roots[0].waiting_text.starts_with("UPDATE pgbench_branches SET bbalance"), "{roots:#?}");
    assert!(report.message.contains(&format!("Backend {pid} (idle in transaction) blocks")), "{}", report.message);
    assert!(!format!("{report:?}").contains("planted-secret"));
    let blocked = SeriesKey::new(names::POSTGRESQL_BLOCKED, [("server", "main")]);
    assert!((watching.value(&blocked).await - 4.0).abs() < 1e-9);

    // An operator ends it over the connection that is there: the line moves.
    let servers = watching.servers.clone();
    let sent = watching.asked(servers.signal("main", pid, BackendSignal::Terminate)).await;
    assert_eq!(sent, Ok(true));
    watching.until(|report| report.blocking.iter().all(|line| line.blocking_pid != pid)).await;
    let again = watching.asked(servers.signal("main", pid, BackendSignal::Cancel)).await;
    assert_eq!(again, Ok(false), "it is gone");
    let commits =
        SeriesKey::new(names::POSTGRESQL_COMMITS, [("server", "main"), ("postgresql.database.name", "postgres")]);
    let before = watching.value(&commits).await;
    watching.until(|report| report.traffic.commits as f64 > before).await;
    drop(load);
    let connections: i64 =
        server.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'watcher'").parse().unwrap();
    assert_eq!(connections, 1, "it never takes more than one connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_rights_are_named_with_the_statement_that_grants_them() {
    let server = PostgresServer::start(&[]);
    server.psql("CREATE ROLE \"Web App\" LOGIN; CREATE TABLE orders (id int PRIMARY KEY, customer int)");
    let mut watching = Watching::new(&server, "Web App");
    let statements = |report: &PostgresReport| -> Vec<String> {
        report.missing_rights.iter().flat_map(|missing| missing.statements.clone()).collect()
    };
    let begins = |report: &PostgresReport, word: &str| statements(report).iter().any(|one| one.starts_with(word));
    let report = watching.until(|report| begins(report, "CREATE EXTENSION")).await;
    assert_eq!(report.status, Status::Healthy, "{}", report.message);
    let granting = statements(&report);
    for expected in [
        "GRANT pg_monitor TO \"Web App\";",
        "GRANT pg_signal_backend TO \"Web App\";",
        "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;",
    ] {
        assert!(granting.iter().any(|statement| statement == expected), "{expected} in {granting:#?}");
    }
    let mut other = PgConnection::connect(&server.url("postgres")).await.unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut other).await.unwrap();
    let servers = watching.servers.clone();
    let refused = watching.asked(servers.signal("main", pid, BackendSignal::Cancel)).await;
    assert!(matches!(refused, Err(RequestError::Refused(_) | RequestError::Right { .. })), "{refused:?}");
    // What is said to grant it does.
    granting
        .iter()
        .filter(|statement| statement.starts_with("GRANT"))
        .for_each(|statement| drop(server.psql(statement)));
    let report = watching.until(|report| !begins(report, "GRANT")).await;
    assert_eq!(report.tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["public.orders"]);
    // The library is not loaded: now that settings may be read, that is said too.
    let library = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'";
    watching.until(|report| begins(report, library)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_the_server_are_told_with_their_plan_and_hints_with_their_evidence() {
    let server = PostgresServer::start(&["shared_preload_libraries=pg_stat_statements"]);
    server.psql(MONITOR_ROLE);
    server.psql("CREATE SCHEMA \"Odd one\"; CREATE EXTENSION pg_stat_statements SCHEMA \"Odd one\"");
    server.psql("CREATE TABLE orders (id int PRIMARY KEY, customer int, note text)");
    server.psql("INSERT INTO orders SELECT i, i % 100, 'secret' FROM generate_series(1, 20000) i");
    server.psql("CREATE INDEX idle ON orders (note, id)");
    server.psql("ANALYZE orders");
    for customer in 0..60 {
        server.psql(&format!("SELECT count(*) FROM orders WHERE customer = {customer} AND note = 'secret'"));
    }
    let mut watching = Watching::new(&server, "watcher");
    let schema = "GRANT USAGE ON SCHEMA \"Odd one\" TO watcher;";
    let is_named = |report: &PostgresReport| report.missing_rights.iter().any(|missing| missing.statements == [schema]);
    watching.until(is_named).await;
    server.psql(schema);
    let of_orders = |report: &PostgresReport| {
        report.statements.iter().find(|statement| statement.text.contains("customer = ?")).cloned()
    };
    let report = watching.until(|report| of_orders(report).is_some() && !report.hints.is_empty()).await;
    let statement = of_orders(&report).unwrap();
    assert_eq!((statement.calls, statement.rows, statement.user.as_str()), (60, 60, "postgres"));
    assert!(statement.mean_ms > 0.0 && statement.time_ratio > 0.0);
    assert!(!format!("{report:?}").contains("secret"));
    assert!(!report.missing_rights.iter().any(|missing| missing.what.contains("Statements of the server")));
    let kinds: Vec<_> = report.hints.iter().map(|hint| (hint.kind, hint.subject.as_str())).collect();
    assert!(kinds.contains(&(HintKind::MissingIndex, "public.orders")), "{:#?}", report.hints);
    assert!(kinds.contains(&(HintKind::UnusedIndex, "public.idle")), "{:#?}", report.hints);
    let servers = watching.servers.clone();
    let id: i64 = statement.id.parse().unwrap();
    let refused = watching.asked(servers.plan("main", id, PlanMode::Estimate)).await;
    assert!(matches!(refused, Err(RequestError::Plan(PlanError::Right(_)))), "{refused:?}");
    server.psql("GRANT SELECT ON orders TO watcher");
    let (_, plan) = watching.asked(servers.plan("main", id, PlanMode::Estimate)).await.unwrap();
    assert!(plan.lines.iter().any(|line| line.contains("Seq Scan on orders")), "{plan:#?}");
    let refused = watching.asked(servers.plan("main", id, PlanMode::Measure)).await;
    assert!(matches!(refused, Err(RequestError::Plan(PlanError::NotPossible(_)))), "{refused:?}");
    // The connection is as good as before.
    watching.until(|report| report.status == Status::Healthy).await;
    let size = [("server", "main"), ("postgresql.table.name", "public.orders")];
    assert!(watching.value(&SeriesKey::new(names::POSTGRESQL_TABLE_SIZE, size)).await > 1e6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_or_killed_is_told_and_found_again() {
    let mut server = PostgresServer::start(&[]);
    server.psql(MONITOR_ROLE);
    let mut watching = Watching::new(&server, "watcher");
    let well = |report: &PostgresReport| report.status == Status::Healthy && !report.version.is_empty();
    watching.until(well).await;
    server.pause();
    let begin = Instant::now();
    watching.sampler.tick().await;
    assert!(
        begin.elapsed() < Duration::from_millis(800),
        "a server that hangs holds up no tick: {:?}",
        begin.elapsed()
    );
    watching.until(|report| report.message.contains("did not answer within")).await;
    server.go_on();
    watching.until(well).await;
    server.kill();
    watching.until(|report| report.status == Status::Unhealthy && report.message.contains("Nothing listens")).await;
    let servers = watching.servers.clone();
    let refused = watching.asked(servers.signal("main", 1, BackendSignal::Cancel)).await;
    assert_eq!(refused, Err(RequestError::Unavailable));
    server.restart();
    watching.until(well).await;
    let mut stranger = Watching::new(&server, "nobody");
    let report = stranger.until(|report| report.status == Status::Unhealthy).await;
    assert!(report.message.contains("user or the password"), "{}", report.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_the_program_are_seen_on_postgresql_too() {
    let server = PostgresServer::start(&[]);
    let queries = QueryMonitor::new(QuerySettings::default(), Arc::new(SystemClock::default()));
    let options = server.url("postgres").parse().unwrap();
    let pool_options = PgPoolOptions::new().max_connections(2);
    let timeout = Some(Duration::from_millis(200));
    let pool = queries.pool::<Postgres>("shop", pool_options, options, timeout);
    sqlx::query("CREATE TABLE orders (id int PRIMARY KEY, customer int)").execute(&pool).await.unwrap();
    let add = "INSERT INTO orders SELECT i, i FROM generate_series($1, $2) i";
    let added = sqlx::query(add).bind(1).bind(500).execute(&pool).await.unwrap();
    assert_eq!(added.rows_affected(), 500);
    assert!(sqlx::query(add).bind(1).bind(1).execute(&pool).await.is_err());
    assert!(sqlx::query("SELECT pg_sleep(5)").fetch_one(&pool).await.is_err());
    assert!(sqlx::query("SELECT nothing FROM orders").fetch_one(&pool).await.is_err());
    let one: i32 =
        sqlx::query_scalar("SELECT customer FROM orders WHERE id = $1").bind(7).fetch_one(&pool).await.unwrap();
    assert_eq!(one, 7);
    let report = queries.report();
    let find = |summary: &str| report.statements.iter().find(|statement| statement.summary == summary).unwrap();
    let insert = report.statements.iter().find(|statement| statement.text.starts_with("INSERT")).unwrap();
    assert_eq!((insert.calls, insert.rows, insert.errors), (2, 500, 1));
    let sleep = report.statements.iter().find(|statement| statement.text.contains("pg_sleep")).unwrap();
    assert_eq!((sleep.timeouts, sleep.slow), (1, 1));
    assert!(sleep.max_ms < 2_000.0, "{}", sleep.max_ms);
    let errors: Vec<_> = pool.report().errors.iter().map(|error| error.kind).collect();
    assert_eq!(errors, [StatementError::Timeout, StatementError::Constraint, StatementError::Statement]);
    let select = find("SELECT orders");
    let select = if select.text.contains("nothing") {
        report.statements.iter().find(|statement| statement.text.contains("customer FROM")).unwrap()
    } else {
        select
    };
    let (text, plan) = queries.plan("shop", &select.id, PlanMode::Estimate).await.unwrap();
    assert_eq!(text, "SELECT customer FROM orders WHERE id = ?");
    assert!(plan.lines.iter().any(|line| line.contains("orders_pkey")), "{plan:#?}");
    assert!(plan.lines.iter().any(|line| line.contains("Index Cond: (id = ?)")), "{plan:#?}");
    let measured = queries.plan("shop", &select.id, PlanMode::Measure).await;
    assert!(matches!(measured, Err(PlanError::NotPossible(_))), "{measured:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_are_right_for_names_and_indexes_of_every_kind() {
    let server = PostgresServer::start(&[]);
    server.psql(MONITOR_ROLE);
    server.psql("CREATE TABLE \"Order lines\" (slug varchar(40), note text COLLATE \"C\", id int)");
    server.psql("INSERT INTO \"Order lines\" SELECT 'slug ' || i, 'note ' || i, i FROM generate_series(1, 20000) i");
    for index in [
        "\"Slug\" ON \"Order lines\" (slug)",
        // For LIKE: the same column, other operators.
        "slug_like ON \"Order lines\" (slug varchar_pattern_ops)",
        "slug_twice ON \"Order lines\" (slug, id)",
        "falling ON \"Order lines\" (id DESC, slug)",
        "carries ON \"Order lines\" (id) INCLUDE (note)",
        "rising ON \"Order lines\" (id, slug)",
    ] {
        server.psql(&format!("CREATE INDEX {index}"));
    }
    let mut watching = Watching::new(&server, "watcher");
    let report = watching.until(|report| report.hints.len() >= 5).await;
    let of = |kind| {
        let hints = report.hints.iter().filter(move |hint| hint.kind == kind);
        hints.map(|hint| hint.subject.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of(HintKind::DuplicateIndex), ["public.\"Slug\""], "{:#?}", report.hints);
    let slug = report.hints.iter().find(|hint| hint.subject == "public.\"Slug\"").unwrap();
    let drop_it = slug.statement.clone().unwrap();
    assert_eq!(drop_it, "DROP INDEX CONCURRENTLY public.\"Slug\";");
    // What is said to do it does.
    server.psql(&drop_it);
    assert_eq!(report.tables[0].name, "public.\"Order lines\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_right_connections_are_counted_all_the_same() {
    let server = PostgresServer::start(&["max_connections=20"]);
    server.psql("CREATE ROLE stranger LOGIN");
    server.psql("CREATE DATABASE templates");
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(PgConnection::connect(&server.url("postgres")).await.unwrap());
    }
    let mut watching = Watching::new(&server, "stranger");
    let report = watching.until(|report| report.connections.used == Some(6)).await;
    assert_eq!(report.connections.max, Some(20));
    // Its name only begins like those that databases are made from.
    let backends = [("server", "main"), ("postgresql.database.name", "templates")];
    assert!(watching.value(&SeriesKey::new(names::POSTGRESQL_BACKENDS, backends)).await.abs() < 1e-9);
    drop(others);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_from_before_an_upgrade_is_told_with_the_statement_that_updates_it() {
    let server = PostgresServer::start(&["shared_preload_libraries=pg_stat_statements"]);
    server.psql(MONITOR_ROLE);
    server.psql("CREATE EXTENSION pg_stat_statements VERSION '1.7'");
    let mut watching = Watching::new(&server, "watcher");
    let update = "ALTER EXTENSION pg_stat_statements UPDATE;";
    let is_told = |report: &PostgresReport| report.missing_rights.iter().any(|missing| missing.statements == [update]);
    let report = watching.until(is_told).await;
    assert_eq!(report.status, Status::Healthy, "{}", report.message);
    server.psql(update);
    watching.until(|report| !is_told(report) && !report.statements.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_come_and_go_do_not_make_a_server_ill() {
    let server = PostgresServer::start(&[]);
    server.psql(MONITOR_ROLE);
    server.psql("CREATE ROLE shopper LOGIN; GRANT CREATE ON SCHEMA public TO shopper");
    let mut watching = Watching::new(&server, "watcher");
    watching.until(|report| report.status == Status::Healthy && !report.version.is_empty()).await;
    let churn = "DO $$ BEGIN LOOP EXECUTE 'CREATE TABLE t (id int PRIMARY KEY)'; COMMIT; \
        EXECUTE 'DROP TABLE t'; COMMIT; END LOOP; END $$";
    let _churn = server.begin("psql", &["--username=shopper", "--command", churn]);
    while server.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'shopper'") == "0" {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Twice through everything that is asked.
    for _ in 0..125 {
        watching.sampler.tick().await;
        let report = watching.servers.reports().remove(0);
        assert_ne!(report.status, Status::Unhealthy, "{}", report.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_given_up_is_not_carried_out_later() {
    let server = PostgresServer::start(&[]);
    server.psql(MONITOR_ROLE);
    server.psql("GRANT pg_signal_backend TO watcher; CREATE ROLE shopper LOGIN");
    let mut watching = Watching::new(&server, "watcher");
    watching.until(|report| report.status == Status::Healthy && !report.version.is_empty()).await;
    let mut other = PgConnection::connect(&server.url("shopper")).await.unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut other).await.unwrap();
    let servers = watching.servers.clone();
    {
        let mut request = std::pin::pin!(servers.signal("main", pid, BackendSignal::Terminate));
        assert!(futures_util::poll!(&mut request).is_pending());
    }
    for _ in 0..3 {
        watching.sampler.tick().await;
    }
    assert_eq!(sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(&mut other).await.unwrap(), 1, "it was ended");
    // Our own connection is nobody's business either.
    let own = server.psql("SELECT pid FROM pg_stat_activity WHERE usename = 'watcher'").parse().unwrap();
    assert_eq!(watching.asked(servers.signal("main", own, BackendSignal::Terminate)).await, Ok(false));
}
