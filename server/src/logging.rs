//! What the program tells about itself, on the standard error.

use crate::config::{
    ConfigError, Place,
    settings::{LogFormat, Logging},
};
use miorai_monitoring::{QueryMonitor, query::StatementLayer};
use std::io::IsTerminal as _;
use tracing_subscriber::{
    EnvFilter, Layer as _, fmt, layer::SubscriberExt as _, registry, util::SubscriberInitExt as _,
};

/// Starts the log, and lets `queries` hear of statements on connections that it does not watch itself. `RUST_LOG` goes
/// before the setting.
///
/// # Errors
/// `RUST_LOG` is not understood.
pub(crate) fn start(settings: &Logging, queries: &QueryMonitor) -> Result<(), ConfigError> {
    let filter = match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(text) if !text.trim().is_empty() => EnvFilter::builder().parse(&text).map_err(|error| {
            let message = format!("'{text}' is not understood: {error}; try 'info'");
            ConfigError { place: Place::Variable(EnvFilter::DEFAULT_ENV.to_owned()), message }
        })?,
        _ => EnvFilter::new(&settings.level),
    };
    let statements = queries.layer().with_filter(StatementLayer::filter());
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.format {
        LogFormat::Human => lines.with_ansi(std::io::stderr().is_terminal()).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A log that is there already (in tests) stays.
    let _ = registry().with(lines.with_filter(filter)).with(statements).try_init();
    Ok(())
}
