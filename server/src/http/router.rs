//! The map of paths, each with the role it needs.

use crate::http::{
    ApiError, HttpState, live,
    middleware::{
        self,
        access::{Caller, Require, Role},
    },
    otlp,
    rest::{cache, database, docs, health, history, metrics, openapi, performance, received, system_stats},
    site,
};
use app::{cache_desk::Actor, state::AppState};
use axum::{
    Router,
    extract::Request,
    middleware as axum_middleware,
    routing::{MethodRouter, any, delete, get, post},
};

/// Everything that is answered.
pub fn router(state: HttpState, pages: AppState) -> Router {
    let public =
        [("/api/core/health", get(health::health)), ("/livez", get(health::livez)), ("/readyz", get(health::readyz))];
    let viewer = [
        ("/api/core/health/detailed", get(health::detailed)),
        ("/api/core/monitoring/system-stats", get(system_stats::system_stats)),
        ("/api/core/monitoring/history", get(history::history)),
        ("/api/core/monitoring/live", get(live::live)),
        ("/api/core/monitoring/performance-metrics", get(performance::performance_metrics)),
        ("/api/core/monitoring/received", get(received::received)),
        ("/api/core/monitoring/cache-status", get(cache::status)),
        ("/api/core/monitoring/database-status", get(database::status)),
        ("/api/core/database/{name}", get(database::server)),
        ("/api/core/cache/keys", get(cache::keys)),
        ("/api/core/cache/prefixes", get(cache::prefixes)),
        ("/metrics", get(metrics::metrics)),
        ("/api/openapi.json", get(openapi::openapi)),
        ("/api/docs", get(docs::docs)),
    ];
    // What a path shows needs less than what it does.
    let shown = [
        ("/api/core/cache/clear/{job}", get(cache::progress)),
        ("/api/core/cache/key", get(cache::key)),
        ("/api/core/database/{name}/plan/{statement}", get(database::plan)),
    ];
    let operator = [
        ("/api/core/cache/clear", post(cache::clear)),
        ("/api/core/cache/clear/{job}", delete(cache::cancel)),
        ("/api/core/cache/key", delete(cache::delete)),
        ("/api/core/database/{name}/plan/{statement}", post(database::measure)),
        ("/api/core/database/{name}/backends/{pid}", delete(database::end_backend)),
        ("/api/core/monitoring/reset-metrics", post(performance::reset_metrics)),
        ("/api/core/monitoring/reports", post(performance::reports)),
    ];
    // Nobody signs in yet: programs on other machines may send where that was said.
    let sender = if state.options().receive_from_others { Role::Viewer } else { Role::Operator };
    let files = Router::new()
        .route("/pkg/{file}", get(site::hashed))
        .route("/favicon.svg", get(site::named))
        .route("/robots.txt", get(site::named))
        .route("/api/{*rest}", any(|| async { ApiError::NotFound }));
    let measured = state.api().layer();
    Router::new()
        .merge(with_role(public, Role::Public))
        .merge(with_role(viewer, Role::Viewer))
        .merge(with_role(shown, Role::Viewer).merge(with_role(operator, Role::Operator)))
        .merge(with_role([(otlp::PATH, post(otlp::metrics))], sender))
        .merge(files)
        .with_state(state.clone())
        .merge(app::render::public_pages(pages.clone()).route_layer(Require(Role::Public)))
        .merge(control_forms(pages.clone()))
        .merge(app::render::pages(pages).layer(Require(Role::Viewer)))
        // One layer of two: each of its own would cost every request an allocation and an indirection more.
        .layer((measured, axum_middleware::from_fn_with_state(state, middleware::front)))
}

/// The forms of pages that change what is cached, with who sends them.
fn control_forms(pages: AppState) -> Router {
    app::render::control_forms(pages)
        .route_layer(Require(Role::Operator))
        .route_layer(axum_middleware::map_request(name_actor))
}

async fn name_actor(mut request: Request) -> Request {
    if let Some(caller) = request.extensions().get::<Caller>() {
        let actor = Actor(caller.to_string());
        request.extensions_mut().insert(actor);
    }
    request
}

/// Routes with and without the last slash, for those who have this role.
fn with_role<const N: usize>(routes: [(&str, MethodRouter<HttpState>); N], role: Role) -> Router<HttpState> {
    let add = |router: Router<HttpState>, (path, handler): (&str, MethodRouter<HttpState>)| {
        router.route(path, handler.clone()).route(&format!("{path}/"), handler)
    };
    routes.into_iter().fold(Router::new(), add).route_layer(Require(role))
}
