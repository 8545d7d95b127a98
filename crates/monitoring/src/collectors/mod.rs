//! The sources of numbers, a file each.
//!
//! What the kernel tells in `/proc` is read by `procfs` from files that stay open ([`proc_file`]); temperatures, users
//! and what the machine is come from `sysinfo`; TCP connections are told by the kernel over netlink; Redis servers are asked
//! by `redis`, PostgreSQL servers by `sqlx`. These names appear in this folder only.

mod cpu;
mod disk;
mod facts;
mod file_descriptors;
mod filesystem;
pub mod host;
mod load;
mod memory;
mod network;
pub mod postgresql;
mod pressure;
mod proc_file;
mod process_table;
mod redis;
mod round_trip;
mod server;
mod temperature;
mod whole;

pub use cpu::Cpu;
pub use disk::Disk;
pub use file_descriptors::FileDescriptors;
pub use filesystem::Filesystem;
pub use load::Load;
pub use memory::Memory;
pub use network::Network;
pub use postgresql::{DatabaseServers, WatchedDatabase, postgresql_servers};
pub use pressure::Pressure;
pub use process_table::Processes;
pub use redis::{CacheServers, WatchedServer, redis_servers};
pub use round_trip::RoundTrip;
pub use server::Server;
pub use temperature::Temperature;

use crate::{Collector, Readings};
use miorai_model::{Kind, SeriesId, SeriesKey, Topic, Topics, Unit};

/// What the pages of the machine show.
const SYSTEM: Topics = Topics::of([Topic::System]);
/// What the overview shows as well.
const OVERVIEW: Topics = Topics::of([Topic::Overview, Topic::System]);
/// What the server costs.
const SERVER: Topics = Topics::of([Topic::Server]);

/// How many processes are shown unless the settings say otherwise.
pub const PROCESSES_SHOWN: usize = 20;

/// The names of all collectors, as settings and messages call them.
pub const NAMES: [&str; 12] = [
    "cpu",
    "memory",
    "load",
    "disk",
    "filesystem",
    "network",
    "round_trip",
    "pressure",
    "temperature",
    "processes",
    "file_descriptors",
    "server",
];

/// Every collector but those named in `disabled`. The table of processes holds the top `processes` by processor time
/// and as many by memory.
pub fn all(disabled: &[String], processes: usize) -> Vec<Box<dyn Collector>> {
    let every: [Box<dyn Collector>; NAMES.len()] = [
        Box::new(Cpu::default()),
        Box::new(Memory::default()),
        Box::new(Load::default()),
        Box::new(Disk::default()),
        Box::new(Filesystem::default()),
        Box::new(Network::default()),
        Box::new(RoundTrip::default()),
        Box::new(Pressure::default()),
        Box::new(Temperature::default()),
        Box::new(Processes::new(processes)),
        Box::new(FileDescriptors::default()),
        Box::new(Server::default()),
    ];
    every.into_iter().filter(|collector| !disabled.iter().any(|name| name == collector.name())).collect()
}

/// The number of a gauge, registered when it is first met.
fn gauge<const N: usize>(
    readings: &Readings,
    topics: Topics,
    unit: Unit,
    name: &'static str,
    labels: [(&'static str, &str); N],
) -> Option<SeriesId> {
    readings.catalog().register(SeriesKey::new(name, labels), unit, Kind::Gauge, topics)
}

/// The number of a running total, registered when it is first met.
fn counter<const N: usize>(
    readings: &Readings,
    topics: Topics,
    unit: Unit,
    name: &'static str,
    labels: [(&'static str, &str); N],
) -> Option<SeriesId> {
    readings.catalog().register(SeriesKey::new(name, labels), unit, Kind::Counter, topics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_a_collector() {
        let all: Vec<_> = all(&[], PROCESSES_SHOWN).iter().map(|collector| collector.name().to_owned()).collect();
        assert_eq!(all, NAMES);
    }

    #[test]
    fn collectors_can_be_left_out() {
        let some = all(&["processes".to_owned(), "server".to_owned()], PROCESSES_SHOWN);
        assert_eq!(some.len(), NAMES.len() - 2);
        assert!(some.iter().all(|collector| collector.name() != "processes"));
    }
}
