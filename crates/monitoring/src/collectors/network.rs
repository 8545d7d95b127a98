//! Network interfaces and TCP connections.

use super::{
    OVERVIEW, SYSTEM, counter, gauge,
    proc_file::{ProcFile, if_there},
    whole::{Whole, increases},
};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Topics, Unit, names};
use procfs::net::{DeviceStatus, InterfaceDeviceStatus, Snmp};
use std::{collections::HashMap, path::PathBuf};

/// The ends of cables that only exist in the kernel, one for each container or virtual machine, come and go under names
/// of chance. What passes through them is counted at the interface on their other side.
const CABLE_ENDS: [&str; 4] = ["veth", "cali", "vnet", "tap"];

/// Reads `/proc/net/dev`, `/proc/net/snmp` and `/proc/net/sockstat`.
#[derive(Debug)]
pub struct Network {
    devices: ProcFile,
    snmp: ProcFile,
    sockets: ProcFile,
    /// Where the kernel tells of each interface what it is.
    sys: PathBuf,
    known: HashMap<String, Device>,
    /// Grows with each run: what was not seen in this one is gone.
    run: u64,
    whole: Whole<8>,
    total: Option<Ids>,
    connections: Option<[Option<SeriesId>; 2]>,
}

/// Bytes, packets, errors and dropped packets: received and transmitted of each.
type Ids = [Option<SeriesId>; 8];

#[derive(Debug)]
struct Device {
    ids: Ids,
    /// Whether there is hardware behind it.
    hardware: bool,
    totals: Option<[u64; 8]>,
    run: u64,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            devices: ProcFile::new("/proc/net/dev"),
            snmp: ProcFile::new("/proc/net/snmp"),
            sockets: ProcFile::new("/proc/net/sockstat"),
            sys: PathBuf::from("/sys/class/net"),
            known: HashMap::new(),
            run: 0,
            whole: Whole::default(),
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
        self.interfaces(devices.into_values(), readings);
        self.connections(readings)
    }
}

impl Network {
    /// Each interface by itself, and the whole machine: what its hardware moves. A bridge, a bond or a tunnel passes on
    /// what a card receives, and would be counted twice. A container has no hardware: there it is all but loopback.
    fn interfaces(&mut self, devices: impl Iterator<Item = DeviceStatus>, readings: &mut Readings) {
        self.run += 1;
        let (mut hardware, mut software): (Option<Whole<8>>, Whole<8>) = (None, Whole::default());
        for status in devices.filter(|status| !CABLE_ENDS.iter().any(|prefix| status.name.starts_with(prefix))) {
            let device = self.known.entry(status.name.clone()).or_insert_with_key(|name| Device {
                ids: register(readings, SYSTEM, Some(name)),
                hardware: self.sys.join(name).join("device").exists(),
                totals: None,
                run: 0,
            });
            device.run = self.run;
            let totals = totals(&status);
            let increases = increases(device.totals.replace(totals), totals);
            for (id, total) in device.ids.into_iter().zip(totals) {
                readings.push(id, total as f64);
            }
            if device.hardware {
                hardware.get_or_insert_default().add(increases);
            } else if status.name != "lo" {
                software.add(increases);
            }
        }
        self.forget_those_gone(readings);
        self.whole.add(hardware.unwrap_or(software).totals());
        let ids = *self.total.get_or_insert_with(|| register(readings, OVERVIEW, None));
        for (id, total) in ids.into_iter().zip(self.whole.totals()) {
            readings.push(id, total as f64);
        }
    }

    fn forget_those_gone(&mut self, readings: &Readings) {
        let run = self.run;
        for (_, device) in self.known.extract_if(|_, device| device.run != run) {
            device.ids.into_iter().flatten().for_each(|id| readings.catalog().release(id));
        }
    }

    fn connections(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let state = |state| gauge(readings, SYSTEM, Unit::Count, names::NETWORK_CONNECTIONS, [("state", state)]);
        let [established, waiting] =
            *self.connections.get_or_insert_with(|| [state("established"), state("time_wait")]);
        if let Some(snmp) = if_there(self.snmp.parse::<Snmp>())? {
            readings.push(established, snmp.tcp_curr_estab as f64);
        }
        if let Some(count) = if_there(self.sockets.read(|content| Ok(time_wait(content))))?.flatten() {
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
    use crate::{Catalog, frame_builder::FrameBuilder};
    use miorai_model::{SeriesKey, Timestamp};
    use procfs::FromBufRead as _;
    use std::{sync::Arc, time::Duration};

    /// A machine whose interfaces and what they have received are told, second by second.
    struct Machine {
        network: Network,
        catalog: Arc<Catalog>,
        builder: FrameBuilder,
        second: u64,
        _sys: tempfile::TempDir,
    }

    impl Machine {
        fn with_hardware(names: &[&str]) -> Self {
            let sys = tempfile::tempdir().unwrap();
            for name in names {
                std::fs::create_dir_all(sys.path().join(name).join("device")).unwrap();
            }
            let network = Network { sys: sys.path().to_owned(), ..Network::default() };
            let catalog = Arc::new(Catalog::new(1_000));
            Self { network, catalog, builder: FrameBuilder::default(), second: 0, _sys: sys }
        }

        /// The bytes that the whole machine has received per second.
        fn rate(&mut self, received: &[(&str, u64)]) -> Option<f64> {
            self.second += 1;
            let lines = received.iter().map(|(name, bytes)| format!("{name}: {bytes} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"));
            let text = format!("Inter-|\n face |\n{}", lines.collect::<String>());
            let InterfaceDeviceStatus(devices) = InterfaceDeviceStatus::from_buf_read(text.as_bytes()).unwrap();
            let at = Duration::from_secs(self.second);
            let mut readings = Readings::new(Arc::clone(&self.catalog), Timestamp::default(), at);
            self.network.interfaces(devices.into_values(), &mut readings);
            let series = self.catalog.series();
            self.builder.begin(&series, at);
            self.builder.add(&series, &mut readings);
            let id = self.catalog.find(&SeriesKey::new(names::NETWORK_IO, [("direction", "receive")])).unwrap();
            self.builder.finish(self.second, Timestamp::default()).value(id)
        }
    }

    #[test]
    fn an_interface_that_goes_or_comes_is_no_traffic_of_the_others() {
        let mut machine = Machine::with_hardware(&[]);
        assert_eq!(machine.rate(&[("lo", 9_000), ("eth0", 24_000_000), ("tun0", 500_000)]), None);
        assert_eq!(machine.rate(&[("lo", 9_900), ("eth0", 24_000_010), ("tun0", 500_005)]), Some(15.0));
        assert_eq!(machine.rate(&[("lo", 9_900), ("eth0", 24_000_010)]), Some(0.0), "one has gone");
        assert_eq!(machine.rate(&[("eth0", 24_000_010), ("tun1", 77_000_000)]), Some(0.0), "another has come");
        assert_eq!(machine.rate(&[("eth0", 24_000_010), ("tun1", 77_000_003)]), Some(3.0));
        assert_eq!(machine.rate(&[("eth0", 4), ("tun1", 77_000_003)]), Some(4.0), "a card began anew");
    }

    #[test]
    fn what_passes_through_bridges_and_tunnels_is_counted_once_at_the_hardware() {
        let mut machine = Machine::with_hardware(&["eth0", "wlan0"]);
        machine.rate(&[("eth0", 100), ("wlan0", 10), ("docker0", 100), ("bond0", 110)]);
        assert_eq!(machine.rate(&[("eth0", 150), ("wlan0", 11), ("docker0", 150), ("bond0", 161)]), Some(51.0));
    }

    #[test]
    fn interfaces_that_come_and_go_leave_nothing_behind() {
        let mut machine = Machine::with_hardware(&[]);
        machine.rate(&[("eth0", 1)]);
        let before = machine.catalog.series().len();
        machine.rate(&[("eth0", 1), ("veth12ab", 1), ("vnet0", 1)]);
        assert_eq!(machine.catalog.series().len(), before, "ends of cables have no series");
        machine.rate(&[("eth0", 1), ("tun0", 1)]);
        machine.rate(&[("eth0", 1)]);
        assert_eq!(machine.network.known.len(), 1);
    }

    #[test]
    fn waiting_connections_are_found() {
        let sockstat = b"sockets: used 290\nTCP: inuse 7 orphan 0 tw 12 alloc 9 mem 3\nUDP: inuse 2 mem 1\n";
        assert_eq!(time_wait(sockstat), Some(12));
        assert_eq!(time_wait(b"TCP6: inuse 1\n"), None);
    }
}
