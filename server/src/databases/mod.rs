//! The databases that the server knows: those that it uses itself, and the PostgreSQL servers that it watches.
//!
//! ```text
//! QueryMonitor (own pools and statements) ─┬─► figures   into each frame
//! collectors ─► DatabaseServers ───────────┼─► check     into the health
//!                                          └─► Desk      pages and REST: looks, plans, cancels, ends
//! ```

pub mod desk;

pub use desk::Desk;

use crate::config::Config;
use miorai_model::{Check, Clock, Status};
use miorai_monitoring::{
    CollectError, Collector, QueryMonitor, SystemClock,
    collectors::{DatabaseServers, WatchedDatabase, postgresql_servers},
};
use std::sync::Arc;

/// What watches the server's own statements. Pools of its own are made by it.
pub fn query_monitor(config: &Config) -> QueryMonitor {
    QueryMonitor::new(config.queries.settings(), Arc::new(SystemClock::default()))
}

/// The collectors of the PostgreSQL servers of the configuration, and the handle to them. Nothing is connected yet.
pub fn set_up(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<(DatabaseServers, Vec<Box<dyn Collector>>), CollectError> {
    let watched = config.postgresql.iter().map(|server| WatchedDatabase {
        name: server.name.clone(),
        url: server.url.clone(),
        statement_timeout: server.statement_timeout,
    });
    let (collectors, servers) = postgresql_servers(&watched.collect::<Vec<_>>(), clock)?;
    Ok((servers, collectors))
}

/// The check `postgresql` of the health. A server that is watched is not one that is needed: when it is ill, the product
/// still works.
pub fn check(servers: &DatabaseServers) -> Check {
    let reports = servers.reports();
    let response_time_ms = reports.iter().filter_map(|report| report.response_time_ms).reduce(f64::max);
    let ill = reports.iter().find(|report| report.status > Status::Healthy);
    let (status, message) = match ill {
        Some(report) => (Status::Degraded, format!("{} at {}: {}", report.name, report.address, report.message)),
        None => (Status::Healthy, format!("{} watched, all answer.", counted(reports.len()))),
    };
    Check { name: "postgresql".to_owned(), status, response_time_ms, message }
}

fn counted(servers: usize) -> String {
    if servers == 1 { "1 server".to_owned() } else { format!("{servers} servers") }
}
