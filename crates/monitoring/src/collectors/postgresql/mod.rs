//! PostgreSQL servers from version 13 on: a collector each, with one connection.
//!
//! ```text
//! tick ─► Link ─► activity, locks, databases   each second
//!                 background writer, WAL, replicas   every ten
//!                 tables, indexes, statements        every minute
//!            ├─► series  into the frame, by the names of the OpenTelemetry PostgreSQL receiver
//!            └─► facts   what is no number, for pages and REST: DatabaseServers
//! DatabaseServers ─► requests: plan, cancel, terminate ─► the same connection, at the next tick
//! ```
//!
//! The role `pg_monitor` is enough. What cannot be read without a right, or without an extension, is left out and told
//! with the statement that changes it ([`rights`]). Every question is bounded by the server (`statement_timeout`,
//! `lock_timeout`) and by us, so that a server that is gone, hangs or is locked up delays nobody: it is told, and tried
//! again after a pause that grows. What an operator asks for goes over the connection that is there already: on a server
//! that has no place for another one, that is the only one that can help.

mod activity;
mod background;
mod databases;
mod hints;
mod identity;
mod link;
mod look;
mod objects;
mod requests;
mod rights;
mod series;
mod servers;
mod statements;

pub use requests::RequestError;
pub use servers::DatabaseServers;

use self::{link::Link, look::Looks, requests::Request, series::ServerSeries, servers::Watched};
use super::facts::Facts;
use crate::{CollectError, Collector, Readings};
use miorai_model::{Clock, Status, database::PostgresReport};
use sqlx::postgres::PgConnectOptions;
use std::{
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::runtime::{Builder, Runtime};

/// The first pause after a server did not answer; it doubles from then on.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Requests that may wait for the next tick.
const REQUESTS: usize = 8;

/// A server to be watched, and the database on it that is looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedDatabase {
    /// Its name, which becomes the label `server`.
    pub name: String,
    /// Where it is: `postgres://user:password@host:5432/database`.
    pub url: String,
    /// How long a question may take before the server ends it.
    pub statement_timeout: Duration,
}

/// Whether `url` is the address of a PostgreSQL server.
///
/// # Errors
/// What is wrong with it. It never contains the password.
pub fn check_url(url: &str) -> Result<(), String> {
    options(url).map(|_| ())
}

fn options(url: &str) -> Result<PgConnectOptions, String> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err("expected postgres://user:password@host:5432/database".to_owned());
    }
    url.parse().map_err(|error: sqlx::Error| format!("the address is not understood: {error}"))
}

/// A collector for each of `servers`, and the handle to what they tell besides numbers and to what may be asked of them.
///
/// # Errors
/// The first server whose address makes no sense, by name.
pub fn postgresql_servers(
    servers: &[WatchedDatabase],
    clock: &Arc<dyn Clock>,
) -> Result<(Vec<Box<dyn Collector>>, DatabaseServers), CollectError> {
    let (mut collectors, mut known): (Vec<Box<dyn Collector>>, _) = (Vec::new(), Vec::new());
    for server in servers {
        let (requests, inbox) = mpsc::sync_channel(REQUESTS);
        let collector = PostgresServer::new(server, Arc::clone(clock), inbox)?;
        known.push(Watched { name: server.name.clone(), facts: collector.facts.clone(), requests });
        collectors.push(Box::new(collector));
    }
    Ok((collectors, DatabaseServers::new(known, Arc::clone(clock))))
}

/// Reads the figures of one server.
struct PostgresServer {
    /// `postgresql-` and the name of the server.
    name: String,
    server: String,
    /// Made by the first run, on the collector's own thread.
    runtime: Option<Runtime>,
    link: Link,
    looks: Looks,
    facts: Facts<PostgresReport>,
    series: ServerSeries,
    inbox: mpsc::Receiver<Request>,
    /// After failures: how long the next pause is, and when it is over.
    pause: Duration,
    rest_until: Duration,
    clock: Arc<dyn Clock>,
}

impl PostgresServer {
    fn new(
        server: &WatchedDatabase,
        clock: Arc<dyn Clock>,
        inbox: mpsc::Receiver<Request>,
    ) -> Result<Self, CollectError> {
        let wrong = |error| CollectError::read(format!("the address of {}", server.name), error);
        let options = options(&server.url).map_err(wrong)?;
        let address = format!("{}:{}", options.get_host(), options.get_port());
        let report = PostgresReport {
            user: options.get_username().to_owned(),
            database: options.get_database().unwrap_or_else(|| options.get_username()).to_owned(),
            ..PostgresReport::unknown(&server.name, address)
        };
        Ok(Self {
            name: format!("postgresql-{}", server.name),
            server: server.name.clone(),
            runtime: None,
            link: Link::new(options, server.statement_timeout),
            looks: Looks::default(),
            facts: Facts::new(report),
            series: ServerSeries::default(),
            inbox,
            pause: FIRST_PAUSE,
            rest_until: Duration::ZERO,
            clock,
        })
    }

    /// Answers requests and looks at everything that is due.
    fn run(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let runtime = match self.runtime.take() {
            Some(runtime) => runtime,
            None => Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| CollectError::read("a server's answers", error))?,
        };
        let begin = self.clock.monotonic();
        let looked = runtime.block_on(async {
            self.link.open().await?;
            while let Ok(request) = self.inbox.try_recv() {
                request.answer(&mut self.link).await;
            }
            self.looks.look(&mut self.link).await
        });
        self.runtime = Some(runtime);
        let took = self.clock.monotonic().saturating_sub(begin);
        match looked {
            Ok(()) => self.succeeded(readings, took),
            Err(error) => self.failed(readings, &error),
        }
        Ok(())
    }

    fn succeeded(&mut self, readings: &mut Readings, took: Duration) {
        self.pause = FIRST_PAUSE;
        self.series.push(readings, &self.server, &self.looks, took);
        let (looks, now) = (&mut self.looks, readings.monotonic());
        self.facts.tell(now, |report| {
            looks.tell(report, now);
            report.response_time_ms = Some(took.as_secs_f64() * 1e3);
        });
    }

    fn failed(&mut self, readings: &Readings, error: &link::LinkError) {
        self.link.close();
        // Who answers next may be a newer version.
        self.looks.identity.version_number = 0;
        self.rest_until = readings.monotonic() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        self.facts.tell(readings.monotonic(), |report| {
            report.status = Status::Unhealthy;
            report.message = error.to_string();
            report.response_time_ms = None;
            report.traffic.transactions_per_second = None;
            // What was going on then is not what is going on now.
            report.activity.clear();
            report.blocking.clear();
        });
        self.refuse_requests();
    }

    fn refuse_requests(&mut self) {
        while let Ok(request) = self.inbox.try_recv() {
            request.refuse();
        }
    }
}

impl Collector for PostgresServer {
    fn name(&self) -> &str {
        &self.name
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        if readings.monotonic() < self.rest_until {
            // It is known how the server is: nothing new, but nothing forgotten either.
            self.facts.tell(readings.monotonic(), |_| {});
            self.refuse_requests();
            return Ok(());
        }
        self.run(readings)
    }
}
