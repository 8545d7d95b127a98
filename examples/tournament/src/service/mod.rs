//! What is asked of the service: reads that are cached, and writes that make what is kept out of date.

mod matches;
mod players;
mod predictions;
mod tournaments;
mod users;

use crate::{
    prediction::{Model, NotFitted},
    store::Store,
};
use miorai_cache::{
    CacheError, CacheManager, HasCache,
    typed::{MlCache, TournamentCache, UserCache},
};
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

/// The service, as one request sees it; cheap to clone.
#[derive(Clone, Debug)]
pub struct Service {
    shared: Arc<Shared>,
    /// Whether anything was computed for this request.
    computed: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    cache: CacheManager,
    tournaments: TournamentCache,
    ml: MlCache,
    users: UserCache,
    model: RwLock<Arc<Model>>,
}

impl HasCache for Service {
    fn cache(&self) -> &CacheManager {
        &self.shared.cache
    }
}

impl Service {
    /// A service over a database and a cache, with a model.
    pub fn new(store: Store, cache: CacheManager, model: Model) -> Result<Self, CacheError> {
        let shared = Shared {
            tournaments: TournamentCache::new(&cache)?,
            ml: MlCache::new(&cache)?,
            users: UserCache::new(&cache)?,
            model: RwLock::new(Arc::new(model)),
            store,
            cache,
        };
        Ok(Self { shared: Arc::new(shared), computed: Arc::default() })
    }

    /// The same service, for another request.
    pub fn for_request(&self) -> Self {
        Self { shared: self.shared.clone(), computed: Arc::default() }
    }

    /// Whether anything was computed for this request, rather than found.
    pub fn has_computed(&self) -> bool {
        self.computed.load(Ordering::Relaxed)
    }

    /// The database, for a computation.
    fn store(&self) -> &Store {
        self.computes();
        &self.shared.store
    }

    fn computes(&self) {
        self.computed.store(true, Ordering::Relaxed);
    }

    fn model(&self) -> Arc<Model> {
        self.shared.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why something cannot be answered or done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such thing.
    #[error("there is no {0} of this number")]
    NotFound(&'static str),
    /// A field of the request is wrong.
    #[error("{detail}")]
    Invalid {
        /// Its name.
        field: &'static str,
        /// What is wrong with it.
        detail: &'static str,
    },
    /// The user may not do this.
    #[error("only referees report results")]
    Forbidden,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(Arc<sqlx::Error>),
    /// No model could be fitted.
    #[error(transparent)]
    Model(#[from] NotFitted),
}

impl From<sqlx::Error> for ServiceError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

/// Something that should be dropped could not be: it is given out until its lifetime ends.
fn report<T>(outcome: Result<T, CacheError>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "what is out of date is still kept");
    }
}
