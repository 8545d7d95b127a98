//! What the program tells about itself, on the standard error.

use crate::config::settings::{LogFormat, Logging};
use std::io::IsTerminal as _;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log. `RUST_LOG` goes before the setting.
pub(crate) fn start(settings: &Logging) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&settings.level));
    let base = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that is there already (in tests) stays.
    let _ = match settings.format {
        LogFormat::Human => base.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => base.json().flatten_event(true).try_init(),
    };
}
