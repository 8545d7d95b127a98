//! What the page of the caches may ask of the server: a desk behind which caches and their servers are.
//!
//! Pages and their forms know this trait alone; the program puts what answers into [`AppState`](crate::state::AppState).
//! Whoever stands at the desk has been let in already: roles are checked at the door.

pub use crate::desk::{Actor, DeskError};
use async_trait::async_trait;
use miorai_model::cache::{
    CacheReport, ClearPreview, ClearProgress, ClearRequest, KeyDetail, KeyPage, KeyQuery, PrefixReport,
};

/// Answers what the page asks.
#[async_trait]
pub trait CacheDesk: Send + Sync {
    /// Every space and every server.
    async fn report(&self) -> CacheReport;

    /// A page of keys.
    async fn keys(&self, query: KeyQuery) -> Result<KeyPage, DeskError>;

    /// A key of a space with its value, shortened.
    async fn key(&self, space: &str, key: &str) -> Result<KeyDetail, DeskError>;

    /// Deletes one key; whether it was there.
    async fn delete(&self, space: &str, key: &str, actor: &Actor) -> Result<bool, DeskError>;

    /// The prefixes that take most memory, from a sample.
    async fn prefixes(&self, space: &str) -> Result<PrefixReport, DeskError>;

    /// What would be cleared.
    async fn preview(&self, request: ClearRequest) -> Result<ClearPreview, DeskError>;

    /// Begins to clear what was previewed, and comes back at once with the job.
    async fn start(&self, request: ClearRequest, actor: &Actor) -> Result<ClearProgress, DeskError>;

    /// How a job stands. Jobs that have ended are known for some minutes.
    async fn progress(&self, job: u64) -> Result<ClearProgress, DeskError>;

    /// Stops a job, and says how it stands.
    async fn cancel(&self, job: u64, actor: &Actor) -> Result<ClearProgress, DeskError>;
}
