//! The forms of pages where there is no script: each does one thing at a desk, and leads to a page that shows what came
//! of it.

use super::{Told, not_yet, prepare, respond};
use crate::{
    desk::Actor,
    pages::{
        api,
        cache::{self, forms::Answer},
        database,
    },
    state::AppState,
};
use axum::{
    Extension, Form,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Redirect, Response},
};

/// Who sends a form.
type Sender = Option<Extension<Actor>>;

fn name(sender: Sender) -> Actor {
    sender.map_or_else(|| Actor("somebody".to_owned()), |Extension(actor)| actor)
}

/// Does what a form on the page of the API asks, and shows what came of it.
pub(super) async fn api(
    State(state): State<AppState>,
    sender: Sender,
    uri: Uri,
    Form(asked): Form<api::forms::Asked>,
) -> Response {
    let query = api::forms::answer(&*state.api, uri.query().unwrap_or_default(), asked, &name(sender)).await;
    Redirect::to(&format!("/api{query}")).into_response()
}

/// Does what a form on the page of the caches asks, and shows what came of it.
pub(super) async fn cache(
    State(state): State<AppState>,
    sender: Sender,
    uri: Uri,
    headers: HeaderMap,
    Form(asked): Form<cache::forms::Asked>,
) -> Response {
    let query = uri.query().unwrap_or_default();
    let clearing = match cache::forms::answer(&*state.caches, query, asked, &name(sender)).await {
        Answer::Go(query) => return Redirect::to(&format!("/cache{query}")).into_response(),
        Answer::Page(clearing) => clearing,
    };
    let Some(mut input) = prepare(&state, &uri, &headers).await else { return not_yet() };
    if let Told::Cache(data) = &mut input.told {
        data.clearing = clearing;
    }
    respond(&state, input)
}

/// Does what a form on the page of the databases asks, and shows what came of it.
pub(super) async fn database(
    State(state): State<AppState>,
    sender: Sender,
    uri: Uri,
    headers: HeaderMap,
    Form(asked): Form<database::forms::Asked>,
) -> Response {
    let outcome = database::forms::answer(&*state.databases, asked, &name(sender)).await;
    let Some(mut input) = prepare(&state, &uri, &headers).await else { return not_yet() };
    if let Told::Database(data) = &mut input.told {
        data.outcome = Some(outcome);
    }
    respond(&state, input)
}
