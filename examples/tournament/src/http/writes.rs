//! What can be changed.

use crate::{
    prediction::ModelStatus,
    service::{Service, ServiceError},
    store::{MatchResult, NewMatch},
};
use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use serde::Deserialize;

/// A new name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    name: String,
}

pub(super) async fn report(
    State(service): State<Service>,
    Json(new): Json<NewMatch>,
) -> Result<(StatusCode, Json<MatchResult>), ServiceError> {
    Ok((StatusCode::CREATED, Json(service.report(new).await?)))
}

pub(super) async fn fit(State(service): State<Service>) -> Result<Json<ModelStatus>, ServiceError> {
    Ok(Json(service.fit().await?))
}

pub(super) async fn rename(
    State(service): State<Service>,
    Path(id): Path<i64>,
    Json(new): Json<Rename>,
) -> Result<StatusCode, ServiceError> {
    service.rename(id, &new.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
