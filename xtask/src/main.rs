//! The project's own commands: `cargo xtask serve`, `test`, `dist`, `bench`, `demo`, `postgresql`, `record`.
//!
//! They need rustup's Rust, a C compiler, Node with npm, and the package registries. What else they need they install
//! themselves, or say in one line what to do.

mod bench;
mod bench_cache;
mod bench_prometheus;
mod bench_series;
mod bench_server;
mod demo;
mod house;
mod postgresql;
mod process;
mod record;
mod site;
mod test;
mod tools;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use process::{Step, say, workspace};
use std::{ffi::OsString, os::unix::process::CommandExt as _, path::PathBuf, process::ExitCode};

/// Builds, runs, tests and measures Miorai.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything in release mode and start the server; what follows `--` goes to it
    Serve {
        /// Arguments for the server
        #[arg(last = true)]
        args: Vec<OsString>,
    },
    /// Format, lint, all tests, size budgets, browser tests
    Test {
        /// Only the browser tests, whose file or title contains this
        #[arg(long, value_name = "TEXT")]
        browser: Option<String>,
    },
    /// Build the one self-contained program: target/dist/miorai
    Dist,
    /// Measure what docs/performance.md tells
    Bench {
        /// Only these: idle, rest, live, load, redraw, cache, series
        only: Vec<String>,
    },
    /// Start the example service, somebody who uses it, and the dashboard that watches it
    Demo {
        /// How often the example is asked in a second
        #[arg(long, default_value_t = 300)]
        rate: u32,
    },
    /// Run the tests that talk to PostgreSQL on versions 13 to 18, or on those that are named
    Postgresql {
        /// Only these versions
        versions: Vec<u32>,
    },
    /// Write what a running server has measured into a file, for tests and benches
    Record(record::Recording),
    /// Build the browser part only: target/site
    Site,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve { args } => serve(args),
        Command::Test { browser } => test::run(browser.as_deref()),
        Command::Dist => dist(),
        Command::Bench { only } => bench::run(&only),
        Command::Demo { rate } => demo::run(rate),
        Command::Postgresql { versions } => postgresql::run(&versions),
        Command::Record(recording) => record::run(&recording),
        Command::Site => site::build(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Builds both halves; the program's path.
fn build() -> Result<PathBuf> {
    site::build()?;
    build_server()
}

/// Builds the server with the browser part that is there, if any; the program's path.
fn build_server() -> Result<PathBuf> {
    Step::new("Building the server (some minutes the first time)", "cargo")
        .args(["build", "--quiet", "--release", "--package", "server"])
        .run()?;
    Ok(process::target().join("release/miorai"))
}

fn serve(args: Vec<OsString>) -> Result<()> {
    let program = build()?;
    say("Starting the server");
    // The server takes the place of this process: signals reach it, and its exit status is this command's.
    let error = std::process::Command::new(&program).args(args).exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

fn dist() -> Result<()> {
    let program = build()?;
    let to = workspace().join("target/dist/miorai");
    std::fs::create_dir_all(to.parent().context("the folder has a parent")?)?;
    // The one that is there may be running: it is replaced, not written over.
    let fresh = to.with_extension("new");
    std::fs::copy(&program, &fresh).with_context(|| format!("cannot write {}", fresh.display()))?;
    std::fs::rename(&fresh, &to).with_context(|| format!("cannot write {}", to.display()))?;
    let megabytes = std::fs::metadata(&to)?.len() as f64 / 1e6;
    say(&format!("{} ({megabytes:.1} MB) is all there is to install", to.display()));
    Ok(())
}
