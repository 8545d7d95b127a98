//! Predictions and the model behind them, by their typed cache.

use super::{Service, ServiceError, report};
use crate::prediction::{Model, ModelStatus, Prediction};
use std::sync::{Arc, PoisonError};

/// The name under which the status is kept of whatever model predicts.
const CURRENT: &str = "current";

impl Service {
    /// Who wins when these two meet; none when one of them is not known.
    pub async fn prediction(&self, home: i64, away: i64) -> Result<Option<Prediction>, ServiceError> {
        if home == away {
            return Err(ServiceError::Invalid { field: "away", detail: "nobody plays against themselves" });
        }
        let model = self.model();
        let compute = || self.predict(&model, home, away);
        self.shared.ml.prediction(&model.status().name, home, away, compute).await
    }

    /// How the model does.
    pub async fn model_status(&self) -> Result<ModelStatus, ServiceError> {
        let compute = || async {
            self.computes();
            Ok(self.model().status().clone())
        };
        self.shared.ml.status(CURRENT, compute).await
    }

    /// Fits a model on all matches that there are now, and predicts by it from now on.
    pub async fn fit(&self) -> Result<ModelStatus, ServiceError> {
        let history = self.store().history().await?;
        // A panic in there is one of ours: it goes on in this request.
        let fitted = tokio::task::spawn_blocking(move || Model::fit(&history)).await;
        let model = fitted.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()))?;
        let status = model.status().clone();
        let before =
            std::mem::replace(&mut *self.shared.model.write().unwrap_or_else(PoisonError::into_inner), Arc::new(model));
        let ml = self.shared.ml.clone();
        let clearing = tokio::spawn(async move {
            report(ml.invalidate_model(&before.status().name).await);
            report(ml.invalidate_model(CURRENT).await);
        });
        let _ = clearing.await;
        Ok(status)
    }

    async fn predict(&self, model: &Model, home: i64, away: i64) -> Result<Option<Prediction>, ServiceError> {
        let store = self.store();
        let (Some(home), Some(away)) = (store.player(home).await?, store.player(away).await?) else {
            return Ok(None);
        };
        let (home_past, away_past) = (store.past(home.id).await?, store.past(away.id).await?);
        let prediction =
            model.predict((home.id, home.rating.rating, &home_past), (away.id, away.rating.rating, &away_past));
        Ok(Some(prediction))
    }
}
