//! Processes of the machine.

use serde::{Deserialize, Serialize};

/// The processes that use most, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProcessTable {
    /// How many processes there are.
    pub total: u32,
    /// How many of them run or wait for a processor just now.
    pub running: u32,
    /// The top ones by processor time and by memory, without repetition, most processor time first.
    pub top: Vec<Process>,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The name of its program, at most 64 characters.
    pub name: String,
    /// The user it runs as, by name where the machine knows one, else by number.
    pub user: String,
    /// Processor time in percent of one core; above 100 when it uses several.
    pub cpu_percent: f64,
    /// Resident memory.
    pub memory_bytes: u64,
    /// How many threads it has.
    pub threads: u32,
    /// How long it has been running.
    pub uptime_seconds: u64,
}
