//! Network interfaces and TCP connections.

use super::{OVERVIEW, SYSTEM, counter, gauge, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Topics, Unit, names};
use procfs::net::{DeviceStatus, InterfaceDeviceStatus, Snmp};
use std::collections::HashMap;

/// Reads `/proc/net/dev`, `/proc/net/snmp` and `/proc/net/sockstat`.
#[derive(Debug)]
pub struct Network {
    devices: ProcFile,
    snmp: ProcFile,
    sockets: ProcFile,
    known: HashMap<String, Ids>,
    total: Option<Ids>,
    connections: Option<[Option<SeriesId>; 2]>,
}

/// Bytes, packets, errors and dropped packets: received and transmitted of each.
type Ids = [Option<SeriesId>; 8];

impl Default for Network {
    fn default() -> Self {
        Self {
            devices: ProcFile::new("/proc/net/dev"),
            snmp: ProcFile::new("/proc/net/snmp"),
            sockets: ProcFile::new("/proc/net/sockstat"),
            known: HashMap::new(),
            total: None,
            connections: None,
        }
    }
}

impl Collector for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let InterfaceDeviceStatus(devices) = self.devices.parse()?;
        let mut sums = [0_u64; 8];
        for (name, status) in devices {
            let ids = *self.known.entry(name).or_insert_with_key(|name| register(readings, SYSTEM, Some(name)));
            let totals = totals(&status);
            for (id, total) in ids.into_iter().zip(totals) {
                readings.push(id, total as f64);
            }
            if status.name != "lo" {
                for (sum, total) in sums.iter_mut().zip(totals) {
                    *sum += total;
                }
            }
        }
        let total = *self.total.get_or_insert_with(|| register(readings, OVERVIEW, None));
        for (id, sum) in total.into_iter().zip(sums) {
            readings.push(id, sum as f64);
        }
        self.connections(readings)
    }
}

impl Network {
    fn connections(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let state = |state| gauge(readings, SYSTEM, Unit::Count, names::NETWORK_CONNECTIONS, [("state", state)]);
        let [established, waiting] =
            *self.connections.get_or_insert_with(|| [state("established"), state("time_wait")]);
        let snmp: Snmp = self.snmp.parse()?;
        readings.push(established, snmp.tcp_curr_estab as f64);
        if let Some(count) = self.sockets.read(|content| Ok(time_wait(content)))? {
            readings.push(waiting, f64::from(count));
        }
        Ok(())
    }
}

fn register(readings: &Readings, topics: Topics, device: Option<&str>) -> Ids {
    let id = |unit, name, direction| match device {
        Some(device) => counter(readings, topics, unit, name, [("device", device), ("direction", direction)]),
        None => counter(readings, topics, unit, name, [("direction", direction)]),
    };
    [
        id(Unit::Bytes, names::NETWORK_IO, "receive"),
        id(Unit::Bytes, names::NETWORK_IO, "transmit"),
        id(Unit::Count, names::NETWORK_PACKETS, "receive"),
        id(Unit::Count, names::NETWORK_PACKETS, "transmit"),
        id(Unit::Count, names::NETWORK_ERRORS, "receive"),
        id(Unit::Count, names::NETWORK_ERRORS, "transmit"),
        id(Unit::Count, names::NETWORK_DROPPED, "receive"),
        id(Unit::Count, names::NETWORK_DROPPED, "transmit"),
    ]
}

const fn totals(status: &DeviceStatus) -> [u64; 8] {
    [
        status.recv_bytes,
        status.sent_bytes,
        status.recv_packets,
        status.sent_packets,
        status.recv_errs,
        status.sent_errs,
        status.recv_drop,
        status.sent_drop,
    ]
}

/// The connections that wait until no late packet can come any more: `TCP: inuse 5 orphan 0 tw 3 …`.
fn time_wait(sockstat: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(sockstat).ok()?;
    let tcp = text.lines().find_map(|line| line.strip_prefix("TCP: "))?;
    let mut words = tcp.split_ascii_whitespace();
    words.find(|word| *word == "tw")?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_connections_are_found() {
        let sockstat = b"sockets: used 290\nTCP: inuse 7 orphan 0 tw 12 alloc 9 mem 3\nUDP: inuse 2 mem 1\n";
        assert_eq!(time_wait(sockstat), Some(12));
        assert_eq!(time_wait(b"TCP6: inuse 1\n"), None);
    }
}
