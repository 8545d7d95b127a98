//! `miorai serve`: runs until it is told to stop.

use super::memory;
use crate::{config::Loaded, databases, logging, run};
use miorai_monitoring::QueryMonitor;
use std::{
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};
use tokio::signal::unix::{SignalKind, signal};

/// Threads that answer requests. The work is small; more threads only hold memory.
const WORKERS: usize = 2;

/// Runs the server until SIGTERM or SIGINT. A second signal ends it at once.
pub(super) fn serve(loaded: &Loaded) -> ExitCode {
    memory::hold_little();
    let queries = databases::query_monitor(&loaded.config);
    if let Err(error) = logging::start(&loaded.config.logging, &queries) {
        return super::fail(&error, super::WRONG_USE);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return super::fail(&error, 1),
    };
    let outcome = runtime.block_on(serving(loaded, queries));
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

async fn serving(loaded: &Loaded, queries: QueryMonitor) -> ExitCode {
    let (mut terminate, mut interrupt) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return super::fail(&error, 1),
    };
    let running = match run::start_watched(loaded, queries).await {
        Ok(running) => running,
        Err(error) => return super::fail(&error, 1),
    };
    // For whoever starts it by hand; nothing is lost when nobody reads it.
    let _ = writeln!(io::stdout(), "Miorai is at http://{}/", running.addr);
    let mut signalled = async || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    signalled().await;
    tokio::select! {
        () = running.stop() => ExitCode::SUCCESS,
        () = signalled() => ExitCode::FAILURE,
    }
}
