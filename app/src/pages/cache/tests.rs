//! The page rendered from what a desk says.

mod desk;

use self::desk::{Desk, desk};
use super::{
    Cache, Clearing, PageData,
    forms::{Answer, Asked, answer},
    prepare::prepare,
};
use crate::{cache_desk::Actor, pages};
use axum::{
    Form,
    body::Body,
    extract::{FromRequest as _, Request},
    http::header::CONTENT_TYPE,
};
use leptos::prelude::*;
use miorai_model::{Kind, Series, SeriesId, SeriesKey, Topics, Unit, names};

/// The page of a query, as the server renders it while the space `default` has a hit ratio of 71 %.
fn rendered(query: &str, data: PageData) -> String {
    let key = SeriesKey::new(names::CACHE_HIT_RATIO, [("space", "default")]);
    let series = Series { id: SeriesId(0), key, unit: Unit::Ratio, kind: Kind::Gauge, topics: Topics::NONE };
    pages::rendered::rendered(("/cache", query), &[(series, 0.71)], data, || view! { <Cache /> })
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

    let mut drifted = self::desk();
    drifted.drifted = true;
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
