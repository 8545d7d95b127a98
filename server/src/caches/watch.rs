//! How spaces and servers do, read behind and kept at hand.

use super::{
    report::{self, Users},
    sizes::{self, Place, Sizes},
    tally::{Tally, totals},
};
use miorai_cache::{CacheError, CacheManager, Instance, RedisOptions, Space, SpaceOptions};
use miorai_model::{
    Check, Clock, Status,
    cache::{CacheReport, SpaceReport},
};
use miorai_monitoring::collectors::CacheServers;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often spaces are looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Above so many spaces, those that nobody tells of any more are forgotten.
const MOST_SPACES: usize = 500;

/// What is known of caches. A clone shares it.
#[derive(Clone)]
pub struct Watch(Arc<Shared>);

struct Shared {
    manager: CacheManager,
    redis: Option<RedisOptions>,
    servers: CacheServers,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
    /// Spaces by their places, each name that programs call them once.
    spaces: Mutex<HashMap<Place, Vec<Space>>>,
}

/// What the last look has found.
#[derive(Default)]
pub(super) struct Known {
    /// Without the servers, which are always at hand.
    pub(super) report: CacheReport,
    /// What has been done in each space, by its id.
    pub(super) tallies: HashMap<String, Tally>,
    /// All spaces together.
    pub(super) all: Tally,
    /// How large spaces on the Redis are.
    pub(super) sizes: Sizes,
}

impl Watch {
    pub(super) fn new(
        manager: CacheManager,
        redis: Option<RedisOptions>,
        servers: CacheServers,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (known, spaces) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Shared { manager, redis, servers, clock, known, spaces }))
    }

    /// The server's own cache.
    pub fn manager(&self) -> &CacheManager {
        &self.0.manager
    }

    /// The space of any program on the Redis, which is reached by where its entries are.
    pub(super) fn space_of(&self, report: &SpaceReport) -> Result<Space, CacheError> {
        let name = report.name.as_str();
        let mut spaces = self.0.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let at_place = spaces.entry(sizes::place(report)).or_default();
        if let Some(space) = at_place.iter().find(|space| space.name() == name) {
            return Ok(space.clone());
        }
        let options = SpaceOptions {
            database: report.database,
            ..SpaceOptions::new(report.name.clone(), report.prefix.clone(), Duration::from_mins(5))
        };
        let builder = CacheManager::builder().space(options);
        let builder = self.0.redis.iter().fold(builder, |builder, redis| builder.redis(redis.clone()));
        let space = builder.build()?.space(name)?;
        at_place.push(space.clone());
        Ok(space)
    }

    /// Whether there is a Redis that spaces are on.
    pub(super) fn has_redis(&self) -> bool {
        self.0.redis.is_some()
    }

    /// Every space and every server, as of the last look.
    pub fn report(&self) -> CacheReport {
        CacheReport { servers: self.0.servers.reports(), ..self.known().report.clone() }
    }

    /// Looks each second, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        tokio::join!(self.look_all(&stop), self.weigh_all(&stop));
    }

    async fn look_all(&self, stop: &CancellationToken) {
        let mut ticks = tokio::time::interval(LOOKS_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            if stop.run_until_cancelled(self.look()).await.is_none() {
                return;
            }
        }
    }

    /// Reads how all spaces do. Nothing is held up by a server that does not answer: its spaces say so.
    pub async fn look(&self) {
        let (health, instances) = tokio::join!(self.0.manager.health(), self.0.manager.instances());
        // Without the registry nothing is known of other programs; that the server is gone is told by its report.
        let instances = instances.unwrap_or_default();
        let statistics = self.0.manager.statistics();
        let own = statistics.iter().map(|statistics| Users {
            id: statistics.space.clone(),
            application: None,
            said: vec![("own".to_owned(), statistics)],
        });
        let spaces: Vec<Users<'_>> =
            own.chain(report::of_others(&instances, |instance| self.is_own(instance))).collect();
        let now = self.0.clock.monotonic();
        let mut known = self.known();
        let Known { report, tallies, all, sizes } = &mut *known;
        report.spaces.clear();
        let mut everybody = HashMap::new();
        for users in &spaces {
            let said: HashMap<_, _> = users.said.iter().map(|(who, said)| (who.clone(), totals(said))).collect();
            everybody.extend(said.iter().map(|(who, said)| (format!("{} {who}", users.id), *said)));
            let tally = tallies.entry(users.id.clone()).or_default();
            tally.take(now, said);
            report.spaces.extend(report::report(users, tally));
        }
        all.take(now, everybody);
        if tallies.len() > MOST_SPACES {
            tallies.retain(|id, _| spaces.iter().any(|users| users.id == *id));
        }
        sizes::complete(report, sizes);
        for (space, health) in self.0.manager.spaces().iter().zip(&health) {
            if let Some(report) = report.spaces.iter_mut().find(|report| report.id == space.name()) {
                report::complete(report, space.options(), health);
            }
        }
    }

    /// The check `cache` of the health.
    pub fn check(&self) -> Check {
        let servers = self.0.servers.reports();
        let spaces = &self.known().report.spaces;
        let response_time_ms = spaces.iter().filter_map(|space| space.response_time_ms).reduce(f64::max);
        let ill_server = servers.iter().find(|server| server.status > Status::Healthy);
        let ill_space = spaces.iter().find(|space| space.status > Status::Healthy);
        let (status, message) = match (ill_server, ill_space) {
            // Values are computed without their cache: it works, but somebody should look at it.
            (Some(server), _) => {
                (Status::Degraded, format!("{} at {}: {}", server.name, server.address, server.message))
            }
            (None, Some(space)) => (Status::Degraded, format!("{}: {}", space.id, space.message)),
            (None, None) if self.0.redis.is_some() => (Status::Healthy, "The Redis of the cache answers.".to_owned()),
            (None, None) => (Status::Healthy, "Entries are held in the memory of the server.".to_owned()),
        };
        Check { name: "cache".to_owned(), status, response_time_ms, message }
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_own(&self, instance: &Instance) -> bool {
        instance.pid == std::process::id() && instance.application == self.0.manager.application()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("manager", &self.0.manager).finish_non_exhaustive()
    }
}
