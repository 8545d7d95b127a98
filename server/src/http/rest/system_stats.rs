//! The machine's newest figures in one answer.

use crate::http::{ApiError, HttpState, moment::rfc3339, rest};
use axum::{extract::State, response::Response};
use miorai_model::{Labels, SeriesId, host::Host, names, process::ProcessTable};
use miorai_monitoring::{Slot, Tick};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use utoipa::ToSchema;

/// The newest figures of the machine. What the machine does not have is `null` or empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct SystemStats {
    /// The time that the figures are for: RFC 3339, UTC.
    timestamp: String,
    /// The machine.
    host: Host,
    /// Seconds since the machine was started.
    uptime_seconds: Option<f64>,
    /// Processor.
    cpu: Cpu,
    /// Memory.
    memory: Memory,
    /// Swap.
    swap: Swap,
    /// Load averages.
    load: Load,
    /// Each disk.
    disks: Vec<Disk>,
    /// Each filesystem.
    filesystems: Vec<Filesystem>,
    /// Each network interface.
    networks: Vec<Network>,
    /// TCP connections by state.
    connections: BTreeMap<String, f64>,
    /// Processes: how many, and the top ones.
    #[schema(value_type = ProcessTable)]
    processes: Arc<ProcessTable>,
    /// Share of time in which tasks waited for a resource, in percent: pressure stall information.
    pressure: Vec<Pressure>,
    /// Each sensor.
    temperatures: Vec<Temperature>,
    /// Open file descriptors of the machine.
    file_descriptors: Option<f64>,
    /// Context switches.
    context_switches_per_second: Option<f64>,
}

/// Processor.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cpu {
    /// Time in use, of all cores.
    usage_percent: Option<f64>,
    /// Time by state, of all cores.
    states_percent: BTreeMap<String, f64>,
    /// Time in use of each core.
    cores: Vec<Core>,
}

/// One core.
#[derive(Debug, Serialize, ToSchema)]
pub struct Core {
    /// Its number.
    core: u32,
    /// Time in use.
    usage_percent: f64,
}

/// Memory.
#[derive(Debug, Serialize, ToSchema)]
pub struct Memory {
    /// Physical memory.
    total_bytes: Option<f64>,
    /// In use by programs and the kernel.
    used_bytes: Option<f64>,
    /// What new programs could get.
    available_bytes: Option<f64>,
    /// Unused.
    free_bytes: Option<f64>,
    /// Files that are kept at hand.
    cached_bytes: Option<f64>,
    /// Blocks of devices that are kept at hand.
    buffers_bytes: Option<f64>,
    /// Share that is not available.
    usage_percent: Option<f64>,
}

/// Swap.
#[derive(Debug, Serialize, ToSchema)]
pub struct Swap {
    /// In use.
    used_bytes: Option<f64>,
    /// Unused.
    free_bytes: Option<f64>,
    /// Share in use; nothing without swap.
    usage_percent: Option<f64>,
    /// Pages read back.
    in_pages_per_second: Option<f64>,
    /// Pages written out.
    out_pages_per_second: Option<f64>,
}

/// Load averages.
#[derive(Debug, Serialize, ToSchema)]
pub struct Load {
    /// Over one minute.
    #[serde(rename = "1m")]
    one: Option<f64>,
    /// Over five minutes.
    #[serde(rename = "5m")]
    five: Option<f64>,
    /// Over fifteen minutes.
    #[serde(rename = "15m")]
    fifteen: Option<f64>,
}

/// One disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disk {
    /// Its name.
    device: String,
    /// Bytes read.
    read_bytes_per_second: Option<f64>,
    /// Bytes written.
    write_bytes_per_second: Option<f64>,
    /// Reads.
    reads_per_second: Option<f64>,
    /// Writes.
    writes_per_second: Option<f64>,
    /// Time in which it was busy.
    busy_percent: Option<f64>,
}

/// One filesystem.
#[derive(Debug, Serialize, ToSchema)]
pub struct Filesystem {
    /// The device it is on.
    device: String,
    /// Where it is mounted.
    mountpoint: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// In use.
    used_bytes: Option<f64>,
    /// Free.
    free_bytes: Option<f64>,
    /// Share in use.
    usage_percent: Option<f64>,
}

/// One network interface.
#[derive(Debug, Serialize, ToSchema)]
pub struct Network {
    /// Its name.
    device: String,
    /// Bytes received.
    receive_bytes_per_second: Option<f64>,
    /// Bytes sent.
    transmit_bytes_per_second: Option<f64>,
    /// Packets received.
    receive_packets_per_second: Option<f64>,
    /// Packets sent.
    transmit_packets_per_second: Option<f64>,
    /// Errors of both directions.
    errors_per_second: Option<f64>,
    /// Packets dropped of both directions.
    dropped_per_second: Option<f64>,
}

/// Pressure on one resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pressure {
    /// `cpu`, `memory` or `io`.
    resource: String,
    /// Some tasks waited.
    some_percent: Option<f64>,
    /// All tasks waited.
    full_percent: Option<f64>,
}

/// One sensor.
#[derive(Debug, Serialize, ToSchema)]
pub struct Temperature {
    /// Its name.
    sensor: String,
    /// What it reads.
    celsius: f64,
}

/// The machine's newest figures.
#[utoipa::path(get, path = "/api/core/monitoring/system-stats/", tag = "monitoring", responses(
    (status = 200, description = "The figures of the newest second", body = SystemStats),
    (status = 503, description = "There is no frame yet", body = miorai_model::problem::Problem),
))]
pub async fn system_stats(State(state): State<HttpState>) -> Result<Response, ApiError> {
    let monitor = state.monitor();
    let tick = rest::newest(monitor)?;
    // Everybody who asks within the same second gets the same bytes.
    let json = tick.cached(Slot::SystemStats, |tick| {
        serde_json::to_vec(&stats(tick, monitor.host())).expect("the answer has text keys only").into()
    });
    Ok(rest::ready(rest::JSON, json))
}

/// The values of a tick by name and labels.
struct Values<'a> {
    tick: &'a Tick,
    by_name: HashMap<&'a str, Vec<(&'a Labels, SeriesId)>>,
}

impl<'a> Values<'a> {
    fn of(tick: &'a Tick) -> Self {
        let mut by_name: HashMap<&str, Vec<_>> = HashMap::new();
        for series in tick.series.iter() {
            by_name.entry(series.key.name.as_ref()).or_default().push((&series.key.labels, series.id));
        }
        Self { tick, by_name }
    }

    /// Labels and value of every series of a name that has a value.
    fn all(&self, name: &str) -> impl Iterator<Item = (&'a Labels, f64)> {
        let series = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        series.iter().filter_map(|(labels, id)| Some((*labels, self.tick.frame.value(*id)?)))
    }

    /// The value of the series of a name with exactly these labels.
    fn one<const N: usize>(&self, name: &str, labels: [(&'static str, &str); N]) -> Option<f64> {
        let labels = Labels::new(labels);
        self.all(name).find(|(of, _)| **of == labels).map(|(_, value)| value)
    }

    /// As percent.
    fn percent<const N: usize>(&self, name: &str, labels: [(&'static str, &str); N]) -> Option<f64> {
        self.one(name, labels).map(percent)
    }

    /// The values that a label has, in order, without repetition.
    fn label_values(&self, name: &str, label: &str) -> Vec<&'a str> {
        let mut values: Vec<&str> = self.all(name).filter_map(|(labels, _)| labels.get(label)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }
}

/// A ratio as percent with two decimals.
fn percent(ratio: f64) -> f64 {
    (ratio * 10_000.0).round() / 100.0
}

fn stats(tick: &Tick, host: &Host) -> SystemStats {
    let values = Values::of(tick);
    let plain = |name| values.one(name, []);
    let state = |name, state: &str| values.one(name, [("state", state)]);
    SystemStats {
        timestamp: rfc3339(tick.frame.at),
        host: host.clone(),
        uptime_seconds: plain(names::UPTIME),
        cpu: cpu(&values),
        memory: Memory {
            total_bytes: plain(names::MEMORY_LIMIT),
            used_bytes: state(names::MEMORY_USAGE, "used"),
            available_bytes: state(names::MEMORY_USAGE, "available"),
            free_bytes: state(names::MEMORY_USAGE, "free"),
            cached_bytes: state(names::MEMORY_USAGE, "cached"),
            buffers_bytes: state(names::MEMORY_USAGE, "buffers"),
            usage_percent: values.percent(names::MEMORY_UTILIZATION, []),
        },
        swap: Swap {
            used_bytes: state(names::SWAP_USAGE, "used"),
            free_bytes: state(names::SWAP_USAGE, "free"),
            usage_percent: values.percent(names::SWAP_UTILIZATION, []),
            in_pages_per_second: values.one(names::SWAP_OPERATIONS, [("direction", "in")]),
            out_pages_per_second: values.one(names::SWAP_OPERATIONS, [("direction", "out")]),
        },
        load: Load { one: plain(names::LOAD_1M), five: plain(names::LOAD_5M), fifteen: plain(names::LOAD_15M) },
        disks: disks(&values),
        filesystems: filesystems(&values),
        networks: networks(&values),
        connections: values
            .all(names::NETWORK_CONNECTIONS)
            .filter_map(|(labels, value)| Some((labels.get("state")?.to_owned(), value)))
            .collect(),
        processes: Arc::clone(&tick.frame.processes),
        pressure: pressure(&values),
        temperatures: values
            .all(names::TEMPERATURE)
            .filter_map(|(labels, celsius)| Some(Temperature { sensor: labels.get("sensor")?.to_owned(), celsius }))
            .collect(),
        file_descriptors: plain(names::FILE_DESCRIPTORS),
        context_switches_per_second: plain(names::CONTEXT_SWITCHES),
    }
}

fn cpu(values: &Values<'_>) -> Cpu {
    let core = |(labels, value): (&Labels, f64)| {
        let core = labels.get("cpu")?.parse().ok()?;
        Some(Core { core, usage_percent: percent(value) })
    };
    let mut cores: Vec<Core> = values.all(names::CPU_BUSY).filter_map(core).collect();
    cores.sort_by_key(|core| core.core);
    let whole = values.all(names::CPU_UTILIZATION).filter(|(labels, _)| labels.get("cpu").is_none());
    Cpu {
        usage_percent: values.percent(names::CPU_BUSY, []),
        states_percent: whole
            .filter_map(|(labels, value)| Some((labels.get("state")?.to_owned(), percent(value))))
            .collect(),
        cores,
    }
}

fn disks(values: &Values<'_>) -> Vec<Disk> {
    let disk = |device: &str| {
        let of = |name, direction| values.one(name, [("device", device), ("direction", direction)]);
        Disk {
            device: device.to_owned(),
            read_bytes_per_second: of(names::DISK_IO, "read"),
            write_bytes_per_second: of(names::DISK_IO, "write"),
            reads_per_second: of(names::DISK_OPERATIONS, "read"),
            writes_per_second: of(names::DISK_OPERATIONS, "write"),
            busy_percent: values.percent(names::DISK_BUSY, [("device", device)]),
        }
    };
    values.label_values(names::DISK_IO, "device").into_iter().map(disk).collect()
}

fn filesystems(values: &Values<'_>) -> Vec<Filesystem> {
    let filesystem = |(labels, usage): (&Labels, f64)| {
        let label = |name| labels.get(name).unwrap_or_default();
        let (device, mountpoint, kind) = (label("device"), labels.get("mountpoint")?, label("type"));
        let bytes = |state| {
            let labels = [("device", device), ("mountpoint", mountpoint), ("type", kind), ("state", state)];
            values.one(names::FILESYSTEM_USAGE, labels)
        };
        Some(Filesystem {
            used_bytes: bytes("used"),
            free_bytes: bytes("free"),
            usage_percent: Some(percent(usage)),
            device: device.to_owned(),
            mountpoint: mountpoint.to_owned(),
            kind: kind.to_owned(),
        })
    };
    values.all(names::FILESYSTEM_UTILIZATION).filter_map(filesystem).collect()
}

fn networks(values: &Values<'_>) -> Vec<Network> {
    let network = |device: &str| {
        let of = |name, direction| values.one(name, [("device", device), ("direction", direction)]);
        let both = |name| Some(of(name, "receive")? + of(name, "transmit")?);
        Network {
            device: device.to_owned(),
            receive_bytes_per_second: of(names::NETWORK_IO, "receive"),
            transmit_bytes_per_second: of(names::NETWORK_IO, "transmit"),
            receive_packets_per_second: of(names::NETWORK_PACKETS, "receive"),
            transmit_packets_per_second: of(names::NETWORK_PACKETS, "transmit"),
            errors_per_second: both(names::NETWORK_ERRORS),
            dropped_per_second: both(names::NETWORK_DROPPED),
        }
    };
    values.label_values(names::NETWORK_IO, "device").into_iter().map(network).collect()
}

fn pressure(values: &Values<'_>) -> Vec<Pressure> {
    let of = |resource: &str| Pressure {
        resource: resource.to_owned(),
        some_percent: values.percent(names::PRESSURE, [("resource", resource), ("kind", "some")]),
        full_percent: values.percent(names::PRESSURE, [("resource", resource), ("kind", "full")]),
    };
    values.label_values(names::PRESSURE, "resource").into_iter().map(of).collect()
}
