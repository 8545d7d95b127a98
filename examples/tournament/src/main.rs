//! The program `tournament`.

use anyhow::Context as _;
use clap::Parser as _;
use std::io::Write as _;
use tokio::signal::unix::{SignalKind, signal};
use tournament::{
    load,
    settings::{Cli, Command},
};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match Cli::parse().command {
        Command::Serve(settings) => {
            let running = tournament::start(&settings).await.context("the service does not start")?;
            writeln!(std::io::stdout(), "The tournament service is at http://{}/", running.addr)?;
            let mut terminated = signal(SignalKind::terminate())?;
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => interrupted?,
                _ = terminated.recv() => {}
            }
            running.stop().await;
        }
        Command::Load(settings) => {
            let report = load::run(&settings).await?;
            write!(std::io::stdout(), "{report}")?;
        }
    }
    Ok(())
}
