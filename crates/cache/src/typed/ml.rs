//! What is kept of models: their predictions and their status.

use crate::{
    CacheError, CacheManager, Cacheable, Space,
    key::{KeyPart, KeyText},
};
use std::time::Duration;

/// A model's status is looked at by people, who want it fresh.
const STATUS_TTL: Duration = Duration::from_mins(1);

/// Predictions in the space `ml_predictions`.
///
/// | kept | key | out of date with |
/// |---|---|---|
/// | a prediction | `prediction:{model}:{home}:{away}` | [`invalidate_competitor`](Self::invalidate_competitor) of either, [`invalidate_model`](Self::invalidate_model) |
/// | the status of a model | `model:{model}:status` | [`invalidate_model`](Self::invalidate_model) |
///
/// A model's name should hold its version: then predictions of the old one are never taken for those of the new.
#[derive(Clone, Debug)]
pub struct MlCache {
    space: Space,
}

impl MlCache {
    /// Over the space `ml_predictions`; fails when it is not there.
    pub fn new(cache: &CacheManager) -> Result<Self, CacheError> {
        Ok(Self { space: cache.space("ml_predictions")? })
    }

    /// What a model predicts for two who meet; none when there is no such pair.
    pub async fn prediction<T, E, F, Fut>(
        &self,
        model: impl KeyPart,
        home: impl KeyPart,
        away: impl KeyPart,
        compute: F,
    ) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        let key =
            KeyText::new().text("prediction:").value(&model).text(":").value(&home).text(":").value(&away).finish();
        let tags = [competitor(&home), competitor(&away)];
        self.space.entry(&key).tags(tags).get_or_compute_optional(compute).await
    }

    /// How a model does.
    pub async fn status<T, E, F, Fut>(&self, model: impl KeyPart, compute: F) -> Result<T, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.space.entry(status(&model)).ttl(STATUS_TTL).get_or_compute(compute).await
    }

    /// Something about a competitor has changed: drops the predictions that it is part of. How many those were.
    pub async fn invalidate_competitor(&self, id: impl KeyPart) -> Result<u64, CacheError> {
        self.space.invalidate_tag(&competitor(&id)).await
    }

    /// A model has been fitted anew: drops its predictions and its status. How many entries those were.
    pub async fn invalidate_model(&self, model: impl KeyPart) -> Result<u64, CacheError> {
        let status = u64::from(self.space.delete(status(&model)).await?);
        let predictions = KeyText::new().text("prediction:").value(&model).text(":*").finish();
        Ok(status + self.space.invalidate(&predictions).await?)
    }
}

fn status(model: &impl KeyPart) -> String {
    KeyText::new().text("model:").value(model).text(":status").finish()
}

fn competitor(id: &impl KeyPart) -> String {
    KeyText::new().text("competitor:").value(id).finish()
}
