//! All settings with their defaults.

use super::{
    cache::{self, Cache, Redis},
    databases::{self, Postgresql, Queries},
    past::{self, History, Journal, Storage},
    received::Received,
};
use miorai_monitoring::{Thresholds, collectors};
use serde::{Deserialize, Serialize};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// The configuration of the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where it listens and what it takes.
    pub server: Server,
    /// What it tells about itself.
    pub logging: Logging,
    /// What is measured.
    pub sampling: Sampling,
    /// Where it is kept.
    pub storage: Storage,
    /// How long it is remembered.
    pub history: History,
    /// What has happened.
    pub journal: Journal,
    /// The live stream.
    pub live: Live,
    /// From where on something is not well.
    pub thresholds: Limits,
    /// What is cached, and where.
    pub cache: Cache,
    /// Redis servers that are watched, besides the one of the cache.
    pub redis: Vec<Redis>,
    /// How the server's own statements are watched.
    pub queries: Queries,
    /// PostgreSQL servers that are watched.
    pub postgresql: Vec<Postgresql>,
    /// What other programs send of themselves.
    pub received: Received,
}

/// Where the server listens and what it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub addr: SocketAddr,
    /// The folder for everything that is kept.
    pub data_dir: PathBuf,
    /// The address under which people reach the server, when a proxy stands before it; empty for none.
    pub public_url: String,
    /// Whether other machines may look without signing in.
    pub insecure: bool,
    /// At most this many connections at once.
    pub max_connections: usize,
    /// The largest body of a request.
    pub max_body_bytes: usize,
    /// The longest that an answer may take.
    #[serde(with = "humantime_serde")]
    pub request_timeout: Duration,
    /// The longest that a client may take for its next request.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,
}

impl Default for Server {
    fn default() -> Self {
        let data = dirs::data_local_dir().unwrap_or_else(|| PathBuf::from("."));
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 7070)),
            data_dir: data.join("miorai"),
            public_url: String::new(),
            insecure: false,
            max_connections: 4_096,
            max_body_bytes: 64 * 1_024,
            request_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(30),
        }
    }
}

/// The form of lines in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// For programs: an object a line.
    Json,
}

/// What the server tells about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Logging {
    /// The form of lines.
    pub format: LogFormat,
    /// What is told: `error` `warn` `info` `debug` `trace`, or directives such as `info,server=debug`. `RUST_LOG`
    /// goes before.
    pub level: String,
}

impl Default for Logging {
    fn default() -> Self {
        Self { format: LogFormat::Human, level: "info".to_owned() }
    }
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sampling {
    /// Collectors that are left out.
    pub disabled_collectors: Vec<String>,
    /// How long a tick waits for its collectors.
    #[serde(with = "humantime_serde")]
    pub deadline: Duration,
    /// At most this many series.
    pub max_series: usize,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { disabled_collectors: Vec::new(), deadline: Duration::from_millis(500), max_series: 10_000 }
    }
}

/// The live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Live {
    /// At most this many clients at once.
    pub max_clients: usize,
    /// The time between two pings.
    #[serde(with = "humantime_serde")]
    pub ping_interval: Duration,
}

impl Default for Live {
    fn default() -> Self {
        Self { max_clients: 2_500, ping_interval: Duration::from_secs(20) }
    }
}

/// From where on something is not well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Share of processor time.
    pub cpu_percent: f64,
    /// Share of memory in use.
    pub memory_percent: f64,
    /// Bytes read from and written to disks.
    pub disk_io_bytes_per_second: f64,
    /// The time that a packet to another machine and back takes.
    #[serde(with = "humantime_serde")]
    pub network_latency: Duration,
    /// Share of the fullest filesystem in use.
    pub filesystem_percent: f64,
    /// Share of the fullest filesystem in use from which on nothing can be written soon.
    pub filesystem_full_percent: f64,
    /// How long a value must be above its limit before it counts.
    #[serde(with = "humantime_serde")]
    pub hold: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let of = Thresholds::default();
        let percent = |ratio: f64| (ratio * 100.0).round();
        Self {
            cpu_percent: percent(of.cpu_ratio),
            memory_percent: percent(of.memory_ratio),
            disk_io_bytes_per_second: of.disk_bytes_per_second,
            network_latency: Duration::from_secs_f64(of.round_trip_seconds),
            filesystem_percent: percent(of.filesystem_ratio),
            filesystem_full_percent: percent(of.filesystem_full_ratio),
            hold: of.hold,
        }
    }
}

impl Limits {
    /// As the monitoring takes them.
    pub fn thresholds(&self) -> Thresholds {
        Thresholds {
            cpu_ratio: self.cpu_percent / 100.0,
            memory_ratio: self.memory_percent / 100.0,
            disk_bytes_per_second: self.disk_io_bytes_per_second,
            round_trip_seconds: self.network_latency.as_secs_f64(),
            filesystem_ratio: self.filesystem_percent / 100.0,
            filesystem_full_ratio: self.filesystem_full_percent / 100.0,
            hold: self.hold,
            ..Thresholds::default()
        }
    }
}

/// Ten years in seconds: nothing is kept for longer.
const YEARS: f64 = 10.0 * 365.25 * 86_400.0;

/// The name of a setting whose value is well-formed but wrong, and what would be right.
pub type Wrong = (&'static str, String);

impl Config {
    /// The first setting whose value is well-formed but wrong.
    pub fn check(&self) -> Result<(), Wrong> {
        self.check_ranges()?;
        self.check_words()?;
        cache::check(&self.cache, &self.redis)?;
        past::check(&self.storage, &self.history)?;
        databases::check(&self.queries, &self.postgresql)?;
        self.check_doors()
    }

    /// As long as nobody has to sign in, other machines are let in only when it is said.
    fn check_doors(&self) -> Result<(), Wrong> {
        let addr = self.server.addr;
        if self.server.insecure {
            return Ok(());
        }
        if !addr.ip().is_loopback() {
            let wrong = format!(
                "{addr} can be reached by other machines, and nobody has to sign in yet: use a loopback address such as \
                 127.0.0.1:{}, or say --insecure if everybody may look",
                addr.port()
            );
            return Err(("server.addr", wrong));
        }
        if self.public_url().is_some() {
            let wrong = "the proxy lets other machines in, and nobody has to sign in yet: let the proxy ask for a \
                         password and say --insecure, or leave it out";
            return Err(("server.public_url", wrong.to_owned()));
        }
        Ok(())
    }

    fn check_ranges(&self) -> Result<(), Wrong> {
        let Self { server, sampling, history, journal, live, thresholds, cache, received, .. } = self;
        let seconds = |duration: Duration| duration.as_secs_f64();
        for (name, value, least, most, unit) in [
            ("server.max_connections", server.max_connections as f64, 1.0, 1e6, ""),
            ("server.max_body_bytes", server.max_body_bytes as f64, 1_024.0, 1e9, " bytes"),
            ("server.request_timeout", seconds(server.request_timeout), 0.1, 600.0, " seconds"),
            ("server.header_timeout", seconds(server.header_timeout), 0.1, 600.0, " seconds"),
            ("sampling.deadline", seconds(sampling.deadline), 0.01, 0.9, " seconds"),
            ("sampling.max_series", sampling.max_series as f64, 100.0, 1e6, ""),
            ("history.memory", seconds(history.memory), 60.0, 86_400.0, " seconds"),
            ("history.seconds", seconds(history.seconds), 3_600.0, YEARS, " seconds"),
            ("history.ten_seconds", seconds(history.ten_seconds), 3_600.0, YEARS, " seconds"),
            ("history.five_minutes", seconds(history.five_minutes), 3_600.0, YEARS, " seconds"),
            ("history.hours", seconds(history.hours), 3_600.0, YEARS, " seconds"),
            ("history.max_bytes", history.max_bytes as f64, 16e6, 1e15, " bytes"),
            ("journal.keep", seconds(journal.keep), 3_600.0, YEARS, " seconds"),
            ("journal.max_events", journal.max_events as f64, 1.0, 1e6, ""),
            ("live.max_clients", live.max_clients as f64, 1.0, 1e5, ""),
            ("cache.near_bytes", cache.near_bytes as f64, 0.0, 1e12, " bytes"),
            ("received.max_body_bytes", received.max_body_bytes as f64, 1_024.0, 1e8, " bytes"),
            ("received.max_senders", received.max_senders as f64, 1.0, 1e5, ""),
            ("received.max_series_per_sender", received.max_series_per_sender as f64, 1.0, 1e6, ""),
            ("received.max_series", received.max_series as f64, 1.0, 1e6, ""),
            ("received.forget_after", seconds(received.forget_after), 5.0, 86_400.0, " seconds"),
            ("live.ping_interval", seconds(live.ping_interval), 1.0, 300.0, " seconds"),
            ("thresholds.cpu_percent", thresholds.cpu_percent, 1.0, 100.0, ""),
            ("thresholds.memory_percent", thresholds.memory_percent, 1.0, 100.0, ""),
            ("thresholds.filesystem_percent", thresholds.filesystem_percent, 1.0, 100.0, ""),
            ("thresholds.filesystem_full_percent", thresholds.filesystem_full_percent, 1.0, 100.0, ""),
            ("thresholds.disk_io_bytes_per_second", thresholds.disk_io_bytes_per_second, 1.0, 1e15, ""),
            ("thresholds.network_latency", seconds(thresholds.network_latency), 0.000_1, 60.0, " seconds"),
            ("thresholds.hold", seconds(thresholds.hold), 0.0, 86_400.0, " seconds"),
        ] {
            if !(least..=most).contains(&value) {
                return Err((name, format!("{value} is out of range: {least} to {most}{unit} are possible")));
            }
        }
        Ok(())
    }

    fn check_words(&self) -> Result<(), Wrong> {
        for name in &self.sampling.disabled_collectors {
            if !collectors::NAMES.contains(&name.as_str()) {
                let hint = super::nearest(name, collectors::NAMES.iter().copied());
                return Err(("sampling.disabled_collectors", format!("there is no collector '{name}', {hint}")));
            }
        }
        if let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&self.logging.level) {
            return Err(("logging.level", format!("'{}' is not understood: {error}; try 'info'", self.logging.level)));
        }
        let url = &self.server.public_url;
        if !url.is_empty() && self.public_url().is_none() {
            return Err(("server.public_url", format!("'{url}' is not an address such as https://status.example.org")));
        }
        Ok(())
    }

    /// The address under which people reach the server, when one is set that makes sense.
    pub fn public_url(&self) -> Option<http::Uri> {
        let url: http::Uri = self.server.public_url.parse().ok()?;
        let known = url.scheme_str().is_some_and(|scheme| ["http", "https"].contains(&scheme));
        (known && url.authority().is_some()).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_right() {
        assert_eq!(Config::default().check(), Ok(()));
        assert_eq!(Config::default().thresholds.thresholds(), Thresholds::default());
    }

    #[test]
    fn wrong_values_are_named() {
        type Change = fn(&mut Config);
        let changes: [(&str, Change); 8] = [
            ("server.addr", |config| config.server.addr = "0.0.0.0:7070".parse().unwrap()),
            ("server.public_url", |config| config.server.public_url = "https://status.example.org".to_owned()),
            ("server.public_url", |config| config.server.public_url = "example".to_owned()),
            ("logging.level", |config| config.logging.level = "a=b=c".to_owned()),
            ("sampling.disabled_collectors", |config| config.sampling.disabled_collectors.push("gpu".to_owned())),
            ("thresholds.cpu_percent", |config| config.thresholds.cpu_percent = 101.0),
            ("thresholds.memory_percent", |config| config.thresholds.memory_percent = f64::NAN),
            ("history.memory", |config| config.history.memory = Duration::ZERO),
        ];
        for (name, change) in changes {
            let mut config = Config::default();
            change(&mut config);
            assert_eq!(config.check().err().map(|(name, _)| name), Some(name));
        }
    }

    #[test]
    fn other_machines_are_let_in_when_it_is_said() {
        let mut config = Config::default();
        config.server.addr = "0.0.0.0:7070".parse().unwrap();
        config.server.public_url = "https://status.example.org".to_owned();
        config.server.insecure = true;
        assert_eq!(config.check(), Ok(()));
    }
}
