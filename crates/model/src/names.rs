//! The names of series: OpenTelemetry's semantic conventions where they have one, `miorai.` where they have not.
//!
//! A series without the label that tells parts of a whole from each other (`cpu`, `device`) is the whole machine's.

/// Share of processor time by `state` (`user` `system` `iowait` `steal` `nice` `interrupt` `idle`), of one core with `cpu`, of all without.
pub const CPU_UTILIZATION: &str = "system.cpu.utilization";
/// Share of processor time that was not idle and not waiting for I/O; of one core with `cpu`, of all without.
pub const CPU_BUSY: &str = "miorai.system.cpu.busy";
/// Bytes of memory by `state` (`used` `free` `cached` `buffers` `available`).
pub const MEMORY_USAGE: &str = "system.memory.usage";
/// Share of memory in use: all that is not available to new programs.
pub const MEMORY_UTILIZATION: &str = "system.memory.utilization";
/// Bytes of physical memory.
pub const MEMORY_LIMIT: &str = "system.memory.limit";
/// Bytes of swap by `state` (`used` `free`).
pub const SWAP_USAGE: &str = "system.paging.usage";
/// Share of swap in use; no value without swap.
pub const SWAP_UTILIZATION: &str = "system.paging.utilization";
/// Pages moved per second to (`out`) and from (`in`) swap, by `direction`.
pub const SWAP_OPERATIONS: &str = "system.paging.operations";
/// Load averages.
pub const LOAD_1M: &str = "system.cpu.load_average.1m";
/// Load average over five minutes.
pub const LOAD_5M: &str = "system.cpu.load_average.5m";
/// Load average over fifteen minutes.
pub const LOAD_15M: &str = "system.cpu.load_average.15m";
/// Bytes per second by `direction` (`read` `write`), of one disk with `device`.
pub const DISK_IO: &str = "system.disk.io";
/// Operations per second by `direction`, of one disk with `device`.
pub const DISK_OPERATIONS: &str = "system.disk.operations";
/// Share of time in which a `device` was busy.
pub const DISK_BUSY: &str = "system.disk.io_time";
/// Bytes of a filesystem by `state` (`used` `free` `reserved`), with `device`, `mountpoint`, `type`.
pub const FILESYSTEM_USAGE: &str = "system.filesystem.usage";
/// Share of a filesystem in use, with `device`, `mountpoint`, `type`; the fullest one's without labels.
pub const FILESYSTEM_UTILIZATION: &str = "system.filesystem.utilization";
/// Bytes per second by `direction` (`receive` `transmit`), of one interface with `device`, of all but loopback without.
pub const NETWORK_IO: &str = "system.network.io";
/// Packets per second by `direction`, with `device` or without.
pub const NETWORK_PACKETS: &str = "system.network.packets";
/// Errors per second by `direction`, with `device` or without.
pub const NETWORK_ERRORS: &str = "system.network.errors";
/// Dropped packets per second by `direction`, with `device` or without.
pub const NETWORK_DROPPED: &str = "system.network.dropped";
/// TCP connections by `state` (`established` `time_wait`).
pub const NETWORK_CONNECTIONS: &str = "system.network.connections";
/// Degrees Celsius of a `sensor`.
pub const TEMPERATURE: &str = "system.temperature";
/// Processes by `state` (`running` `blocked`), all without.
pub const PROCESS_COUNT: &str = "system.processes.count";
/// Processes started per second.
pub const PROCESSES_CREATED: &str = "system.processes.created";
/// Threads of all processes.
pub const THREAD_COUNT: &str = "miorai.system.threads";
/// Context switches per second.
pub const CONTEXT_SWITCHES: &str = "miorai.system.context_switches";
/// Open file descriptors of the machine.
pub const FILE_DESCRIPTORS: &str = "miorai.system.file_descriptors";
/// How many file descriptors the machine may open.
pub const FILE_DESCRIPTOR_LIMIT: &str = "miorai.system.file_descriptor.limit";
/// Seconds since the machine was started.
pub const UPTIME: &str = "system.uptime";
/// Share of time in which tasks waited for a `resource` (`cpu` `memory` `io`), by `kind` (`some` `full`): pressure stall information.
pub const PRESSURE: &str = "miorai.system.pressure";

/// Processor time of the server itself as a share of one core.
pub const PROCESS_CPU: &str = "process.cpu.utilization";
/// Resident memory of the server itself.
pub const PROCESS_MEMORY: &str = "process.memory.usage";
/// Threads of the server itself.
pub const PROCESS_THREADS: &str = "process.thread.count";
/// Open file descriptors of the server itself.
pub const PROCESS_FDS: &str = "process.open_file_descriptor.count";
/// Seconds since the server was started.
pub const PROCESS_UPTIME: &str = "process.uptime";
/// Seconds that the last tick took, from waking up to the finished frame.
pub const TICK_DURATION: &str = "miorai.tick.duration";
/// Seconds by which the last tick was late.
pub const TICK_LATENESS: &str = "miorai.tick.lateness";
/// Ticks that were left out because the machine slept or was overloaded, a running total.
pub const TICKS_MISSED: &str = "miorai.tick.missed";
/// Runs of a `collector` that failed, a running total.
pub const COLLECTOR_ERRORS: &str = "miorai.collector.errors";
/// Runs of a `collector` that were skipped because it had not come back in time, a running total.
pub const COLLECTOR_SKIPPED: &str = "miorai.collector.skipped";
/// Seconds that the last run of a `collector` took.
pub const COLLECTOR_DURATION: &str = "miorai.collector.duration";
/// Series known to the server.
pub const SERIES_COUNT: &str = "miorai.series.count";
/// Values that found no place because there were too many series, a running total.
pub const SERIES_OVERFLOW: &str = "miorai.series.overflow";
/// Clients of the live stream.
pub const LIVE_CLIENTS: &str = "miorai.live.clients";
/// Bytes sent to clients of the live stream.
pub const LIVE_BYTES: &str = "miorai.live.io";
/// Messages that slow clients of the live stream missed, a running total.
pub const LIVE_MISSED: &str = "miorai.live.missed";
/// Bytes of the newest frame by `topic` and `encoding`.
pub const FRAME_BYTES: &str = "miorai.live.frame.size";
/// Open connections to the server.
pub const HTTP_CONNECTIONS: &str = "miorai.http.connections";
/// Bytes of memory that the history holds.
pub const HISTORY_MEMORY: &str = "miorai.history.memory";
