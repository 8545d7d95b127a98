//! What a page is rendered from: on the server from the newest frame, in the browser from the copy in the page.

use miorai_model::{
    Event, Health,
    host::Host,
    live::{FrameMessage, Hello},
    process::ProcessTable,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The id of the element of the page that carries the snapshot.
pub const ELEMENT_ID: &str = "snapshot";

/// The state of things in the second that the page was rendered. The live stream goes on from there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// The series of the page's topics.
    pub hello: Hello,
    /// Their newest values.
    pub frames: Vec<FrameMessage>,
    /// How everything is.
    pub health: Arc<Health>,
    /// The processes that use most; empty on pages that do not show them.
    pub processes: Arc<ProcessTable>,
    /// The newest lines of the journal, newest first.
    pub events: Vec<Event>,
    /// The machine.
    pub host: Host,
    /// The server.
    pub about: About,
}

/// What the server tells of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its version.
    pub version: String,
    /// The address it listens on.
    pub address: String,
    /// The folder it keeps its data in.
    pub data_dir: String,
    /// The configuration file it has read, if any.
    pub config_file: Option<String>,
    /// What a browser loads at the first visit besides the page itself, compressed.
    pub browser_part_bytes: u64,
    /// The seconds of history in memory.
    pub history_seconds: u32,
    /// The limits that the overview measures against.
    pub limits: Limits,
}

/// Limits that the machine should stay below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Share of processor time.
    pub cpu: f64,
    /// Share of memory.
    pub memory: f64,
    /// Bytes read and written per second.
    pub disk_io: f64,
    /// Seconds that a packet to another machine and back takes.
    pub latency: f64,
    /// Share of the fullest filesystem.
    pub filesystem: f64,
}

impl Eq for Limits {}

impl Default for Limits {
    fn default() -> Self {
        Self { cpu: 0.8, memory: 0.7, disk_io: 50e6, latency: 0.05, filesystem: 0.9 }
    }
}
