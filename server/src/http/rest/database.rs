//! Databases: how statements, pools and PostgreSQL servers do, plans, and ending what a backend does.

use super::{refused, wrong};
use crate::http::{ApiError, HttpState, middleware::access::Caller};
use app::{database_desk::DatabaseDesk as _, desk::Actor};
use axum::{
    Extension, Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
};
use miorai_model::{
    database::{BackendAction, BackendSignal, DatabaseReport, PlanReport, PlanRequest, PostgresReport},
    problem::Problem,
};
use serde::Deserialize;

/// Every pool and statement of the program, and every PostgreSQL server that is watched.
#[utoipa::path(get, path = "/api/core/monitoring/database-status/", tag = "database", responses(
    (status = 200, description = "Pools, statements, servers", body = DatabaseReport),
))]
pub async fn status(State(state): State<HttpState>) -> Json<DatabaseReport> {
    Json(state.databases().report().await)
}

/// One server that is watched.
#[utoipa::path(get, path = "/api/core/database/{name}/", tag = "database", params(("name" = String, Path)), responses(
    (status = 200, description = "The server", body = PostgresReport),
    (status = 404, description = "There is no such server", body = Problem),
))]
pub async fn server(
    State(state): State<HttpState>,
    Path(name): Path<String>,
) -> Result<Json<PostgresReport>, ApiError> {
    state.databases().database(&name).await.map(Json).map_err(refused)
}

/// How a statement would be carried out. It is not.
#[utoipa::path(get, path = "/api/core/database/{name}/plan/{statement}/", tag = "database",
    params(
        ("name" = String, Path, description = "The `database` of a statement, or the name of a server"),
        ("statement" = String, Path, description = "Its id"),
    ),
    responses(
        (status = 200, description = "The plan", body = PlanReport),
        (status = 404, description = "There is no such statement any more", body = Problem),
        (status = 409, description = "The user of the server lacks a right: which, and what grants it", body = Problem),
        (status = 422, description = "This kind of statement has no plan", body = Problem),
        (status = 503, description = "The database does not answer", body = Problem),
    ))]
pub async fn plan(
    State(state): State<HttpState>,
    Path((database, statement)): Path<(String, String)>,
) -> Result<Json<PlanReport>, ApiError> {
    let request = PlanRequest { database, statement, analyze: false };
    state.databases().plan(request).await.map(Json).map_err(refused)
}

/// Carries a statement out to measure its plan.
///
/// Only a `SELECT` without parameters on PostgreSQL, in a transaction that can only read.
#[utoipa::path(post, path = "/api/core/database/{name}/plan/{statement}/", tag = "database",
    params(("name" = String, Path), ("statement" = String, Path)),
    responses(
        (status = 200, description = "The plan with what each step took", body = PlanReport),
        (status = 422, description = "This statement may not be carried out", body = Problem),
    ))]
pub async fn measure(
    State(state): State<HttpState>,
    Path((database, statement)): Path<(String, String)>,
) -> Result<Json<PlanReport>, ApiError> {
    let request = PlanRequest { database, statement, analyze: true };
    state.databases().plan(request).await.map(Json).map_err(refused)
}

/// What is done to a backend, and that it is meant.
#[derive(Debug, Deserialize)]
pub struct Ending {
    signal: Option<BackendSignal>,
    confirm: Option<i32>,
}

/// Cancels the statement of a backend, or ends it.
#[utoipa::path(delete, path = "/api/core/database/{name}/backends/{pid}/", tag = "database",
    params(
        ("name" = String, Path),
        ("pid" = i32, Path, description = "The process of the backend"),
        ("signal" = Option<BackendSignal>, Query, description = "`cancel` when nothing is said"),
        ("confirm" = i32, Query, description = "The process once more: ending what others do wants to be meant"),
    ),
    responses(
        (status = 200, description = "It was sent", body = BackendAction),
        (status = 404, description = "There is no such server or backend", body = Problem),
        (status = 409, description = "The user of the server lacks the right: what grants it", body = Problem),
        (status = 422, description = "It was not confirmed", body = Problem),
        (status = 503, description = "The server does not answer", body = Problem),
    ))]
pub async fn end_backend(
    State(state): State<HttpState>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<(String, i32)>, PathRejection>,
    query: Result<Query<Ending>, QueryRejection>,
) -> Result<Json<BackendAction>, ApiError> {
    let Path((name, pid)) = path.map_err(|_| wrong("pid", "expected the number of a process".to_owned()))?;
    let Query(Ending { signal, confirm }) = query.map_err(|rejection| wrong("query", rejection.body_text()))?;
    if confirm != Some(pid) {
        return Err(wrong("confirm", format!("say that it is meant: confirm={pid}")));
    }
    let (signal, actor) = (signal.unwrap_or(BackendSignal::Cancel), Actor(caller.to_string()));
    state.databases().signal(&name, pid, signal, &actor).await.map(Json).map_err(refused)
}
