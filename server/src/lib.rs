//! The program `miorai`: its command line, its settings, its HTTP side, and how it starts and stops.

pub mod caches;
pub mod cli;
pub mod config;
pub mod databases;
pub mod http;
mod logging;
pub mod performance;
pub mod received;
pub mod run;
mod store;
mod whole;
