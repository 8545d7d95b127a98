//! Starts everything, and stops it in order.

use crate::{
    caches::{self, Watch},
    config::{Config, Loaded, past},
    databases,
    http::{
        HttpOptions, HttpState,
        listen::{self, Connections},
        router, site,
        state::{Desks, VERSION},
    },
    performance, received, store,
};
use app::{
    snapshot::{About, Limits},
    state::AppState,
};
use miorai_model::{Clock, Kind, SeriesKey, Severity, Topic, Topics, Unit, names};
use miorai_monitoring::{
    CollectError, Collector, Monitor, QueryMonitor, Sampler, SystemClock,
    collectors::{self, DatabaseServers},
    received::Received,
};
use miorai_storage::{History, Journal, Store, StoreError};
use std::{
    fs::{File, TryLockError},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Held while the server runs, so that no second one uses the same folder.
const LOCK: &str = "miorai.lock";

/// Why the server could not start: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {source}; {hint}")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// The folder for data cannot be used.
    #[error("cannot use the data folder {}: {source}; choose another by --data-dir, or give this user the right to write there", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another server uses the folder.
    #[error("the data folder {} is in use by another miorai: stop that one, or choose another folder by --data-dir", path.display())]
    DataDirInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The caches cannot be set up as the configuration has them.
    #[error("cannot set up the caches: {0}; see [cache] and [[redis]] in `miorai config print`")]
    Caches(#[from] caches::SetUpError),
    /// The database cannot be used.
    #[error("cannot keep history and journal: {0}; see [storage] in `miorai config print`")]
    Store(#[from] StoreError),
    /// The PostgreSQL servers cannot be watched as the configuration has them.
    #[error("cannot watch the databases: {0}; see [[postgresql]] in `miorai config print`")]
    Databases(#[from] CollectError),
}

/// A server that runs.
pub struct Running {
    /// The address it listens on.
    pub addr: SocketAddr,
    /// Frames, health, history and events.
    pub monitor: Monitor,
    stop: CancellationToken,
    tasks: TaskTracker,
    sampler: JoinHandle<()>,
    /// Writes what the others leave, and so ends last.
    writer: JoinHandle<()>,
    stop_writer: CancellationToken,
    grace: Duration,
    _lock: File,
}

/// Starts the server: when this comes back, it answers.
pub async fn start(loaded: &Loaded) -> Result<Running, StartError> {
    start_watched(loaded, databases::query_monitor(&loaded.config)).await
}

/// The same with what watches the server's own statements, which the log may tell of too.
pub async fn start_watched(loaded: &Loaded, queries: QueryMonitor) -> Result<Running, StartError> {
    let config = &loaded.config;
    let lock = claim(&config.server.data_dir)?;
    raise_file_limit();
    let listener = bind(config.server.addr).await?;
    let addr = listener.local_addr().unwrap_or(config.server.addr);
    let connections = Connections::default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let (watch, mut of_servers) = caches::set_up(config, &clock)?;
    let (database_servers, of_databases) = databases::set_up(config, &clock)?;
    of_servers.extend(of_databases);
    let store = store::open(config).await?;
    let received = Received::new(config.received.limits(), Arc::clone(&clock));
    let api = performance::Watch::new(&clock, queries.clone());
    let sources = Sources {
        connections: &connections,
        caches: &watch,
        api: &api,
        databases: &database_servers,
        queries: &queries,
        received: &received,
        store: &store,
    };
    let (monitor, sampler) = monitor(config, clock, of_servers, &sources);
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let stop_writer = CancellationToken::new();
    let writer = tokio::spawn(store.writer.run(stop_writer.clone()));
    tasks.spawn(watch.manager().clone().run(stop.clone()));
    tasks.spawn(watch.clone().run(stop.clone()));
    let sampler = tokio::spawn(sampler.run(stop.clone()));
    let options = http_options(config, addr);
    let desks = Desks {
        caches: caches::Desk::new(watch, monitor.clone(), tasks.clone()),
        databases: databases::Desk::new(queries, database_servers, monitor.clone(), tasks.clone()),
        api: performance::Desk::new(api, monitor.clone()),
        received: received::Desk::new(received.clone(), monitor.clone()),
    };
    let state = HttpState::new(monitor.clone(), desks.clone(), received, options.clone(), tasks.clone(), stop.clone());
    let pages = pages(loaded, addr, monitor.clone(), desks);
    let router = router(state, pages);
    tokio::spawn(listen::serve(listener, router, options.clone(), connections, tasks.clone(), stop.clone()));
    monitor.record_event(Severity::Info, "server", &format!("Miorai {VERSION} started on http://{addr}"));
    let grace = options.stop_grace;
    Ok(Running { addr, monitor, stop, tasks, sampler, writer, stop_writer, grace, _lock: lock })
}

impl Running {
    /// Stops: no new connections, clients of the live stream are told, running requests may end within their grace.
    pub async fn stop(self) {
        self.monitor.record_event(Severity::Info, "server", "Miorai stops");
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(self.grace, self.tasks.wait()).await.is_err() {
            tracing::warn!(left = self.tasks.len(), "connections were cut off that did not end in time");
        }
        // A collector that hangs must not hold up the end.
        let _ = tokio::time::timeout(Duration::from_millis(200), self.sampler).await;
        self.stop_writer.cancel();
        if tokio::time::timeout(self.grace, self.writer).await.is_err() {
            tracing::warn!("the last seconds could not be written to the database in time");
        }
    }
}

/// Makes sure that the folder is there, can be written to, and is nobody else's.
fn claim(path: &Path) -> Result<File, StartError> {
    let failed = |source| StartError::DataDir { path: path.to_owned(), source };
    std::fs::create_dir_all(path).map_err(failed)?;
    let lock = File::options().create(true).append(true).open(path.join(LOCK)).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StartError::DataDirInUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

async fn bind(addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr).await.map_err(|source| {
        let hint = match source.kind() {
            io::ErrorKind::AddrInUse => "another program listens there: stop it, or choose another address by --addr",
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a right this user lacks: choose another by --addr"
            }
            io::ErrorKind::AddrNotAvailable => "this machine has no such address: choose another by --addr",
            _ => "choose another address by --addr",
        };
        StartError::Bind { addr, source, hint }
    })
}

/// Every connection is an open file: as many as the system lets this user have.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }
}

/// Where frames take figures from besides the collectors, and health its checks.
struct Sources<'a> {
    connections: &'a Connections,
    caches: &'a Watch,
    api: &'a performance::Watch,
    databases: &'a DatabaseServers,
    queries: &'a QueryMonitor,
    received: &'a Received,
    store: &'a Store,
}

fn monitor(
    config: &Config,
    clock: Arc<dyn Clock>,
    of_servers: Vec<Box<dyn Collector>>,
    sources: &Sources<'_>,
) -> (Monitor, Sampler) {
    let Sources { connections, caches, api, databases, queries, received, store } = *sources;
    let connections = connections.clone();
    let disabled = &config.sampling.disabled_collectors;
    let mut id = None;
    let history = &store.history;
    let builder = Monitor::builder(collectors::host::host(), Arc::clone(&clock))
        .collectors(collectors::all(disabled, collectors::PROCESSES_SHOWN))
        .collectors(of_servers)
        .figures(caches.figures())
        .figures(api.figures(received))
        .figures(queries.figures())
        .figures(received.figures())
        .figures(move |readings| {
            let id = *id.get_or_insert_with(|| {
                let key = SeriesKey::new(names::HTTP_CONNECTIONS, []);
                readings.catalog().register(key, Unit::Count, Kind::Gauge, Topics::of([Topic::Server]))
            });
            readings.push(id, connections.open() as f64);
        })
        .check({
            let caches = caches.clone();
            move || caches.check()
        })
        .figures(store::figures(Arc::clone(history)))
        .check(store::check(Arc::clone(history), clock))
        .thresholds(config.thresholds.thresholds())
        .deadline(config.sampling.deadline)
        .series_limit(config.sampling.max_series)
        // As many as the store holds at most, while its database cannot be written to.
        .frames_in_memory(past::options(&config.history, &config.journal).frames_waiting)
        .history(Arc::clone(history) as Arc<dyn History>)
        .journal(Arc::clone(&store.journal) as Arc<dyn Journal>);
    let servers = databases.clone();
    let builder = if servers.is_empty() { builder } else { builder.check(move || databases::check(&servers)) };
    builder.build()
}

fn http_options(config: &Config, bound: SocketAddr) -> HttpOptions {
    HttpOptions {
        bound,
        public_url: config.public_url(),
        max_connections: config.server.max_connections,
        max_live_clients: config.live.max_clients,
        max_body_bytes: config.server.max_body_bytes,
        max_received_bytes: config.received.max_body_bytes,
        receive_from_others: config.received.from_other_machines,
        request_timeout: config.server.request_timeout,
        header_timeout: config.server.header_timeout,
        ping_interval: config.live.ping_interval,
        ..HttpOptions::default()
    }
}

fn pages(loaded: &Loaded, addr: SocketAddr, monitor: Monitor, desks: Desks) -> AppState {
    let config = &loaded.config;
    let thresholds = config.thresholds.thresholds();
    let site = site::assets();
    let about = About {
        version: VERSION.to_owned(),
        address: format!("http://{addr}"),
        data_dir: config.server.data_dir.display().to_string(),
        config_file: loaded.file.as_ref().map(|path| path.display().to_string()),
        browser_part_bytes: site.as_ref().map_or(0, |(_, bytes)| *bytes),
        history_seconds: config.history.memory.as_secs() as u32,
        limits: Limits {
            cpu: thresholds.cpu_ratio,
            memory: thresholds.memory_ratio,
            disk_io: thresholds.disk_bytes_per_second,
            latency: thresholds.round_trip_seconds,
            filesystem: thresholds.filesystem_ratio,
        },
    };
    let assets = site.map(|(assets, _)| Arc::new(assets));
    let Desks { caches, databases, api, received } = desks;
    AppState {
        monitor,
        caches: Arc::new(caches),
        databases: Arc::new(databases),
        api: Arc::new(api),
        received: Arc::new(received),
        about: Arc::new(about),
        assets,
    }
}
