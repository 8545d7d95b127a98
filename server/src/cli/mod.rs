//! The command line.
//!
//! Exit status: 0 done, 1 failed, 2 wrong use or configuration.

mod config_command;
mod memory;
mod serve;

use crate::config::{ConfigError, Layers, Loaded, load};
use clap::{Args, Parser, Subcommand, error::ErrorKind};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

/// Wrong use or configuration.
const WRONG_USE: u8 = 2;

/// Monitoring dashboard: health and metrics of this machine, live in a browser.
#[derive(Debug, Parser)]
#[command(name = "miorai", version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server; this is what happens without any command
    Serve(Flags),
    /// Look at the configuration without starting
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigAction {
    /// Read the configuration as the server would, and tell the first mistake
    Check(Flags),
    /// Show every setting, its value and where it comes from
    Print(Flags),
}

/// Settings that can be given as flags. They go before the environment and the file.
#[derive(Debug, Default, Args)]
struct Flags {
    /// The configuration file [default: ./miorai.toml, then /etc/miorai/miorai.toml]
    #[arg(long, value_name = "FILE", env = "MIORAI_CONFIG")]
    config: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:7070]
    #[arg(long)]
    addr: Option<SocketAddr>,
    /// The folder for everything that is kept
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Let other machines look without signing in
    #[arg(long)]
    insecure: bool,
}

impl Flags {
    fn load(self) -> Result<Loaded, ConfigError> {
        let mut flags = Vec::new();
        if let Some(addr) = self.addr {
            flags.push(("server.addr", "--addr", addr.to_string().into()));
        }
        if let Some(folder) = self.data_dir {
            flags.push(("server.data_dir", "--data-dir", folder.to_string_lossy().into_owned().into()));
        }
        if self.insecure {
            flags.push(("server.insecure", "--insecure", true.into()));
        }
        let named = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        };
        load(&Layers { file: self.config, environment: std::env::vars_os().filter_map(named).collect(), flags })
    }
}

/// Does what the program's command line says.
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(told) if told.use_stderr() && told.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            fail(&WrongUse(one_line(&told.render().to_string())), WRONG_USE)
        }
        // Help and version are long by nature.
        Err(told) => told.exit(),
    }
}

/// A mistake in the command line.
#[derive(Debug, thiserror::Error)]
#[error("{0}; see miorai --help")]
struct WrongUse(String);

/// What is wrong and the tip of a message that has more lines than that.
fn one_line(message: &str) -> String {
    let mut lines = message.lines().map(str::trim);
    let what = lines.next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(what);
    match lines.find_map(|line| line.strip_prefix("tip: ")) {
        Some(tip) => format!("{what}; {tip}"),
        None => what.to_owned(),
    }
}

/// Does what the command line says.
pub fn run(cli: Cli) -> ExitCode {
    let (flags, then): (Flags, fn(&Loaded) -> ExitCode) = match cli.command {
        None => (cli.settings, serve::serve),
        Some(Command::Serve(flags)) => (flags, serve::serve),
        Some(Command::Config { action: ConfigAction::Check(flags) }) => (flags, config_command::check),
        Some(Command::Config { action: ConfigAction::Print(flags) }) => (flags, config_command::print),
    };
    match flags.load() {
        Ok(loaded) => then(&loaded),
        Err(error) => fail(&error, WRONG_USE),
    }
}

/// Tells what went wrong in one line, and gives the exit status.
fn fail(error: &dyn std::error::Error, status: u8) -> ExitCode {
    use std::io::Write as _;
    // When even that cannot be written, the status says enough.
    let _ = writeln!(std::io::stderr(), "miorai: {error}");
    ExitCode::from(status)
}
