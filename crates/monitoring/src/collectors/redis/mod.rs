//! Redis servers, and others that speak as they do: a collector each.
//!
//! A tick asks one question, `INFO all`, and every few seconds the slow log and the latency monitor in the same round
//! trip. Numbers become series ([`series`]); what is no number, and whether all is well, is told to [`CacheServers`]. A
//! server that does not answer is no fault of its collector: it is told there, and tried again after a pause that grows.

mod info;
mod report;
mod series;
mod servers;
mod slow_log;

pub use servers::CacheServers;

use self::{info::Info, series::ServerSeries};
use super::facts::Facts;
use crate::{CollectError, Collector, Readings};
use miorai_model::{Clock, Status, cache::ServerReport};
use redis::{Client, Connection, ErrorKind, IntoConnectionInfo as _, RedisError, Value};
use std::{sync::Arc, time::Duration};

/// The first pause after a server did not answer; it doubles from then on.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Ticks between two looks at the slow log.
const SLOW_LOG_TICKS: u64 = 5;
/// How many entries of the slow log are read.
const SLOW_LOG_ENTRIES: u32 = 32;

/// A server to be watched.
#[derive(Clone, PartialEq, Eq)]
pub struct WatchedServer {
    /// Its name, which becomes the label `server`.
    pub name: String,
    /// Where it is: `redis://user:password@host:6379` or `rediss://…`.
    pub url: String,
}

/// Reads the figures of one server.
pub(super) struct RedisServer {
    /// `redis-` and the name of the server.
    name: String,
    server: String,
    client: Client,
    connection: Option<Connection>,
    /// How long connecting may take, and how long an answer.
    patience: Duration,
    facts: Facts<ServerReport>,
    series: ServerSeries,
    ticks: u64,
    /// After failures: how long the next pause is, and when it is over.
    pause: Duration,
    rest_until: Duration,
    clock: Arc<dyn Clock>,
}

/// A collector for each of `servers`, and the handle to what they tell besides numbers. A tick waits for `deadline`.
///
/// # Errors
/// The first server whose address makes no sense, by name.
pub fn redis_servers(
    servers: &[WatchedServer],
    deadline: Duration,
    clock: &Arc<dyn Clock>,
) -> Result<(Vec<Box<dyn Collector>>, CacheServers), CollectError> {
    let collectors = servers.iter().map(|server| RedisServer::new(server, deadline, Arc::clone(clock)));
    let collectors = collectors.collect::<Result<Vec<_>, _>>()?;
    let known = CacheServers::new(collectors.iter().map(|collector| collector.facts.clone()), Arc::clone(clock));
    Ok((collectors.into_iter().map(|collector| Box::new(collector) as Box<dyn Collector>).collect(), known))
}

impl RedisServer {
    fn new(server: &WatchedServer, deadline: Duration, clock: Arc<dyn Clock>) -> Result<Self, CollectError> {
        let wrong = |error: RedisError| CollectError::read(format!("the address of {}", server.name), error);
        let address = server.url.as_str().into_connection_info().map_err(wrong)?;
        let facts = Facts::new(ServerReport::unknown(&server.name, address.addr().to_string()));
        Ok(Self {
            name: format!("redis-{}", server.name),
            server: server.name.clone(),
            client: Client::open(address).map_err(wrong)?,
            connection: None,
            patience: deadline * 2 / 5,
            facts,
            series: ServerSeries::default(),
            ticks: 0,
            pause: FIRST_PAUSE,
            rest_until: Duration::ZERO,
            clock,
        })
    }

    /// Asks the server everything that is due.
    fn ask(&mut self) -> Result<Answers, RedisError> {
        if self.connection.is_none() {
            let connection = self.client.get_connection_with_timeout(self.patience)?;
            connection.set_read_timeout(Some(self.patience))?;
            connection.set_write_timeout(Some(self.patience))?;
            self.connection = Some(connection);
        }
        let connection = self.connection.as_mut().expect("it was just put there");
        let mut questions = redis::pipe();
        // A user who may not read the slow log may well read the figures.
        questions.ignore_errors().cmd("INFO").arg("all").cmd("TIME");
        if self.ticks.is_multiple_of(SLOW_LOG_TICKS) {
            questions.cmd("SLOWLOG").arg("GET").arg(SLOW_LOG_ENTRIES).cmd("LATENCY").arg("LATEST");
        }
        let answers: Vec<Result<Value, RedisError>> = questions.query(connection)?;
        let mut answers = answers.into_iter();
        let info = answers.next().unwrap_or(Ok(Value::Nil))?;
        let info: String = redis::from_redis_value(info)?;
        let time: Option<(f64, f64)> = answers.next().and_then(|time| redis::from_redis_value(time.ok()?).ok());
        let now = time.map_or(0.0, |(seconds, microseconds)| seconds + microseconds / 1e6);
        let mut optional = || answers.next().and_then(Result::ok);
        Ok(Answers { info, now, slow_log: optional(), latency: optional() })
    }

    fn succeeded(&mut self, readings: &mut Readings, answers: &Answers, took: Duration) {
        self.pause = FIRST_PAUSE;
        let info = Info::parse(&answers.info);
        self.series.push(readings, &self.server, &info);
        self.facts.tell(readings.monotonic(), |report| {
            report::update(report, &info, answers.now);
            report.response_time_ms = Some(took.as_secs_f64() * 1e3);
            if let Some(answer) = &answers.slow_log {
                report.slow_log = slow_log::slow_commands(answer, answers.now);
            }
            if let Some(answer) = &answers.latency {
                report.latency_events = slow_log::latency_events(answer, answers.now);
            }
        });
    }

    fn failed(&mut self, readings: &Readings, error: &RedisError) {
        self.connection = None;
        self.rest_until = readings.monotonic() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        let patience = self.patience;
        self.facts.tell(readings.monotonic(), |report| {
            report.status = Status::Unhealthy;
            report.message = reason(error, patience);
            report.response_time_ms = None;
            report.operations_per_second = None;
        });
    }
}

/// What a server has answered.
struct Answers {
    info: String,
    /// The server's time, in seconds since the epoch.
    now: f64,
    slow_log: Option<Value>,
    latency: Option<Value>,
}

impl Collector for RedisServer {
    fn name(&self) -> &str {
        &self.name
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        if readings.monotonic() < self.rest_until {
            // It is known how the server is: nothing new, but nothing forgotten either.
            self.facts.tell(readings.monotonic(), |_| {});
            return Ok(());
        }
        let begin = self.clock.monotonic();
        match self.ask() {
            Ok(answers) => {
                let took = self.clock.monotonic().saturating_sub(begin);
                self.succeeded(readings, &answers, took);
                self.ticks += 1;
            }
            Err(error) => self.failed(readings, &error),
        }
        Ok(())
    }
}

/// Why a server did not answer as it should, and what to do.
fn reason(error: &RedisError, patience: Duration) -> String {
    let code = error.code().unwrap_or_default();
    if error.is_timeout() {
        return format!("It did not answer within {} ms: it is stopped, busy or far away.", patience.as_millis());
    }
    if error.is_connection_refusal() {
        return "Nothing listens at its address: is it running there?".to_owned();
    }
    match (error.kind(), code) {
        (ErrorKind::AuthenticationFailed, _) | (_, "WRONGPASS" | "NOAUTH") => {
            "It refuses the password, or wants one: look at the address in the configuration.".to_owned()
        }
        (_, "NOPERM") => "The user may not ask INFO: give it the right +info.".to_owned(),
        (_, "LOADING") => "It loads its data and answers nothing until it has.".to_owned(),
        _ => format!("It cannot be asked: {error}."),
    }
}
