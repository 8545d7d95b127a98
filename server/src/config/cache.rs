//! The sections `[cache]`, `[[cache.space]]` and `[[redis]]`.
//!
//! The Redis of the cache is also taken from `REDIS_URL`, or from `REDIS_HOST`, `REDIS_PORT` and `REDIS_DB`.

use super::{databases, nearest, settings::Wrong};
use miorai_cache::{RedisOptions, SpaceOptions};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The name under which the Redis of the cache itself is watched.
pub const OWN_SERVER: &str = "cache";

/// What is cached, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cache {
    /// The Redis that entries are on: `redis://user:password@host:6379/0`, `rediss://…` with TLS. Empty to keep them in
    /// the memory of the server.
    pub redis_url: String,
    /// The name by which other programs on that Redis know this one.
    pub application: String,
    /// Bytes that each space may hold in memory in front of the Redis; 0 for none.
    pub near_bytes: u64,
    /// Spaces besides `default`, `session` and `ml_predictions`, or in their place.
    pub space: Vec<Space>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { redis_url: String::new(), application: "miorai".to_owned(), near_bytes: 0, space: Vec::new() }
    }
}

/// A space: entries whose keys begin alike, such as those of a Django application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Space {
    /// Its name on pages and in labels.
    pub name: String,
    /// What its keys begin with: `{prefix}:{version}:{key}`. Django calls it `KEY_PREFIX`.
    pub prefix: String,
    /// The database on the Redis.
    pub database: i64,
    /// How long an entry lives unless said otherwise.
    #[serde(with = "humantime_serde")]
    pub ttl: Duration,
    /// What the hit ratio should reach.
    pub hit_ratio_objective: f64,
}

impl Default for Space {
    fn default() -> Self {
        let of = SpaceOptions::new("", "", Duration::from_mins(5));
        Self {
            name: String::new(),
            prefix: String::new(),
            database: of.database,
            ttl: of.ttl.unwrap_or_default(),
            hit_ratio_objective: of.hit_ratio_objective,
        }
    }
}

impl Space {
    /// As the cache takes it.
    pub fn options(&self) -> SpaceOptions {
        SpaceOptions {
            database: self.database,
            hit_ratio_objective: self.hit_ratio_objective,
            ..SpaceOptions::new(self.name.clone(), self.prefix.clone(), self.ttl)
        }
    }
}

/// A Redis that is watched, besides the one of the cache.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Redis {
    /// Its name on pages and in labels.
    pub name: String,
    /// Where it is, as in `cache.redis_url`.
    pub url: String,
}

/// The lists of sections, with the settings that each section of them has.
pub(super) const LISTS: [(&str, &[&str]); 3] = [
    ("cache.space", &["name", "prefix", "database", "ttl", "hit_ratio_objective"]),
    ("redis", &["name", "url"]),
    databases::POSTGRESQL,
];

/// The first mistake in these sections.
pub(super) fn check(cache: &Cache, servers: &[Redis]) -> Result<(), Wrong> {
    if !cache.redis_url.is_empty() {
        RedisOptions::from_url(&cache.redis_url).map_err(|error| ("cache.redis_url", error.to_string()))?;
    }
    if !is_name(&cache.application) {
        return Err(("cache.application", not_a_name(&cache.application)));
    }
    for (place, space) in cache.space.iter().enumerate() {
        let wrong = |message: String| Err(("cache.space", message));
        if !is_name(&space.name) {
            return wrong(not_a_name(&space.name));
        }
        if cache.space[..place].iter().any(|other| other.name == space.name) {
            return wrong(format!("there are two spaces '{}'", space.name));
        }
        if space.prefix.is_empty() {
            return wrong(format!("the space '{}' needs a prefix: what its keys begin with", space.name));
        }
        if !(0..=65_535).contains(&space.database) {
            return wrong(format!(
                "database {} of '{}' is out of range: 0 to 65535 are possible",
                space.database, space.name
            ));
        }
        if space.ttl.is_zero() {
            return wrong(format!("entries of '{}' would not live at all: ttl must be above 0", space.name));
        }
        if !(0.0..=1.0).contains(&space.hit_ratio_objective) {
            return wrong(format!("hit_ratio_objective of '{}' is out of range: 0 to 1 are possible", space.name));
        }
    }
    for (place, server) in servers.iter().enumerate() {
        let wrong = |message: String| Err(("redis", message));
        if !is_name(&server.name) {
            return wrong(not_a_name(&server.name));
        }
        if server.name == OWN_SERVER {
            return wrong(format!("'{OWN_SERVER}' is the name of the Redis of cache.redis_url: choose another"));
        }
        if servers[..place].iter().any(|other| other.name == server.name) {
            return wrong(format!("there are two servers '{}'", server.name));
        }
        if let Err(error) = RedisOptions::from_url(&server.url) {
            return wrong(format!("url of '{}': {error}", server.name));
        }
    }
    Ok(())
}

pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

pub(super) fn not_a_name(name: &str) -> String {
    format!("'{name}' is not a name: 1 to 64 letters, digits, '_', '-' and '.' are")
}

/// What is wrong with a setting that a section of a list does not have.
pub(super) fn unknown(list: &str, key: &str) -> Option<String> {
    let (_, known) = LISTS.iter().find(|(name, _)| *name == list)?;
    (!known.contains(&key))
        .then(|| format!("there is no setting '{key}' in [[{list}]]; {}", nearest(key, known.iter().copied())))
}

/// The address of a Redis in the variables that many programs share, with the variable that decides.
pub(super) fn from_shared_variables(
    variables: &[(String, String)],
) -> Result<Option<(String, String)>, (String, String)> {
    let value = |name: &str| {
        let found = variables.iter().find(|(variable, _)| variable == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    };
    if let Some(url) = value("REDIS_URL") {
        return Ok(Some((url.to_owned(), "REDIS_URL".to_owned())));
    }
    // Without a host the other two mean something else: some platforms set REDIS_PORT to an address.
    let Some(host) = value("REDIS_HOST") else { return Ok(None) };
    let number = |name: &str, default: u16| match value(name) {
        None => Ok(default),
        Some(text) => {
            text.parse().map_err(|_| (name.to_owned(), format!("'{text}' is not a whole number up to 65535")))
        }
    };
    let (port, database) = (number("REDIS_PORT", 6379)?, number("REDIS_DB", 0)?);
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    Ok(Some((format!("redis://{host}:{port}/{database}"), "REDIS_HOST".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_of_a_list_is_known() {
        let keys = |table: toml::Table| table.keys().cloned().collect::<Vec<_>>();
        for (known, of) in LISTS.iter().map(|(_, known)| known).zip([
            keys(toml::Table::try_from(Space::default()).unwrap()),
            keys(toml::Table::try_from(Redis::default()).unwrap()),
        ]) {
            let mut known = known.to_vec();
            known.sort_unstable();
            let mut of = of;
            of.sort_unstable();
            assert_eq!(known, of);
        }
    }

    #[test]
    fn the_variables_that_programs_share_are_honoured() {
        let variables = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
        };
        for (pairs, expected) in [
            (&[][..], Ok(None)),
            (&[("REDIS_PORT", "tcp://10.0.0.1:6379")], Ok(None)),
            (&[("REDIS_URL", "redis://a")], Ok(Some("redis://a"))),
            (&[("REDIS_HOST", "a"), ("REDIS_URL", "redis://b")], Ok(Some("redis://b"))),
            (&[("REDIS_HOST", "a")], Ok(Some("redis://a:6379/0"))),
            (&[("REDIS_HOST", "::1"), ("REDIS_PORT", "7"), ("REDIS_DB", "2")], Ok(Some("redis://[::1]:7/2"))),
            (&[("REDIS_HOST", "a"), ("REDIS_PORT", "x")], Err("REDIS_PORT")),
            (&[("REDIS_HOST", "a"), ("REDIS_DB", "-1")], Err("REDIS_DB")),
        ] {
            let found = from_shared_variables(&variables(pairs));
            let found = found.map(|found| found.map(|(url, _)| url)).map_err(|(name, _)| name);
            assert_eq!(found, expected.map(|url| url.map(str::to_owned)).map_err(str::to_owned), "{pairs:?}");
        }
    }
}
