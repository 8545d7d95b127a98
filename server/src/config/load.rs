//! Puts the layers together.

use super::{Config, ConfigError, Place, cache, environment, file, nearest, past, secret};
use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// What a configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    /// The file named by a flag or by `MIORAI_CONFIG`.
    pub file: Option<PathBuf>,
    /// The variables of the environment.
    pub environment: Vec<(String, String)>,
    /// Settings given by flags: name of the setting, name of the flag, value.
    pub flags: Vec<(&'static str, &'static str, Value)>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(pub Place);

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A configuration that was read, with where each value came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    values: BTreeMap<String, Value>,
    origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Name, value and origin of every setting, in the order of the names. Secrets are masked.
    pub fn settings(&self) -> impl Iterator<Item = (&str, Value, &Origin)> {
        static DEFAULT: Origin = Origin(Place::Default);
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), secret::masked(value), self.origins.get(name).unwrap_or(&DEFAULT)))
    }
}

/// Reads the configuration.
///
/// # Errors
/// The first mistake.
pub fn load(layers: &Layers) -> Result<Loaded, ConfigError> {
    let defaults = flat(&Config::default());
    let mut values = defaults.clone();
    let mut origins = BTreeMap::new();
    let path = file::find(layers.file.as_deref());
    if let Some(path) = &path {
        for (name, entry) in file::read(path)? {
            let place = Place::Line(path.clone(), entry.line);
            if !defaults.contains_key(&name) {
                return Err(unknown(&name, place, &defaults));
            }
            for (key, line) in &entry.inner {
                if let Some(message) = cache::unknown(&name, key) {
                    return Err(ConfigError::new(Place::Line(path.clone(), *line), message));
                }
            }
            values.insert(name.clone(), alike(entry.value, &defaults[&name]));
            origins.insert(name, Origin(place));
        }
    }
    let shared = cache::from_shared_variables(&layers.environment)
        .map_err(|(variable, message)| ConfigError::new(Place::Variable(variable), message))?;
    if let Some((url, variable)) = shared {
        values.insert("cache.redis_url".to_owned(), Value::String(url));
        origins.insert("cache.redis_url".to_owned(), Origin(Place::Variable(variable)));
    }
    if let Some((url, variable)) = past::from_shared_variables(&layers.environment) {
        values.insert("storage.url".to_owned(), Value::String(url));
        origins.insert("storage.url".to_owned(), Origin(Place::Variable(variable)));
    }
    for (name, (value, variable)) in environment::read(layers.environment.iter().cloned(), &defaults)? {
        values.insert(name.clone(), value);
        origins.insert(name, Origin(Place::Variable(variable)));
    }
    for (name, flag, value) in &layers.flags {
        values.insert((*name).to_owned(), value.clone());
        origins.insert((*name).to_owned(), Origin(Place::Flag(flag)));
    }
    let place = |name: &str| origins.get(name).map_or(Place::Default, |origin| origin.0.clone());
    let config: Config = serde_path_to_error::deserialize(nested(&values)).map_err(|error| {
        let name = error.path().to_string();
        let name = name.split('[').next().unwrap_or_default();
        ConfigError::new(
            place(name),
            format!("{name}: {}", error.inner().to_string().lines().next().unwrap_or_default()),
        )
    })?;
    config.check().map_err(|(name, message)| ConfigError::new(place(name), format!("{name}: {message}")))?;
    Ok(Loaded { config, file: path.as_deref().map(absolute), values, origins })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn unknown(name: &str, place: Place, known: &BTreeMap<String, Value>) -> ConfigError {
    let (section, key) = name.split_once('.').unwrap_or((name, ""));
    let siblings: Vec<&str> = known.keys().filter_map(|name| name.strip_prefix(section)?.strip_prefix('.')).collect();
    if siblings.is_empty() {
        let mut sections: Vec<&str> = known.keys().filter_map(|name| Some(name.split_once('.')?.0)).collect();
        sections.dedup();
        return ConfigError::new(place, format!("there is no section '{section}'; {}", nearest(section, sections)));
    }
    ConfigError::new(place, format!("there is no setting '{key}' in [{section}]; {}", nearest(key, siblings)))
}

/// A whole number where a fraction may stand is one.
fn alike(value: Value, like: &Value) -> Value {
    match (value, like) {
        (Value::Integer(number), Value::Float(_)) => Value::Float(number as f64),
        (value, _) => value,
    }
}

/// Every setting by its full name.
fn flat(config: &Config) -> BTreeMap<String, Value> {
    let sections = Table::try_from(config).expect("settings are numbers, words and lists of words");
    let mut flat = BTreeMap::new();
    for (section, table) in sections {
        let Value::Table(table) = table else {
            flat.insert(section, table);
            continue;
        };
        flat.extend(table.into_iter().map(|(key, value)| (format!("{section}.{key}"), value)));
    }
    flat
}

fn nested(values: &BTreeMap<String, Value>) -> Table {
    let mut sections = Table::new();
    for (name, value) in values {
        let Some((section, key)) = name.split_once('.') else {
            sections.insert(name.clone(), value.clone());
            continue;
        };
        let table = sections.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(table) = table {
            table.insert(key.to_owned(), value.clone());
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn with_file(text: &str) -> (tempfile::NamedTempFile, Layers) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let layers = Layers { file: Some(file.path().to_owned()), ..Layers::default() };
        (file, layers)
    }

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn flags_go_before_the_environment_and_that_before_the_file() {
        let (_file, mut layers) = with_file(
            "[server]\naddr = \"127.0.0.1:1\"\n\n[thresholds]\ncpu_percent = 50\nhold = \"2m\"\n[live]\nmax_clients = 7\n",
        );
        layers.environment = variables(&[
            ("MIORAI_SERVER__ADDR", "127.0.0.1:2"),
            ("MIORAI_THRESHOLDS__CPU_PERCENT", "60"),
            ("HOME", "/"),
        ]);
        layers.flags = vec![("server.addr", "--addr", Value::String("127.0.0.1:3".to_owned()))];
        let loaded = load(&layers).unwrap();
        assert_eq!(loaded.config.server.addr.port(), 3);
        assert!((loaded.config.thresholds.cpu_percent - 60.0).abs() < 1e-9);
        assert_eq!(loaded.config.thresholds.hold.as_secs(), 120);
        assert_eq!(loaded.config.live.max_clients, 7);
        let origin = |wanted: &str| {
            let found = loaded.settings().find(|(name, _, _)| *name == wanted).unwrap();
            found.2.to_string()
        };
        assert_eq!(origin("server.addr"), "flag --addr");
        assert_eq!(origin("thresholds.cpu_percent"), "environment variable MIORAI_THRESHOLDS__CPU_PERCENT");
        assert!(origin("live.max_clients").ends_with(":8"), "{}", origin("live.max_clients"));
        assert_eq!(origin("journal.max_events"), "default");
    }

    #[test]
    fn each_mistake_in_the_file_is_told_with_its_line() {
        for (text, line, message) in [
            ("[server]\nadress = 1", ":2: ", "no setting 'adress' in [server]; did you mean 'addr'?"),
            ("\n\n[sever]\naddr = 1", ":4: ", "no section 'sever'; did you mean 'server'?"),
            ("addr = 1", ":1: ", "stands alone"),
            ("[server]\naddr = 5", ":2: ", "server.addr: invalid type"),
            ("[server]\naddr = \"here\"", ":2: ", "server.addr: invalid socket address"),
            ("[server]\naddr = \"0.0.0.0:1\"", ":2: ", "say --insecure"),
            ("[history]\nmemory = \"soon\"", ":2: ", "history.memory: "),
            ("[history]\nmemory = \"1s\"", ":2: ", "out of range: 60 to 86400 seconds"),
            ("[logging]\nformat = \"xml\"", ":2: ", "logging.format: unknown variant"),
            ("[sampling]\n\ndisabled_collectors = [\"cpus\"]", ":3: ", "did you mean 'cpu'?"),
            ("[server\n", ":1: ", ""),
            ("[a]\nb = 1\nb = 2", ":3: ", "duplicate key"),
            ("[cache]\nredis = 1", ":2: ", "did you mean 'redis_url'?"),
            ("[cache]\nredis_url = \"http://x\"", ":2: ", "cache.redis_url: the address"),
            ("[[cache.space]]\nname = \"a\"\nprefx = \"a\"", ":3: ", "in [[cache.space]]; did you mean 'prefix'?"),
            ("[[cache.space]]\nname = \"a b\"", ":1: ", "'a b' is not a name"),
            ("[[cache.space]]\nname = \"a\"\nprefix = \"a\"\nttl = \"never\"", ":1: ", "cache.space: "),
            ("[[redis]]\nname = \"a\"\nadress = \"a\"", ":3: ", "no setting 'adress' in [[redis]]"),
            ("[[redis]]\nname = \"cache\"\nurl = \"redis://a\"", ":1: ", "choose another"),
            ("[[redis]]\nname = \"a\"\nurl = \"nowhere\"", ":1: ", "url of 'a': the address"),
            ("redis = 1", ":1: ", "stands alone"),
        ] {
            let (_file, layers) = with_file(text);
            let error = load(&layers).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(message), "{text:?}: {error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }

    #[test]
    fn each_mistake_in_the_environment_is_told_with_its_variable() {
        for (variable, value, message) in [
            ("MIORAI_SERVER__ADR", "x", "did you mean 'MIORAI_SERVER__ADDR'?"),
            ("MIORAI_LIVE__MAX_CLIENTS", "many", "'many' is not a whole number"),
            ("MIORAI_SERVER__INSECURE", "yes", "true or false"),
        ] {
            let layers = Layers { environment: variables(&[(variable, value)]), ..Layers::default() };
            let error = load(&layers).unwrap_err().to_string();
            assert!(error.starts_with(&format!("environment variable {variable}: ")), "{error}");
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn variables_of_this_prefix_that_are_no_settings_are_left_alone() {
        let names = ["CONFIG", "ADMIN_PASSWORD", "PORT", "SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT_7070_TCP_ADDR"];
        let environment = names.map(|name| (format!("MIORAI_{name}"), "tcp://10.0.0.7:7070".to_owned())).to_vec();
        assert_eq!(load(&Layers { environment, ..Layers::default() }).unwrap().config, Config::default());
    }

    #[test]
    fn the_redis_of_the_cache_is_taken_from_what_comes_last_and_its_password_is_not_shown() {
        let (_file, mut layers) =
            with_file("[cache]\nredis_url = \"redis://file\"\n[[redis]]\nname = \"a\"\nurl = \"redis://:secret@a\"");
        let url = |layers: &Layers| load(layers).unwrap().config.cache.redis_url;
        assert_eq!(url(&layers), "redis://file");
        layers.environment = variables(&[("REDIS_URL", "redis://u:secret@shared")]);
        let loaded = load(&layers).unwrap();
        assert_eq!(loaded.config.cache.redis_url, "redis://u:secret@shared");
        assert_eq!(loaded.config.redis[0].url, "redis://:secret@a");
        let shown: Vec<String> =
            loaded.settings().map(|(name, value, origin)| format!("{name} {value} {origin}")).collect();
        assert!(shown.iter().all(|line| !line.contains("secret")), "{shown:?}");
        assert!(shown.contains(&"cache.redis_url \"redis://u:***@shared\" environment variable REDIS_URL".to_owned()));
        layers.environment.push(("MIORAI_CACHE__REDIS_URL".to_owned(), "redis://own".to_owned()));
        assert_eq!(url(&layers), "redis://own");
    }

    #[test]
    fn the_database_is_the_one_of_the_shared_variable_unless_the_own_one_says_otherwise() {
        let mut layers =
            Layers { environment: variables(&[("DATABASE_URL", "postgres://u:secret@h/d")]), ..Layers::default() };
        let loaded = load(&layers).unwrap();
        assert_eq!(loaded.config.storage.url, "postgres://u:secret@h/d");
        let shown: Vec<String> =
            loaded.settings().map(|(name, value, origin)| format!("{name} {value} {origin}")).collect();
        assert!(shown.contains(&"storage.url \"postgres://u:***@h/d\" environment variable DATABASE_URL".to_owned()));
        layers.environment.push(("MIORAI_STORAGE__URL".to_owned(), "sqlite:own.db".to_owned()));
        assert_eq!(load(&layers).unwrap().config.storage.url, "sqlite:own.db");
        layers.environment.push(("MIORAI_STORAGE__URL".to_owned(), "mysql://u:secret@h".to_owned()));
        let error = load(&layers).unwrap_err().to_string();
        assert!(error.contains("storage.url") && !error.contains("secret"), "{error}");
        layers.environment = variables(&[("MIORAI_HISTORY__HOURS", "10d")]);
        assert!(load(&layers).unwrap_err().to_string().contains("at least as long as finer ones"));
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let layers = Layers { file: Some("/does/not/exist.toml".into()), ..Layers::default() };
        let error = load(&layers).unwrap_err().to_string();
        assert!(error.starts_with("/does/not/exist.toml: cannot be read"), "{error}");
    }

    #[test]
    fn lists_in_the_environment_are_separated_by_commas() {
        let environment = variables(&[("MIORAI_SAMPLING__DISABLED_COLLECTORS", "cpu, disk")]);
        let loaded = load(&Layers { environment, ..Layers::default() }).unwrap();
        assert_eq!(loaded.config.sampling.disabled_collectors, ["cpu", "disk"]);
    }
}
