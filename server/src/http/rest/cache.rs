//! Caches: how they do, what is in them, and clearing.

use super::{refused, wrong};
use crate::http::{ApiError, HttpState, middleware::access::Caller};
use app::{cache_desk::CacheDesk as _, desk::Actor};
use axum::{
    Extension, Json,
    extract::{
        FromRequest, Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use miorai_model::{
    cache::{
        CacheReport, ClearPreview, ClearProgress, ClearRequest, Cleared, KeyDetail, KeyPage, KeyQuery, PrefixReport,
    },
    problem::Problem,
};
use serde::{Deserialize, Serialize};

/// Every cache space and every Redis server.
#[utoipa::path(get, path = "/api/core/monitoring/cache-status/", tag = "cache", responses(
    (status = 200, description = "Spaces and servers", body = CacheReport),
))]
pub async fn status(State(state): State<HttpState>) -> Json<CacheReport> {
    Json(state.caches().report().await)
}

/// Clears entries.
///
/// With `preview` it only tells what would go, and gives a token. `space` and `token` clear that; with `follow` the
/// answer comes at once and names the job. A `pattern` alone clears when it matches no more than `limit` keys. The
/// pattern `*` needs the space's name in `confirm`.
#[utoipa::path(post, path = "/api/core/cache/clear/", tag = "cache", request_body = ClearRequest, responses(
    (status = 200, description = "A preview, or what was cleared", body = Cleared),
    (status = 202, description = "With `follow`: the job", body = ClearProgress),
    (status = 409, description = "The token is used up, or more keys match than were previewed or may be cleared", body = Problem),
    (status = 422, description = "A field is wrong", body = Problem),
    (status = 503, description = "The server of the space does not answer", body = Problem),
))]
pub async fn clear(
    State(state): State<HttpState>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, ApiError> {
    let Json(wanted) = Json::<ClearRequest>::from_request(request, &()).await.map_err(super::unreadable)?;
    let (desk, actor) = (state.caches(), Actor(caller.to_string()));
    if wanted.preview {
        let preview: ClearPreview = desk.preview(wanted).await.map_err(refused)?;
        return Ok(Json(preview).into_response());
    }
    if wanted.token.is_none() {
        return Ok(Json(desk.clear_now(wanted, &actor).await.map_err(refused)?).into_response());
    }
    let follow = wanted.follow;
    let begun = desk.start(wanted, &actor).await.map_err(refused)?;
    if follow {
        return Ok((StatusCode::ACCEPTED, Json(begun)).into_response());
    }
    Ok(Json(desk.wait(begun.job).await.map_err(refused)?).into_response())
}

/// How far a clearing is.
#[utoipa::path(get, path = "/api/core/cache/clear/{job}/", tag = "cache", params(("job" = u64, Path)), responses(
    (status = 200, description = "The job", body = ClearProgress),
    (status = 404, description = "There is no such job any more", body = Problem),
))]
pub async fn progress(
    State(state): State<HttpState>,
    job: Result<Path<u64>, PathRejection>,
) -> Result<Json<ClearProgress>, ApiError> {
    state.caches().progress(number(job)?).await.map(Json).map_err(refused)
}

/// Stops a clearing.
#[utoipa::path(delete, path = "/api/core/cache/clear/{job}/", tag = "cache", params(("job" = u64, Path)), responses(
    (status = 200, description = "The job", body = ClearProgress),
    (status = 404, description = "There is no such job any more", body = Problem),
))]
pub async fn cancel(
    State(state): State<HttpState>,
    Extension(caller): Extension<Caller>,
    job: Result<Path<u64>, PathRejection>,
) -> Result<Json<ClearProgress>, ApiError> {
    let actor = Actor(caller.to_string());
    state.caches().cancel(number(job)?, &actor).await.map(Json).map_err(refused)
}

/// Keys of a space, a page of them.
#[utoipa::path(get, path = "/api/core/cache/keys/", tag = "cache",
    params(
        ("space" = String, Query, description = "The id of the space, as `cache-status` has it"),
        ("pattern" = Option<String>, Query, description = "A glob in Redis' syntax"),
        ("type" = Option<String>, Query, description = "As Redis names it: `string`, `hash` …"),
        ("ttl_at_most_seconds" = Option<u64>, Query),
        ("bytes_at_least" = Option<u64>, Query),
        ("cursor" = Option<String>, Query, description = "Of the page before"),
        ("limit" = Option<usize>, Query, description = "About how many, 50 when nothing is said"),
    ),
    responses(
        (status = 200, description = "Keys in no order", body = KeyPage),
        (status = 422, description = "A parameter is wrong", body = Problem),
    ))]
pub async fn keys(
    State(state): State<HttpState>,
    query: Result<Query<KeyQuery>, QueryRejection>,
) -> Result<Json<KeyPage>, ApiError> {
    let Query(query) = query.map_err(|rejection| wrong("query", rejection.body_text()))?;
    state.caches().keys(query).await.map(Json).map_err(refused)
}

/// Names a key.
#[derive(Debug, Deserialize)]
pub struct KeyName {
    space: String,
    key: String,
}

/// A key with its value, shortened.
#[utoipa::path(get, path = "/api/core/cache/key/", tag = "cache",
    params(("space" = String, Query), ("key" = String, Query)),
    responses(
        (status = 200, description = "The key", body = KeyDetail),
        (status = 404, description = "There is no such entry any more", body = Problem),
    ))]
pub async fn key(
    State(state): State<HttpState>,
    query: Result<Query<KeyName>, QueryRejection>,
) -> Result<Json<KeyDetail>, ApiError> {
    let Query(KeyName { space, key }) = query.map_err(|rejection| wrong("query", rejection.body_text()))?;
    state.caches().key(&space, &key).await.map(Json).map_err(refused)
}

/// Whether a key was there.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Deleted {
    deleted: bool,
}

/// Deletes a key.
#[utoipa::path(delete, path = "/api/core/cache/key/", tag = "cache",
    params(("space" = String, Query), ("key" = String, Query)),
    responses((status = 200, description = "Whether it was there", body = Deleted)))]
pub async fn delete(
    State(state): State<HttpState>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<KeyName>, QueryRejection>,
) -> Result<Json<Deleted>, ApiError> {
    let Query(KeyName { space, key }) = query.map_err(|rejection| wrong("query", rejection.body_text()))?;
    let deleted = state.caches().delete(&space, &key, &Actor(caller.to_string())).await.map_err(refused)?;
    Ok(Json(Deleted { deleted }))
}

/// Names a space.
#[derive(Debug, Deserialize)]
pub struct SpaceName {
    space: String,
}

/// The prefixes of keys that take most memory, from a sample.
#[utoipa::path(get, path = "/api/core/cache/prefixes/", tag = "cache", params(("space" = String, Query)), responses(
    (status = 200, description = "Prefixes, and how many keys were looked at", body = PrefixReport),
))]
pub async fn prefixes(
    State(state): State<HttpState>,
    query: Result<Query<SpaceName>, QueryRejection>,
) -> Result<Json<PrefixReport>, ApiError> {
    let Query(SpaceName { space }) = query.map_err(|rejection| wrong("query", rejection.body_text()))?;
    state.caches().prefixes(&space).await.map(Json).map_err(refused)
}

fn number(job: Result<Path<u64>, PathRejection>) -> Result<u64, ApiError> {
    job.map(|Path(job)| job).map_err(|_| wrong("job", "expected the number of a job".to_owned()))
}
