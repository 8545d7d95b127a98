//! One handle for all spaces.

use crate::{
    clock::SystemClock,
    declared::Declared,
    embedded::Embedded,
    error::CacheError,
    health::SpaceHealth,
    observer::{Lookup, Observer},
    options::SpaceOptions,
    recorder::Recorder,
    redis::{RedisOptions, RedisServer, RedisStore},
    registry::{Instance, Registry},
    remote::Remote,
    rules::Rules,
    single_flight::Flights,
    space::{Backend, Shared, Space},
    statistics::SpaceStatistics,
};
use futures_util::future::join_all;
use miorai_model::Clock;
use std::{fmt, sync::Arc};
use tokio_util::sync::CancellationToken;

/// All spaces of a program. Cloning it is cheap; all clones are the same cache.
#[derive(Clone)]
pub struct CacheManager(Arc<Inner>);

struct Inner {
    application: String,
    spaces: Vec<Space>,
    server: Option<Arc<RedisServer>>,
}

/// Where a cache can be found: the cache itself, or what holds one. The macros find it by this.
pub trait HasCache {
    /// The cache.
    fn cache(&self) -> &CacheManager;
}

impl HasCache for CacheManager {
    fn cache(&self) -> &CacheManager {
        self
    }
}

impl<T: HasCache + ?Sized> HasCache for &T {
    fn cache(&self) -> &CacheManager {
        (**self).cache()
    }
}

impl<T: HasCache + ?Sized> HasCache for &mut T {
    fn cache(&self) -> &CacheManager {
        (**self).cache()
    }
}

impl<T: HasCache + ?Sized> HasCache for Arc<T> {
    fn cache(&self) -> &CacheManager {
        (**self).cache()
    }
}

impl CacheManager {
    /// Begins with the spaces of [`SpaceOptions::defaults`] and those that attributes declare.
    pub fn builder() -> CacheManagerBuilder {
        CacheManagerBuilder::new()
    }

    /// The space of this name.
    pub fn space(&self, name: &str) -> Result<Space, CacheError> {
        self.0.spaces.iter().find(|space| space.name() == name).cloned().ok_or_else(|| {
            let known: Vec<_> = self.0.spaces.iter().map(|space| format!("'{}'", space.name())).collect();
            CacheError::UnknownSpace { name: name.to_owned(), known: known.join(", ") }
        })
    }

    /// All spaces, in the order of their set-up.
    pub fn spaces(&self) -> Vec<Space> {
        self.0.spaces.clone()
    }

    /// Who reports to dashboards in other processes.
    pub fn application(&self) -> &str {
        &self.0.application
    }

    /// The figures of all spaces in this process.
    pub fn statistics(&self) -> Vec<SpaceStatistics> {
        self.0.spaces.iter().map(Space::statistics).collect()
    }

    /// How all spaces do: asks their servers, all at once.
    pub async fn health(&self) -> Vec<SpaceHealth> {
        join_all(self.0.spaces.iter().map(Space::health)).await
    }

    /// Programs on the same Redis that [`run`](Self::run), this one among them; none without a Redis.
    pub async fn instances(&self) -> Result<Vec<Instance>, CacheError> {
        match &self.0.server {
            Some(server) => Registry::of(server).instances().await,
            None => Ok(Vec::new()),
        }
    }

    /// Work behind, until `stop`: keeps near caches right, and tells dashboards in other processes of this one. Without
    /// it everything works, but near caches stay off and dashboards elsewhere know nothing of this program.
    pub async fn run(self, stop: CancellationToken) {
        let Some(server) = &self.0.server else { return stop.cancelled().await };
        let registry = Registry::of(server);
        let listening = join_all(self.0.spaces.iter().map(|space| space.listen(&stop)));
        tokio::join!(listening, registry.tell_of(&self, &stop));
    }
}

impl fmt::Debug for CacheManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheManager")
            .field("application", &self.0.application)
            .field("server", &self.0.server)
            .field("spaces", &self.0.spaces)
            .finish()
    }
}

/// Sets up a [`CacheManager`].
#[must_use = "a builder does nothing before it builds"]
pub struct CacheManagerBuilder {
    application: String,
    spaces: Vec<SpaceOptions>,
    redis: Option<RedisOptions>,
    clock: Arc<dyn Clock>,
    observer: Option<Observer>,
}

impl CacheManagerBuilder {
    fn new() -> Self {
        let builder = Self {
            application: "application".to_owned(),
            spaces: Vec::new(),
            redis: None,
            clock: Arc::new(SystemClock::default()),
            observer: None,
        };
        SpaceOptions::defaults().into_iter().chain(Declared::spaces()).fold(builder, Self::space)
    }

    /// Who reports to dashboards in other processes; `application` unless said otherwise.
    pub fn application(mut self, name: impl Into<String>) -> Self {
        self.application = name.into();
        self
    }

    /// All entries are on this Redis rather than in the process.
    pub fn redis(mut self, options: RedisOptions) -> Self {
        self.redis = Some(options);
        self
    }

    /// Adds a space, or replaces the one of the same name.
    pub fn space(mut self, options: SpaceOptions) -> Self {
        match self.spaces.iter_mut().find(|known| known.name == options.name) {
            Some(known) => *known = options,
            None => self.spaces.push(options),
        }
        self
    }

    /// Keeps nothing: whoever asks computes, for comparison and to look for faults. For all spaces set up so far.
    pub fn off(mut self) -> Self {
        for space in &mut self.spaces {
            space.max_value_bytes = 0;
        }
        self
    }

    /// The clock by which entries age; the machine's unless said otherwise.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Who sees every lookup, right after it: it should be quick.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
    /// use miorai_cache::CacheManager;
    /// use std::sync::mpsc::channel;
    ///
    /// let (told, seen) = channel();
    /// let cache = CacheManager::builder()
    ///     .observer(move |lookup| drop(told.send((lookup.template().into_owned(), lookup.outcome()))))
    ///     .build()?;
    /// cache.space("default")?.get::<String>("player:7").await?;
    /// let (template, outcome) = seen.recv().unwrap();
    /// assert_eq!((template.as_str(), outcome.name()), ("player:{}", "MISS"));
    /// # Ok::<(), miorai_cache::CacheError>(())
    /// # }).unwrap();
    /// ```
    pub fn observer(mut self, see: impl Fn(&Lookup<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer::new(see));
        self
    }

    /// Puts it together. Nothing is connected before something is asked.
    pub fn build(self) -> Result<CacheManager, CacheError> {
        let server = self.redis.map(RedisServer::new);
        let spaces =
            self.spaces.into_iter().map(|options| space(options, server.as_ref(), &self.clock, self.observer.as_ref()));
        let spaces = spaces.collect();
        Ok(CacheManager(Arc::new(Inner { application: self.application, spaces, server })))
    }
}

fn space(
    options: SpaceOptions,
    server: Option<&Arc<RedisServer>>,
    clock: &Arc<dyn Clock>,
    observer: Option<&Observer>,
) -> Space {
    let recorder = Arc::new(Recorder::default());
    let backend = match server {
        None => Backend::Embedded(Embedded::new(
            options.max_bytes,
            options.max_value_bytes,
            clock.clone(),
            recorder.clone(),
        )),
        Some(server) => {
            let store = RedisStore::new(server, options.database);
            Backend::Redis(Remote::new(store, &options.prefix, options.near_bytes))
        }
    };
    Space(Arc::new(Shared {
        rules: Rules::of(&options),
        backend,
        recorder,
        flights: Arc::new(Flights::default()),
        clock: clock.clone(),
        observer: observer.cloned(),
        schemas: Declared::keys(&options.name).into_iter().map(str::to_owned).collect(),
        options,
    }))
}
