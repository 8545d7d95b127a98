//! The sections `[queries]` and `[[postgresql]]`.

use super::{cache, settings::Wrong};
use miorai_monitoring::{QuerySettings, collectors::postgresql};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How the server's own statements are watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Queries {
    /// From this time on a statement is slow.
    #[serde(with = "humantime_serde")]
    pub slow_threshold: Duration,
    /// How many statements are told apart; calls of others are counted as overflow.
    pub max_statements: usize,
}

impl Default for Queries {
    fn default() -> Self {
        let of = QuerySettings::default();
        Self { slow_threshold: of.slow_threshold, max_statements: of.max_statements }
    }
}

impl Queries {
    /// As the monitoring takes them.
    pub fn settings(&self) -> QuerySettings {
        let Self { slow_threshold, max_statements } = *self;
        QuerySettings { slow_threshold, max_statements, ..QuerySettings::default() }
    }
}

/// A PostgreSQL server that is watched, and the database on it that is looked into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Postgresql {
    /// Its name on pages and in labels.
    pub name: String,
    /// Where it is: `postgres://user:password@host:5432/database`, `?sslmode=require` with TLS.
    pub url: String,
    /// How long a question may take before the server ends it.
    #[serde(with = "humantime_serde")]
    pub statement_timeout: Duration,
}

impl Default for Postgresql {
    fn default() -> Self {
        Self { name: String::new(), url: String::new(), statement_timeout: Duration::from_millis(300) }
    }
}

/// The settings that each `[[postgresql]]` has.
pub(super) const POSTGRESQL: (&str, &[&str]) = ("postgresql", &["name", "url", "statement_timeout"]);

/// The first mistake in these sections.
pub(super) fn check(queries: &Queries, servers: &[Postgresql]) -> Result<(), Wrong> {
    if queries.slow_threshold.is_zero() {
        return Err(("queries.slow_threshold", "0 would make every statement slow: 100ms is the default".to_owned()));
    }
    if !(1..=10_000).contains(&queries.max_statements) {
        let words = format!("{} is out of range: 1 to 10000 are possible", queries.max_statements);
        return Err(("queries.max_statements", words));
    }
    for (place, server) in servers.iter().enumerate() {
        let wrong = |message: String| Err(("postgresql", message));
        if !cache::is_name(&server.name) {
            return wrong(cache::not_a_name(&server.name));
        }
        if servers[..place].iter().any(|other| other.name == server.name) {
            return wrong(format!("there are two servers '{}'", server.name));
        }
        if let Err(error) = postgresql::check_url(&server.url) {
            return wrong(format!("url of '{}': {error}", server.name));
        }
        if !(Duration::from_millis(10)..=Duration::from_secs(30)).contains(&server.statement_timeout) {
            return wrong(format!("statement_timeout of '{}' is out of range: 10ms to 30s are possible", server.name));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_named_and_passwords_are_not() {
        let server =
            |name: &str, url: &str| Postgresql { name: name.to_owned(), url: url.to_owned(), ..Postgresql::default() };
        let good = server("shop", "postgres://watcher:secret@db.example.org/shop");
        assert_eq!(check(&Queries::default(), std::slice::from_ref(&good)), Ok(()));
        for (servers, message) in [
            (vec![server("", &good.url)], "is not a name"),
            (vec![good.clone(), good.clone()], "two servers"),
            (vec![server("a", "mysql://watcher:secret@host/a")], "expected postgres://"),
            (vec![server("a", "postgres://watcher:secret@host:no/a")], "not understood"),
            (vec![Postgresql { statement_timeout: Duration::ZERO, ..good.clone() }], "out of range"),
        ] {
            let (name, words) = check(&Queries::default(), &servers).unwrap_err();
            assert!(name == "postgresql" && words.contains(message) && !words.contains("secret"), "{words}");
        }
        let nothing = Queries { slow_threshold: Duration::ZERO, ..Queries::default() };
        assert_eq!(check(&nothing, &[]).unwrap_err().0, "queries.slow_threshold");
    }

    #[test]
    fn every_setting_of_a_server_is_known() {
        let table = toml::Table::try_from(Postgresql::default()).unwrap();
        let keys: Vec<&str> = table.keys().map(String::as_str).collect();
        let mut known = POSTGRESQL.1.to_vec();
        known.sort_unstable();
        assert_eq!(keys, known);
    }
}
