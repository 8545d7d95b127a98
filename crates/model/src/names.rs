//! The names of series: OpenTelemetry's semantic conventions where they have one, `miorai.` where they have not.
//!
//! A series without the label that tells parts of a whole from each other (`cpu`, `device`) is the whole machine's.

mod database;

pub use database::*;

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
/// Median of the round trip times of TCP connections with other machines.
pub const NETWORK_ROUND_TRIP: &str = "miorai.network.round_trip_time";
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
/// Seconds that answers take, a distribution: of one route with `http.route` and `http.request.method`, of another program
/// with `service.name`, of all together without.
pub const HTTP_DURATION: &str = "http.server.request.duration";
/// Requests that are being answered, with the labels of [`HTTP_DURATION`].
pub const HTTP_ACTIVE: &str = "http.server.active_requests";
/// Requests answered, a running total, by `http.response.status_class` (`2xx` …) and the labels of [`HTTP_DURATION`].
pub const HTTP_REQUESTS: &str = "miorai.http.requests";
/// Requests of routes that found no place of their own, a running total.
pub const HTTP_ROUTES_OVERFLOW: &str = "miorai.http.routes_overflow";
/// Bytes of memory that the history holds.
pub const HISTORY_MEMORY: &str = "miorai.history.memory";
/// Bytes that history and journal take in the database.
pub const HISTORY_STORED: &str = "miorai.history.stored";
/// Values written to the database, a running total.
pub const HISTORY_SAMPLES: &str = "miorai.history.samples";
/// Frames in memory that are not in the database yet.
pub const HISTORY_QUEUE: &str = "miorai.history.queue";
/// Seconds from the newest frame in the database to the newest one there is.
pub const HISTORY_LAG: &str = "miorai.history.lag";
/// Frames that had to go before they could be written, a running total.
pub const HISTORY_LOST: &str = "miorai.history.lost";
/// Seconds that the last block took to be written.
pub const HISTORY_WRITE_DURATION: &str = "miorai.history.write.duration";

// Of each cache space, by `space`; by `application` too where another program has reported it.

/// Lookups that found an entry, a running total.
pub const CACHE_HITS: &str = "miorai.cache.hits";
/// Lookups that found none, a running total.
pub const CACHE_MISSES: &str = "miorai.cache.misses";
/// Share of lookups of the last minute that found an entry; no value when there were none.
pub const CACHE_HIT_RATIO: &str = "miorai.cache.hit_ratio";
/// Lookups, writes and deletions, a running total.
pub const CACHE_OPERATIONS: &str = "miorai.cache.operations";
/// Entries written, a running total.
pub const CACHE_SETS: &str = "miorai.cache.sets";
/// Entries deleted, a running total.
pub const CACHE_DELETES: &str = "miorai.cache.deletes";
/// Entries that had to go because there was no room, a running total.
pub const CACHE_EVICTIONS: &str = "miorai.cache.evictions";
/// Operations that failed, a running total.
pub const CACHE_ERRORS: &str = "miorai.cache.errors";
/// Entries that could not be read and were taken for missing, a running total.
pub const CACHE_CORRUPTED: &str = "miorai.cache.corrupted";
/// Callers that waited for a computation already under way, a running total.
pub const CACHE_WAITS: &str = "miorai.cache.waits";
/// Hits on entries after their lifetime, a running total.
pub const CACHE_STALE_HITS: &str = "miorai.cache.stale_hits";
/// Hits on "there is no such thing", a running total.
pub const CACHE_NEGATIVE_HITS: &str = "miorai.cache.negative_hits";
/// Hits that the near cache answered, a running total.
pub const CACHE_NEAR_HITS: &str = "miorai.cache.near_hits";
/// Values computed because there was no entry, a running total.
pub const CACHE_COMPUTATIONS: &str = "miorai.cache.computations";
/// Seconds that an operation took, by `percentile` (`p50` `p95` `p99`).
pub const CACHE_LATENCY: &str = "miorai.cache.latency";
/// Entries held.
pub const CACHE_KEYS: &str = "miorai.cache.keys";
/// Bytes that the entries take.
pub const CACHE_BYTES: &str = "miorai.cache.bytes";

// Of each Redis, by `server`: the names of the OpenTelemetry Collector's Redis receiver. Durations are in seconds.

/// Seconds since the server was started.
pub const REDIS_UPTIME: &str = "redis.uptime";
/// Processor time by `state` (`sys` `sys_children` `sys_main_thread` `user` `user_children` `user_main_thread`), a running total.
pub const REDIS_CPU_TIME: &str = "redis.cpu.time";
/// Connections of clients, those of replicas left out.
pub const REDIS_CLIENTS_CONNECTED: &str = "redis.clients.connected";
/// Clients that wait in a blocking call.
pub const REDIS_CLIENTS_BLOCKED: &str = "redis.clients.blocked";
/// Bytes of the largest input buffer among the clients.
pub const REDIS_CLIENTS_MAX_INPUT_BUFFER: &str = "redis.clients.max_input_buffer";
/// Bytes of the largest output buffer among the clients.
pub const REDIS_CLIENTS_MAX_OUTPUT_BUFFER: &str = "redis.clients.max_output_buffer";
/// Keys whose lifetime ended, a running total.
pub const REDIS_KEYS_EXPIRED: &str = "redis.keys.expired";
/// Keys evicted because of the limit of memory, a running total.
pub const REDIS_KEYS_EVICTED: &str = "redis.keys.evicted";
/// Connections accepted, a running total.
pub const REDIS_CONNECTIONS_RECEIVED: &str = "redis.connections.received";
/// Connections refused because there were too many, a running total.
pub const REDIS_CONNECTIONS_REJECTED: &str = "redis.connections.rejected";
/// Bytes allocated.
pub const REDIS_MEMORY_USED: &str = "redis.memory.used";
/// The most bytes ever allocated.
pub const REDIS_MEMORY_PEAK: &str = "redis.memory.peak";
/// Bytes that the system has given to the server.
pub const REDIS_MEMORY_RSS: &str = "redis.memory.rss";
/// Bytes of the script engine.
pub const REDIS_MEMORY_LUA: &str = "redis.memory.lua";
/// What the system has given, as a multiple of what is allocated.
pub const REDIS_MEMORY_FRAGMENTATION_RATIO: &str = "redis.memory.fragmentation_ratio";
/// The limit of memory; 0 for none.
pub const REDIS_MAXMEMORY: &str = "redis.maxmemory";
/// Changes since the last snapshot was written.
pub const REDIS_RDB_CHANGES: &str = "redis.rdb.changes_since_last_save";
/// Commands per second, as the server itself works it out.
pub const REDIS_COMMANDS: &str = "redis.commands";
/// Commands processed, a running total.
pub const REDIS_COMMANDS_PROCESSED: &str = "redis.commands.processed";
/// Bytes read from the network, a running total.
pub const REDIS_NET_INPUT: &str = "redis.net.input";
/// Bytes written to the network, a running total.
pub const REDIS_NET_OUTPUT: &str = "redis.net.output";
/// Lookups that found their key, a running total.
pub const REDIS_KEYSPACE_HITS: &str = "redis.keyspace.hits";
/// Lookups that did not, a running total.
pub const REDIS_KEYSPACE_MISSES: &str = "redis.keyspace.misses";
/// Seconds that the last fork took.
pub const REDIS_LATEST_FORK: &str = "redis.latest_fork";
/// Replicas connected.
pub const REDIS_SLAVES_CONNECTED: &str = "redis.slaves.connected";
/// The oldest byte of the replication backlog.
pub const REDIS_REPLICATION_BACKLOG_FIRST_BYTE_OFFSET: &str = "redis.replication.backlog_first_byte_offset";
/// How far the replication stream has been written.
pub const REDIS_REPLICATION_OFFSET: &str = "redis.replication.offset";
/// How far a replica has read the stream of its primary.
pub const REDIS_REPLICATION_REPLICA_OFFSET: &str = "redis.replication.replica_offset";
/// 1 for the `role` (`primary` `replica`) that the server has.
pub const REDIS_ROLE: &str = "redis.role";
/// Keys of a database, by `db`.
pub const REDIS_DB_KEYS: &str = "redis.db.keys";
/// Keys with a lifetime, by `db`.
pub const REDIS_DB_EXPIRES: &str = "redis.db.expires";
/// Mean of the lifetimes that are left, by `db`.
pub const REDIS_DB_AVG_TTL: &str = "redis.db.avg_ttl";
/// Calls of a command, by `cmd`, a running total.
pub const REDIS_CMD_CALLS: &str = "redis.cmd.calls";
/// Microseconds spent in a command, by `cmd`, a running total.
pub const REDIS_CMD_USEC: &str = "redis.cmd.usec";
/// Seconds that a command takes, by `cmd` and `percentile` (`p50` `p99` `p99.9`).
pub const REDIS_CMD_LATENCY: &str = "redis.cmd.latency";
