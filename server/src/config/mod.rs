//! Settings: what there is, where a value comes from, and one clear line for each mistake.
//!
//! A value is taken from the first of these that has it: a flag, the environment (`MIORAI_SECTION__KEY`), the file, the
//! default. [`settings`] is the list of all settings with their defaults, [`file`] and [`environment`] read the layers,
//! [`load`] puts them together and remembers where each value came from.

pub mod cache;
pub mod databases;
mod environment;
mod file;
mod load;
pub mod past;
pub mod received;
mod secret;
pub mod settings;

pub use load::{Layers, Loaded, Origin, load};
pub use settings::Config;

use std::{fmt, path::PathBuf};

/// The name of the configuration file.
pub const FILE_NAME: &str = "miorai.toml";

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a line of a file.
    Line(PathBuf, usize),
    /// In a file as a whole.
    File(PathBuf),
    /// In a variable of the environment.
    Variable(String),
    /// In a flag.
    Flag(&'static str),
    /// In the program itself, which a test rules out.
    Default,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(path, line) => write!(f, "{}:{line}", path.display()),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A mistake in the configuration: where it is, what it is, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ConfigError {
    /// Where it is.
    pub place: Place,
    /// What it is, and what would be right.
    pub message: String,
}

impl ConfigError {
    fn new(place: Place, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }
}

/// ` (did you mean 'x'?)` when one of `known` is near to `name`, else what there is.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, candidate)) => format!("did you mean '{candidate}'?"),
        None => format!("known are {}", known.join(", ")),
    }
}
