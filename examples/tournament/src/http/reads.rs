//! What can be asked.

use crate::service::{Service, ServiceError};
use axum::{
    Json,
    extract::{Path, Query, State},
    response::{IntoResponse as _, Response},
};
use miorai_cache::{HasCache as _, SpaceStatistics};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

type Answer = Result<Response, ServiceError>;

/// Which tournaments.
#[derive(Deserialize)]
pub(super) struct List {
    #[serde(default)]
    name: String,
    #[serde(default)]
    page: u32,
}

/// Who meets whom.
#[derive(Deserialize)]
pub(super) struct Pair {
    home: i64,
    away: i64,
}

pub(super) async fn index() -> Json<HashMap<&'static str, &'static str>> {
    Json(HashMap::from([("name", "tournament"), ("version", env!("CARGO_PKG_VERSION"))]))
}

pub(super) async fn tournaments(State(service): State<Service>, Query(list): Query<List>) -> Answer {
    let service = service.for_request();
    let tournaments = service.tournaments(&list.name, list.page).await?;
    Ok(answer(&service, &tournaments))
}

pub(super) async fn tournament(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let tournament = service.tournament(id).await?;
    found(&service, "tournament", tournament)
}

pub(super) async fn standings(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let standings = service.standings(id).await?;
    found(&service, "tournament", standings)
}

pub(super) async fn player(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let player = service.player(id).await?;
    found(&service, "player", player)
}

pub(super) async fn player_statistics(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let statistics = service.player_statistics(id).await?;
    found(&service, "player", statistics)
}

pub(super) async fn ranking(State(service): State<Service>) -> Answer {
    let service = service.for_request();
    let ranking = service.ranking().await?;
    Ok(answer(&service, &ranking))
}

pub(super) async fn prediction(State(service): State<Service>, Query(pair): Query<Pair>) -> Answer {
    let service = service.for_request();
    let prediction = service.prediction(pair.home, pair.away).await?;
    found(&service, "player", prediction)
}

pub(super) async fn model(State(service): State<Service>) -> Answer {
    let service = service.for_request();
    let status = service.model_status().await?;
    Ok(answer(&service, &status))
}

pub(super) async fn profile(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let profile = service.profile(id).await?;
    found(&service, "user", profile)
}

pub(super) async fn permissions(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let permissions = service.permissions(id).await?;
    found(&service, "user", permissions)
}

pub(super) async fn user_statistics(State(service): State<Service>, Path(id): Path<i64>) -> Answer {
    let service = service.for_request();
    let statistics = service.user_statistics(id).await?;
    found(&service, "user", statistics)
}

pub(super) async fn season(State(service): State<Service>) -> Answer {
    let service = service.for_request();
    let season = service.season().await?;
    Ok(answer(&service, &season))
}

pub(super) async fn cache(State(service): State<Service>) -> Json<Vec<SpaceStatistics>> {
    Json(service.cache().statistics())
}

fn found(service: &Service, what: &'static str, value: Option<impl Serialize>) -> Answer {
    value.map(|value| answer(service, &value)).ok_or(ServiceError::NotFound(what))
}

fn answer(service: &Service, value: &impl Serialize) -> Response {
    let cache = if service.has_computed() { "miss" } else { "hit" };
    ([("x-cache", cache)], Json(value)).into_response()
}
