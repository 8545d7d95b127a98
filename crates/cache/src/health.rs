//! How the spaces do.

use crate::{
    error::CacheError,
    recorder::Count,
    space::{Backend, Space},
    statistics::BackendKind,
};
use miorai_model::Status;
use std::time::Duration;

/// A server that takes longer to answer needs attention.
const SLOW: Duration = Duration::from_millis(100);

/// How a space does.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceHealth {
    /// Its name.
    pub space: String,
    /// Where its entries are.
    pub backend: BackendKind,
    /// How it is. Without its server a space is degraded, not unhealthy: values are computed.
    pub status: Status,
    /// What was found, and what to do.
    pub reason: String,
    /// How long its server took to answer; none without a server or an answer.
    pub response_time: Option<Duration>,
}

impl Space {
    /// How the space does: has its server keep a mark for some seconds, since one that answers may still refuse that.
    pub async fn health(&self) -> SpaceHealth {
        let (status, reason, response_time) = match &self.0.backend {
            Backend::Embedded(_) => (Status::Healthy, "Entries are held in the process.".to_owned(), None),
            Backend::Redis(remote) => match remote.store.keeps(&remote.mark()).await {
                Ok(time) if time > SLOW => {
                    let millis = time.as_millis();
                    let reason = format!("The server took {millis} ms to answer: look at its load and the network.");
                    (Status::Degraded, reason, Some(time))
                }
                Ok(time) => (Status::Healthy, "The server answers.".to_owned(), Some(time)),
                Err(error) => {
                    self.count(Count::Errors, 1);
                    let without = match error {
                        CacheError::Refused { .. } => "Nothing new is kept",
                        _ => "Values are computed without the cache",
                    };
                    (Status::Degraded, format!("{without}: {error}."), None)
                }
            },
        };
        SpaceHealth { space: self.name().to_owned(), backend: self.backend(), status, reason, response_time }
    }
}
