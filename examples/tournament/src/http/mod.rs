//! The doors: paths, what is read of a request, how an answer looks.
//!
//! | path | answer |
//! |---|---|
//! | GET `/` | what there is |
//! | GET `/tournaments?name=&page=` · `/tournaments/{id}` · `/tournaments/{id}/standings` | tournaments |
//! | GET `/players/{id}` · `/players/{id}/statistics` · `/ranking` | players |
//! | GET `/predictions?home=&away=` · `/model`, POST `/model` | who wins; fits the model anew |
//! | POST `/matches` | a result comes in |
//! | GET `/users/{id}/profile` · `/permissions` · `/statistics`, PUT `/users/{id}/profile` | users |
//! | GET `/reports/season` | the leader of each tournament: slow on purpose, for a dashboard to find |
//! | GET `/cache` | figures of the cache |
//!
//! Reads say by `X-Cache: hit` or `miss` whether anything was computed for them.

mod problem;
mod reads;
mod writes;

use crate::service::Service;
use axum::{
    Router,
    middleware::map_response,
    routing::{get, post},
};
use miorai_monitoring::http::HttpMonitor;

/// All routes, measured.
pub fn router(service: Service, monitor: &HttpMonitor) -> Router {
    Router::new()
        .route("/", get(reads::index))
        .route("/tournaments", get(reads::tournaments))
        .route("/tournaments/{id}", get(reads::tournament))
        .route("/tournaments/{id}/standings", get(reads::standings))
        .route("/players/{id}", get(reads::player))
        .route("/players/{id}/statistics", get(reads::player_statistics))
        .route("/ranking", get(reads::ranking))
        .route("/predictions", get(reads::prediction))
        .route("/model", get(reads::model).post(writes::fit))
        .route("/matches", post(writes::report))
        .route("/users/{id}/profile", get(reads::profile).put(writes::rename))
        .route("/users/{id}/permissions", get(reads::permissions))
        .route("/users/{id}/statistics", get(reads::user_statistics))
        .route("/reports/season", get(reads::season))
        .route("/cache", get(reads::cache))
        .layer((monitor.layer(), map_response(problem::finish)))
        .with_state(service)
}
