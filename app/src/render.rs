//! Pages on the server: takes a snapshot of everything the page shows, renders it in one go, and sends it whole.

mod forms;
mod told;

use self::told::Told;
use crate::{
    App,
    address::{Address, Query},
    components::frame::PAGES,
    dashboard::Dashboard,
    pages::{self, Past, status::Uptime},
    snapshot::{ELEMENT_ID, Snapshot},
    state::{AppState, BundleFiles},
    store::SeriesStore,
    theme::{COOKIE, OFFSET_COOKIE, Theme, cookie},
};
use axum::{
    Form, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hydration_context::SsrSharedContext;
use leptos::{prelude::*, reactive::owner::Owner};
use miorai_charts::svg;
use miorai_model::{
    Series, SeriesId, Timestamp, Topic,
    history::HistoryAnswer,
    live::{FrameMessage, Hello, PROTOCOL},
};
use miorai_monitoring::number::six_figures;
use miorai_storage::JournalFilter;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Keeps foreign scripts out; the style sheet in the page is known by its hash. Inline style attributes carry computed
/// geometry only: the filled part of a bar, the place of a label.
fn policy(files: Option<&BundleFiles>) -> HeaderValue {
    let style = files.map(|files| format!(" 'sha256-{}'", files.style_sha256)).unwrap_or_default();
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'{style}; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("the hash is base64")
}

/// Lines of the journal in a page.
const EVENTS: usize = 20;

/// Everything one page is rendered from.
#[derive(Clone)]
struct PageInput {
    path: String,
    query: String,
    snapshot: Snapshot,
    /// What the page draws of the past: goes into its charts, not into the page's data.
    history: Vec<(Past, HistoryAnswer)>,
    /// What the page shows besides that.
    told: Told,
    theme: Theme,
    utc_offset: i32,
    uptime: Uptime,
}

/// The routes of the pages that anybody may open.
pub fn public_pages(state: AppState) -> Router {
    Router::new().route("/status", get(page)).with_state(state)
}

/// The routes of all other pages and of the forms that need no script.
pub fn pages(state: AppState) -> Router {
    let router = Router::new().route("/theme", post(choose_theme)).fallback(get(page));
    // Each is a route by its own name, also where requests are counted.
    PAGES.into_iter().fold(router, |router, (path, ..)| router.route(path, get(page))).with_state(state)
}

/// The routes of forms that change something.
pub fn control_forms(state: AppState) -> Router {
    Router::new()
        .route("/api", post(forms::api))
        .route("/cache", post(forms::cache))
        .route("/database", post(forms::database))
        .with_state(state)
}

/// Renders the page of the request's path.
async fn page(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if path.len() > 1 && path.ends_with('/') {
        return Redirect::permanent(&without_last_slash(request.uri())).into_response();
    }
    match prepare(&state, request.uri(), request.headers()).await {
        Some(input) => respond(&state, input),
        None => not_yet(),
    }
}

/// The answer before the first frame.
fn not_yet() -> Response {
    let retry = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
    let words = "The server is starting: the first values come in a second.";
    (StatusCode::SERVICE_UNAVAILABLE, retry, words).into_response()
}

fn respond(state: &AppState, input: PageInput) -> Response {
    let status = if pages::is_known(&input.path) { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let script = input.path != "/status";
    let files = state.assets.as_deref().and_then(|assets| assets.of(&input.path));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy(files)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (status, headers, html(input, files, script)).into_response();
    if !script {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from(pages::status::REFRESH_SECONDS));
    }
    response
}

/// The same page at its one address, with its query; on this server whatever the path begins with.
fn without_last_slash(uri: &Uri) -> String {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("/{}{query}", uri.path().trim_matches('/'))
}

/// The page as text: rendered in one go, there is nothing to wait for.
fn html(input: PageInput, files: Option<&BundleFiles>, script: bool) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new())));
    let html = owner.with(|| {
        provide_context(input);
        shell(files, script).to_html()
    });
    // Ends everything that belongs to this page.
    owner.cleanup();
    html
}

async fn prepare(state: &AppState, uri: &Uri, headers: &HeaderMap) -> Option<PageInput> {
    let path = uri.path();
    let query = uri.query().unwrap_or_default().to_owned();
    let snapshot = snapshot(state, path, &Query::parse(&query)).await?;
    let mut store = SeriesStore::default();
    store.hello(&snapshot.hello);
    for frame in &snapshot.frames {
        store.push(frame);
    }
    let now = snapshot.frames.first().map_or_else(Timestamp::default, |frame| frame.at);
    let mut history = Vec::new();
    for past in pages::past(path, &Query::parse(&query), &store) {
        // Without a past the page shows what is now.
        if let Ok(answer) = state.past(&past, now).await {
            history.push((past, answer));
        }
    }
    let told = Told::to(state, path, &query).await;
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let theme = cookie(cookies, COOKIE).and_then(Theme::from_name).unwrap_or_default();
    let utc_offset =
        cookie(cookies, OFFSET_COOKIE).and_then(|minutes| minutes.parse().ok()).filter(|m| (-840..=840).contains(m));
    let utc_offset = utc_offset.unwrap_or(0);
    let uptime = Uptime(state.monitor.uptime());
    Some(PageInput { path: path.to_owned(), query, snapshot, history, told, theme, utc_offset, uptime })
}

/// The state of things for the page at `path`; nothing before the first frame.
async fn snapshot(state: &AppState, path: &str, query: &Query) -> Option<Snapshot> {
    let monitor = &state.monitor;
    let tick = monitor.latest()?;
    let frame = &tick.frame;
    let topics = pages::topics(path);
    // The status page shows how long the server has been running, and nothing else of it.
    let chosen = pages::chosen(path, query);
    let of_topics =
        |series: &Series| topics.iter().any(|topic| Topic::OF_SERIES.contains(&topic) && series.is_in(topic));
    let of_page = |series: &&Series| of_topics(series) || chosen.contains(&series.key);
    let series: Vec<Series> = tick.series.iter().filter(of_page).cloned().collect();
    let values = |series: &[Series]| -> Vec<(SeriesId, f64)> {
        series.iter().filter_map(|series| frame.value(series.id).map(|value| (series.id, six_figures(value)))).collect()
    };
    let frames = vec![FrameMessage { topic: Topic::All, seq: frame.seq, at: frame.at, values: values(&series) }];
    let wants = |topic| topics.contains(topic);
    let events = if wants(Topic::Log) {
        let newest = JournalFilter { limit: EVENTS, ..JournalFilter::default() };
        // A journal that cannot be read shows in the health; the page has more to tell than its lines.
        monitor.journal().recent(&newest).await.unwrap_or_default()
    } else {
        Vec::new()
    };
    Some(Snapshot {
        hello: Hello {
            protocol: PROTOCOL,
            interval_ms: 1_000,
            topics,
            series,
            seq: frame.seq,
            started_at: monitor.started_at(),
        },
        frames,
        health: monitor.health(),
        processes: if wants(Topic::Processes) { Arc::clone(&frame.processes) } else { Arc::default() },
        events,
        host: monitor.host().clone(),
        about: (*state.about).clone(),
    })
}

/// Address and dashboard of the page that is being rendered.
pub(crate) fn start() -> (Address, Dashboard) {
    let PageInput { path, query, snapshot, history, told, theme, utc_offset, uptime } = expect_context();
    provide_context(uptime);
    told.provide();
    let dashboard = Dashboard::new(snapshot, theme, utc_offset);
    dashboard.store.update_value(|store| history.iter().for_each(|(past, answer)| store.take(past, answer)));
    (Address::new(&path, &query), dashboard)
}

/// The document around the pages.
fn shell(files: Option<&BundleFiles>, script: bool) -> impl IntoView + use<> {
    let PageInput { snapshot, told, theme, .. } = expect_context();
    let style = files.map(|files| view! { <style inner_html=files.style.clone()></style> });
    // Behind what is seen, so that the first paint waits for none of it.
    let start = files.filter(|_| script).map(|files| {
        let told = told.element().map(|(id, json)| {
            view! { <script id=id r#type="application/json" inner_html=json></script> }
        });
        view! {
            <link rel="preload" r#as="fetch" crossorigin="anonymous" r#type="application/wasm" href=files.wasm.clone() />
            <script id=ELEMENT_ID r#type="application/json" inner_html=json(&snapshot)></script>
            {told}
            <script r#type="module" src=files.script.clone() data-wasm=files.wasm.clone()></script>
        }
    });
    // With a script the page follows a job in place. This is no header, because browsers obey that with a script as well.
    let refresh = told.is_under_way().then(|| {
        view! {
            <noscript>
                <meta http-equiv="refresh" content="1" />
            </noscript>
        }
    });
    let title =
        if script { format!("{} · Miorai", svg::escape(&snapshot.host.name)) } else { "Status · Miorai".to_owned() };
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark light" />
                <title inner_html=title></title>
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                {refresh}
                {style}
            </head>
            <body>
                <App />
                {start}
            </body>
        </html>
    }
}

/// A value as it can stand in a script of a page.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

#[derive(Deserialize)]
struct ThemeForm {
    theme: String,
}

/// Keeps the colours chosen and goes back to the page.
async fn choose_theme(headers: HeaderMap, Form(form): Form<ThemeForm>) -> Response {
    let theme = Theme::from_name(&form.theme).unwrap_or_default();
    let kept = format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax", theme.name());
    let back = back_to(&headers);
    ([(header::SET_COOKIE, kept)], Redirect::to(&back)).into_response()
}

/// The path of the page that the form was on; only the path, so that nobody is sent elsewhere.
fn back_to(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let path = referer.and_then(|address| address.parse::<Uri>().ok());
    path.and_then(|uri| uri.path_and_query().map(|path| path.as_str().to_owned()))
        // Browsers read a backslash as a slash, and two slashes as the beginning of another host.
        .filter(|path| path.starts_with('/') && !path[1..].starts_with(['/', '\\']))
        .unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_address_and_keeps_its_query() {
        for (uri, expected) in [
            ("/system/", "/system"),
            ("/system/?range=5m", "/system?range=5m"),
            ("//example.org/", "/example.org"),
            ("///", "/"),
        ] {
            // As a request line has it: a path, which may begin with two slashes.
            let uri = Uri::builder().path_and_query(uri).build().unwrap();
            assert_eq!(without_last_slash(&uri), expected, "{uri}");
        }
    }

    #[test]
    fn the_way_back_stays_on_this_server() {
        for (referer, expected) in [
            ("http://127.0.0.1:7070/system?range=5m", "/system?range=5m"),
            ("http://evil.example//evil.example/", "/"),
            ("http://evil.example/\\evil.example", "/"),
            ("nonsense", "/"),
        ] {
            let headers = HeaderMap::from_iter([(header::REFERER, HeaderValue::from_str(referer).unwrap())]);
            assert_eq!(back_to(&headers), expected, "{referer}");
        }
    }
}
