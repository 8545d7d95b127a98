//! The Redis collector, on a real server.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use miorai_model::{Clock, SeriesKey, Status, cache::ServerReport, host::Host, names};
use miorai_monitoring::{
    Monitor, Sampler, SystemClock,
    collectors::{CacheServers, WatchedServer, redis_servers},
};
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A Redis on a free port with a folder of its own; it ends with the test.
struct Redis {
    port: u16,
    folder: TempDir,
    arguments: Vec<String>,
    process: Option<Child>,
}

impl Redis {
    fn start(arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut redis = Self { port, folder: tempfile::tempdir().unwrap(), arguments, process: None };
        redis.launch();
        redis
    }

    fn launch(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]);
        command.arg(self.folder.path()).args(&self.arguments).stdout(Stdio::null());
        self.process = Some(command.spawn().expect("redis-server is installed"));
        until("the server listens", || std::net::TcpStream::connect(("127.0.0.1", self.port)).ok());
    }

    fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    fn signal(&self, signal: &str) {
        let pid = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    fn ask(&self, arguments: &[&str]) -> String {
        let port = self.port.to_string();
        let output = Command::new("redis-cli").args(["-p", &port]).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    fn info(&self, field: &str) -> f64 {
        let info = self.ask(&["info", "all"]);
        let value = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        value.unwrap_or_else(|| panic!("{field} is in {info}")).trim().parse().unwrap()
    }

    fn watched(&self, name: &str, login: &str) -> WatchedServer {
        WatchedServer { name: name.to_owned(), url: format!("redis://{login}127.0.0.1:{}", self.port) }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn watching(servers: &[WatchedServer]) -> (Monitor, Sampler, CacheServers) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (collectors, known) = redis_servers(servers, Duration::from_millis(500), &clock).unwrap();
    let (monitor, sampler) = Monitor::builder(Host::default(), clock).collectors(collectors).build();
    (monitor, sampler, known)
}

/// Makes frames until the only server's report is as wanted.
async fn tick_until(
    sampler: &mut Sampler,
    known: &CacheServers,
    wanted: impl Fn(&ServerReport) -> bool,
) -> ServerReport {
    let begin = Instant::now();
    loop {
        sampler.tick().await;
        let report = known.reports().remove(0);
        if wanted(&report) {
            return report;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{report:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn figures_are_those_that_the_server_tells() {
    let redis = Redis::start(&["--slowlog-log-slower-than", "0"]);
    redis.ask(&["set", "secret-key", "secret-value"]);
    redis.ask(&["get", "secret-key"]);
    redis.ask(&["get", "missing"]);
    redis.ask(&["config", "set", "masterauth", "secret-word"]);
    let (monitor, mut sampler, known) = watching(&[redis.watched("main", "")]);
    let tick = sampler.tick().await;
    let key = |name| SeriesKey::new(name, [("server", "main")]);
    for (name, field) in [
        (names::REDIS_KEYSPACE_HITS, "keyspace_hits"),
        (names::REDIS_KEYSPACE_MISSES, "keyspace_misses"),
        (names::REDIS_KEYS_EVICTED, "evicted_keys"),
    ] {
        let id = monitor.catalog().find(&key(name)).unwrap();
        assert_eq!(tick.frame.total(id), Some(redis.info(field)), "{name}");
    }
    let used = tick.frame.value(monitor.catalog().find(&key(names::REDIS_MEMORY_USED)).unwrap()).unwrap();
    let told = redis.info("used_memory");
    assert!((used - told).abs() < told * 0.2, "{used} and {told}");
    let keys = SeriesKey::new(names::REDIS_DB_KEYS, [("server", "main"), ("db", "0")]);
    assert_eq!(tick.frame.value(monitor.catalog().find(&keys).unwrap()), Some(1.0));

    let report = known.reports().remove(0);
    assert_eq!((report.name.as_str(), report.status), ("main", Status::Healthy), "{}", report.message);
    assert_eq!((report.hits, report.misses, report.hit_ratio), (1, 1, Some(0.5)));
    assert!(report.response_time_ms.unwrap() < 500.0);
    let slow: Vec<&str> = report.slow_log.iter().map(|slow| slow.command.as_str()).collect();
    assert!(slow.contains(&"GET secret-key") && slow.contains(&"SET secret-key (1 more argument)"), "{slow:?}");
    assert!(!format!("{report:?}").contains("secret-value") && !format!("{report:?}").contains("secret-word"));
    assert!(report.slow_log[0].age_seconds < 30.0);
}

#[tokio::test]
async fn a_server_that_is_killed_or_stopped_is_told_and_found_again() {
    let mut redis = Redis::start(&[]);
    let (_monitor, mut sampler, known) = watching(&[redis.watched("main", "")]);
    let well = |report: &ServerReport| report.status == Status::Healthy && !report.version.is_empty();
    tick_until(&mut sampler, &known, well).await;
    redis.kill();
    let report = tick_until(&mut sampler, &known, |report| report.status == Status::Unhealthy).await;
    assert!(report.response_time_ms.is_none());
    let report = tick_until(&mut sampler, &known, |report| report.message.contains("Nothing listens")).await;
    assert!(!report.version.is_empty(), "what was known stays");
    redis.launch();
    tick_until(&mut sampler, &known, well).await;
    redis.signal("-STOP");
    tick_until(&mut sampler, &known, |report| report.message.contains("did not answer within")).await;
    redis.signal("-CONT");
    tick_until(&mut sampler, &known, well).await;
}

#[tokio::test]
async fn a_wrong_password_is_named_and_a_right_one_opens() {
    let redis = Redis::start(&["--requirepass", "right"]);
    for login in ["", ":wrong@"] {
        let (_monitor, mut sampler, known) = watching(&[redis.watched("main", login)]);
        let report = tick_until(&mut sampler, &known, |report| report.status == Status::Unhealthy).await;
        assert!(report.message.contains("password"), "{}", report.message);
        assert!(!format!("{report:?}").contains("wrong"), "{report:?}");
    }
    let (_monitor, mut sampler, known) = watching(&[redis.watched("main", ":right@")]);
    tick_until(&mut sampler, &known, |report| report.status == Status::Healthy && report.uptime_seconds.is_some())
        .await;
}
