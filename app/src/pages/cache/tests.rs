//! The page rendered from what a desk says.

use super::{
    Cache, Clearing, PageData,
    forms::{Answer, Asked, answer},
    prepare::prepare,
};
use crate::{
    address::Address,
    cache_desk::{Actor, CacheDesk, DeskError},
    dashboard::Dashboard,
    snapshot::{About, Snapshot},
    theme::Theme,
};
use async_trait::async_trait;
use axum::{
    Form,
    body::Body,
    extract::{FromRequest as _, Request},
    http::header::CONTENT_TYPE,
};
use leptos::{prelude::*, reactive::owner::Owner};
use miorai_model::{
    Health, Kind, Series, SeriesId, SeriesKey, Status, Timestamp, Topic, Topics, Unit,
    cache::{
        Backend, CacheReport, ClearPreview, ClearProgress, ClearRequest, ClearState, CommandReport, KeyDetail, KeyLine,
        KeyPage, KeyQuery, Latency, PrefixLine, PrefixReport, ServerReport, SlowCommand, SpaceReport, ValueForm,
    },
    host::Host,
    live::{FrameMessage, Hello, PROTOCOL},
    names,
};
use std::sync::{Arc, Mutex};

/// A desk with one space of 4 312 keys, that remembers what it was asked to change.
#[derive(Default)]
struct Desk {
    report: CacheReport,
    done: Mutex<Vec<String>>,
    /// Whether more keys match by now than were previewed.
    drifted: bool,
}

impl Desk {
    fn done(&self, what: String) {
        self.done.lock().expect("no test panics while it holds the lock").push(what);
    }

    fn has_done(&self) -> Vec<String> {
        self.done.lock().expect("no test panics while it holds the lock").clone()
    }
}

#[async_trait]
impl CacheDesk for Desk {
    async fn report(&self) -> CacheReport {
        self.report.clone()
    }

    async fn keys(&self, query: KeyQuery) -> Result<KeyPage, DeskError> {
        let pattern = query.pattern.clone().unwrap_or_default();
        match pattern.as_str() {
            "[" => Err(DeskError::Wrong { field: "pattern", detail: "The bracket is never closed.".to_owned() }),
            "nothing*" => Ok(KeyPage { keys: Vec::new(), cursor: None }),
            _ => {
                let keys = (1..=12).map(|number| line(&format!("tournament:{number}:standings"))).collect();
                Ok(KeyPage { keys, cursor: Some("7".to_owned()) })
            }
        }
    }

    async fn key(&self, _: &str, key: &str) -> Result<KeyDetail, DeskError> {
        if key == "gone" {
            return Err(DeskError::Unknown("There is no entry of this key any more.".to_owned()));
        }
        let value = "{\n  \"name\": \"<b>Open</b>\",\n  \"players\": 64\n}".to_owned();
        Ok(KeyDetail { line: line(key), form: ValueForm::Json, value, shortened: true })
    }

    async fn delete(&self, space: &str, key: &str, actor: &Actor) -> Result<bool, DeskError> {
        self.done(format!("{} deletes {key} of {space}", actor.0));
        Ok(true)
    }

    async fn prefixes(&self, _: &str) -> Result<PrefixReport, DeskError> {
        let prefix =
            |prefix: &str, keys, bytes, share_ratio| PrefixLine { prefix: prefix.to_owned(), keys, bytes, share_ratio };
        let prefixes = vec![prefix("tournament:", 900, 1_200_000, 0.75), prefix("player:", 100, 400_000, 0.25)];
        Ok(PrefixReport { sampled: 1_000, complete: false, prefixes })
    }

    async fn preview(&self, request: ClearRequest) -> Result<ClearPreview, DeskError> {
        let pattern = request.pattern.unwrap_or_default();
        let matched = if pattern == "nothing*" { 0 } else { 4_312 };
        let sample = (0..20).map(|number| format!("tournament:5:match:{number}")).take(matched as usize).collect();
        Ok(ClearPreview {
            matched,
            sample,
            bytes: 8_400_000,
            recompute_seconds: Some(97.0),
            seconds_estimated: 0.4,
            confirm: pattern == "*",
            token: "t1".to_owned(),
        })
    }

    async fn start(&self, request: ClearRequest, actor: &Actor) -> Result<ClearProgress, DeskError> {
        if self.drifted {
            return Err(DeskError::Conflict(
                "5 210 keys match by now, 4 312 were previewed: nothing was cleared.".to_owned(),
            ));
        }
        self.done(format!("{} clears {} of {}", actor.0, request.token.unwrap_or_default(), request.space));
        Ok(progress(ClearState::Running))
    }

    async fn progress(&self, job: u64) -> Result<ClearProgress, DeskError> {
        match job {
            7 => Ok(progress(ClearState::Running)),
            8 => Ok(progress(ClearState::Done)),
            _ => Err(DeskError::Unknown("There is no such job any more.".to_owned())),
        }
    }

    async fn cancel(&self, job: u64, actor: &Actor) -> Result<ClearProgress, DeskError> {
        self.done(format!("{} stops {job}", actor.0));
        Ok(progress(ClearState::Cancelled))
    }
}

fn line(key: &str) -> KeyLine {
    KeyLine { key: key.to_owned(), kind: "string".to_owned(), ttl_seconds: Some(272.0), bytes: Some(1_432) }
}

fn progress(state: ClearState) -> ClearProgress {
    ClearProgress {
        job: 7,
        space: "default".to_owned(),
        pattern: "tournament:5:*".to_owned(),
        state,
        scanned: 2_000,
        cleared: if state == ClearState::Done { 4_312 } else { 1_200 },
        total: 4_312,
        keys_per_second: 12_400.0,
        duration_ms: 310.0,
        message: String::new(),
    }
}

fn space(name: &str, application: Option<&str>, status: Status) -> SpaceReport {
    SpaceReport {
        id: application.map_or_else(|| name.to_owned(), |application| format!("{application}/{name}")),
        name: name.to_owned(),
        application: application.map(str::to_owned),
        instances: 2,
        status,
        message: "It answers.".to_owned(),
        response_time_ms: Some(0.3),
        backend: Backend::Redis,
        prefix: name.to_owned(),
        database: 1,
        hits: 912_000,
        misses: 88_000,
        hit_ratio: Some(0.912),
        hit_ratio_objective: 0.8,
        operations_per_second: Some(4_210.0),
        stale_hits: 12,
        negative_hits: 3,
        near_hits: 640_000,
        sets: 88_000,
        deletes: 40,
        evictions: 0,
        errors: 0,
        corrupted: 0,
        waits: 19,
        computations: 88_000,
        mean_compute_seconds: Some(0.022),
        latency: Some(Latency {
            mean_seconds: 0.000_2,
            p50_seconds: 0.000_15,
            p95_seconds: 0.000_6,
            p99_seconds: 0.001_4,
        }),
        keys: Some(4_312),
        memory_bytes: Some(8_400_000),
        ttl_seconds: Some(300.0),
        schemas: vec!["tournament:{id}".to_owned(), "player:{id}:form".to_owned()],
    }
}

fn server() -> ServerReport {
    let command = |command: &str, calls, mean_seconds| CommandReport {
        command: command.to_owned(),
        calls,
        failed: 0,
        mean_seconds,
        p50_seconds: Some(mean_seconds),
        p99_seconds: Some(mean_seconds * 9.0),
    };
    let mut server = ServerReport::unknown("main", "127.0.0.1:6379");
    "redis".clone_into(&mut server.product);
    "7.0.15".clone_into(&mut server.version);
    "It answers.".clone_into(&mut server.message);
    server.uptime_seconds = Some(93_000);
    server.memory.used_bytes = Some(410_000_000);
    server.memory.limit_bytes = Some(536_870_912);
    server.memory.fragmentation_ratio = Some(1.08);
    server.commands = vec![command("get", 912_000, 2.1e-6), command("scan", 120, 0.001_2)];
    server.slow_log = vec![SlowCommand {
        id: 1,
        age_seconds: 65.0,
        duration_seconds: 0.031,
        command: "SORT scores BY weight_* (? more arguments)".to_owned(),
        client: "127.0.0.1:51234".to_owned(),
    }];
    server
}

fn desk() -> Desk {
    let spaces = vec![
        space("default", None, Status::Healthy),
        space("sessions", Some("tournament"), Status::Healthy),
        space("ml_predictions", Some("tournament"), Status::Degraded),
    ];
    Desk { report: CacheReport { spaces, servers: vec![server()] }, ..Desk::default() }
}

/// The page of a query, as the server renders it.
fn rendered(query: &str, data: PageData) -> String {
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_context(Address::new("/cache", query));
        provide_context(Dashboard::new(snapshot(), Theme::System, 0));
        provide_context(data);
        view! { <Cache /> }.to_html()
    });
    owner.cleanup();
    html
}

fn snapshot() -> Snapshot {
    let key = SeriesKey::new(names::CACHE_HIT_RATIO, [("space", "default")]);
    let series = Series { id: SeriesId(0), key, unit: Unit::Ratio, kind: Kind::Gauge, topics: Topics::NONE };
    let at = Timestamp::from_millis(1_763_888_808_000);
    Snapshot {
        hello: Hello {
            protocol: PROTOCOL,
            interval_ms: 1_000,
            topics: Topics::NONE,
            series: vec![series],
            seq: 1,
            started_at: at,
        },
        frames: vec![FrameMessage { topic: Topic::All, seq: 1, at, values: vec![(SeriesId(0), 0.71)] }],
        health: Arc::new(Health::of(Vec::new(), at, None)),
        processes: Arc::default(),
        events: Vec::new(),
        host: Host::default(),
        about: About::default(),
    }
}

async fn page(desk: &Desk, query: &str) -> String {
    rendered(query, prepare(desk, query).await)
}

#[tokio::test]
async fn spaces_show_what_they_do_now_and_what_they_should_reach() {
    let html = page(&desk(), "").await.replace("<!>", "");
    for expected in
        ["tournament", "ml_predictions", "Degraded", "71.0", "≥ 80", "4.21", "objective", "7.0.15", "SORT scores"]
    {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("Clear entries"), "no space is chosen");
}

#[tokio::test]
async fn tables_are_sorted_as_the_address_says_and_their_titles_say_so() {
    let order = |html: &str| {
        let rows = html.split("<tbody>").nth(1).unwrap_or_default().split("</tbody>").next().unwrap_or_default();
        let mut names = ["default", "sessions", "ml_predictions"].map(|name| (rows.find(&format!(">{name}<")), name));
        names.sort_unstable();
        names.map(|(_, name)| name)
    };
    let by_name = page(&desk(), "").await.replace("<!>", "");
    assert_eq!(order(&by_name), ["default", "ml_predictions", "sessions"]);
    let turned = page(&desk(), "spaces.sort=-name").await.replace("<!>", "");
    assert_eq!(order(&turned), ["sessions", "ml_predictions", "default"]);
    let title = turned.split("<th ").find(|title| title.contains(">Space</a>")).unwrap_or_default();
    assert!(title.starts_with("scope=\"col\" aria-sort=\"descending\""), "{title}");
    assert!(title.contains("<a href=\"?spaces.sort=name\">"), "a second choice turns it around: {title}");
    // What is below its objective now comes last when the best come first.
    let by_ratio = page(&desk(), "spaces.sort=ratio").await.replace("<!>", "");
    assert_eq!(order(&by_ratio)[2], "default");
}

#[tokio::test]
async fn that_nothing_matches_is_said_once() {
    let html = page(&desk(), "space=default&pattern=nothing*").await;
    assert_eq!(html.matches("Nothing matches").count(), 1, "{html}");
    assert!(!page(&desk(), "").await.contains("Nothing matches"));
}

#[tokio::test]
async fn without_a_redis_the_page_says_what_to_set() {
    let html = page(&Desk::default(), "").await;
    assert!(html.contains("REDIS_URL=redis://127.0.0.1:6379"));
}

#[tokio::test]
async fn keys_lead_to_their_values_and_on_to_the_next_page() {
    let html = page(&desk(), "space=default&pattern=t*&range=5m").await;
    assert!(html.contains("tournament:12:standings") && html.contains("cursor=7"));
    let html = page(&desk(), "space=default&key=tournament:5").await;
    assert!(html.contains("&lt;b&gt;Open") && html.contains("Delete this entry"));
    let html = page(&desk(), "space=default&key=gone").await;
    assert!(html.contains("There is no entry of this key any more."));
}

#[tokio::test]
async fn what_cannot_be_shown_says_why() {
    for (query, expected) in [
        ("space=nowhere", "There is no space "),
        ("space=default&pattern=[", "The bracket is never closed."),
        ("space=default&pattern=nothing*", "Nothing matches."),
        ("space=default&job=99", "There is no such job any more."),
    ] {
        assert!(page(&desk(), query).await.contains(expected), "{query}");
    }
}

#[tokio::test]
async fn a_preview_says_what_would_go_and_asks_once_in_words() {
    let asked = Asked::Preview { pattern: "tournament:5:*".to_owned() };
    let actor = Actor("ann".to_owned());
    let Answer::Page(clearing) = answer(&desk(), "space=default", asked, &actor).await else { panic!("no page") };
    let data = PageData { clearing, ..prepare(&desk(), "space=default").await };
    let html = rendered("space=default", data).replace('\u{a0}', " ").replace("<!>", "");
    for expected in ["4 312 keys", "8.40 MB", "97.0 s", "tournament:5:match:19", "4 292 more"] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("Type "), "only a bare * asks for the name");
}

#[tokio::test]
async fn a_bare_star_asks_for_the_name_of_the_space() {
    let asked = Asked::Preview { pattern: "*".to_owned() };
    let Answer::Page(clearing) = answer(&desk(), "space=default", asked, &Actor(String::new())).await else {
        panic!("no page")
    };
    let data = PageData { clearing, ..prepare(&desk(), "space=default").await };
    assert!(rendered("space=default", data).contains("name=\"confirm\""));
}

#[tokio::test]
async fn forms_lead_to_pages_that_show_what_came_of_them() {
    let (desk, actor) = (desk(), Actor("ann".to_owned()));
    let clear = || Asked::Clear { pattern: "a*".to_owned(), token: "t1".to_owned(), confirm: None };
    let go = |query: &str| Answer::Go(query.to_owned());
    assert_eq!(answer(&desk, "space=default", clear(), &actor).await, go("?space=default&job=7"));
    assert_eq!(answer(&desk, "space=default", Asked::Cancel { job: 7 }, &actor).await, go("?space=default&job=7"));
    let delete = Asked::Delete { key: "a b".to_owned() };
    assert_eq!(answer(&desk, "space=default&key=a+b", delete, &actor).await, go("?space=default&deleted=a+b"));
    assert_eq!(desk.has_done(), ["ann clears t1 of default", "ann stops 7", "ann deletes a b of default"]);

    let drifted = Desk { drifted: true, ..self::desk() };
    let Answer::Page(Clearing::Failed { pattern, words }) = answer(&drifted, "space=default", clear(), &actor).await
    else {
        panic!("it was not refused")
    };
    assert_eq!(pattern, "a*");
    assert!(words.contains("nothing was cleared"));
}

#[tokio::test]
async fn forms_are_read_as_browsers_send_them() {
    let text = str::to_owned;
    for (body, expected) in [
        ("action=preview&pattern=a%3A*", Asked::Preview { pattern: text("a:*") }),
        ("action=clear&token=t&pattern=a", Asked::Clear { pattern: text("a"), token: text("t"), confirm: None }),
        (
            "action=clear&token=t&pattern=*&confirm=default",
            Asked::Clear { pattern: text("*"), token: text("t"), confirm: Some(text("default")) },
        ),
        ("action=cancel&job=7", Asked::Cancel { job: 7 }),
        ("action=delete&key=a+%2B", Asked::Delete { key: text("a +") }),
    ] {
        let request = Request::post("/cache").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(body)).expect("the parts are valid");
        let Form(asked) = Form::<Asked>::from_request(request, &()).await.expect("the form can be read");
        assert_eq!(asked, expected, "{body}");
    }
}

#[tokio::test]
async fn a_job_can_be_stopped_while_it_runs() {
    let running = page(&desk(), "space=default&job=7").await.replace('\u{a0}', " ");
    assert!(running.contains("Clearing") && running.contains("12.4 k/s") && running.contains("width:27.8%"));
    let done = page(&desk(), "space=default&job=8").await;
    assert!(done.contains("Done"));
}
