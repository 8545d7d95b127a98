//! What the program tells about itself, on the standard error.

use crate::config::{
    ConfigError, Place,
    settings::{LogFormat, Logging},
};
use std::io::IsTerminal as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log. `RUST_LOG` goes before the setting.
///
/// # Errors
/// `RUST_LOG` is not understood.
pub(crate) fn start(settings: &Logging) -> Result<(), ConfigError> {
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(text) if !text.trim().is_empty() => EnvFilter::builder().parse(&text).map_err(|error| {
            let message = format!("'{text}' is not understood: {error}; try 'info'");
            ConfigError { place: Place::Variable(EnvFilter::DEFAULT_ENV.to_owned()), message }
        })?,
        _ => EnvFilter::new(&settings.level),
    };
    let base = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that is there already (in tests) stays.
    let _ = match settings.format {
        LogFormat::Human => base.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => base.json().flatten_event(true).try_init(),
    };
    Ok(())
}
