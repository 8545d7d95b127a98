//! The page rendered from what a desk says.

use super::{Custom, PageData, prepare::prepare};
use crate::{pages::rendered::rendered, received_desk::ReceivedDesk};
use async_trait::async_trait;
use leptos::prelude::*;
use miorai_model::{
    Kind, Labels, Unit,
    received::{ReceivedQuery, ReceivedReport, ReceivedSeries, RefusedPoints, SenderReport},
};
use std::sync::Mutex;

/// A desk that remembers what it was asked.
#[derive(Default)]
struct Desk(Mutex<Vec<ReceivedQuery>>);

#[async_trait]
impl ReceivedDesk for Desk {
    async fn report(&self, query: ReceivedQuery) -> ReceivedReport {
        self.0.lock().expect("no test panics while it holds the lock").push(query);
        ReceivedReport::default()
    }
}

fn report() -> ReceivedReport {
    let series = |name: &'static str, kind, unit, value| ReceivedSeries {
        name: name.into(),
        labels: Labels::new([("queue", "mail"), ("service.name", "shop")]),
        unit,
        kind,
        value,
        recent: vec![Some(1.0), None, Some(3.0)],
    };
    let refused =
        RefusedPoints { reason: "past".to_owned(), why: "its time is too long ago".to_owned(), points: 4_312 };
    ReceivedReport {
        points: 99,
        refused: vec![refused.clone()],
        senders_limit: 500,
        series_of_sender_limit: 2_000,
        series_limit: 8_000,
        senders: vec![SenderReport {
            service: "shop".to_owned(),
            instance: Some("shop-1".to_owned()),
            language: Some("python".to_owned()),
            sdk: Some("opentelemetry 1.40".to_owned()),
            heard_seconds_ago: 7.0,
            series: 2,
            points: 99,
            points_per_second: 12.0,
            refused: vec![refused],
        }],
        series: vec![
            series("queue.length", Kind::Gauge, Unit::Count, Some(17.0)),
            series("job.duration", Kind::Distribution, Unit::Seconds, None),
        ],
        series_left_out: 4_900,
    }
}

fn page(query: &str, report: ReceivedReport) -> String {
    rendered(("/custom", query), &[], PageData { report }, || view! { <Custom /> })
}

#[test]
fn senders_their_series_and_what_was_refused_are_told_without_a_script() {
    let html = page("", report()).replace('\u{a0}', " ");
    for words in [
        "shop-1",
        "opentelemetry 1.40",
        "python",
        "7 s ago",
        "12/s",
        "4 312",
        "its time is too long ago",
        "queue=mail, service.name=shop",
        "17",
        "distribution",
        "M0 18h1",
        "4 900 more are not listed",
        "at most 500, of 2 000 series each and 8 000 in all",
    ] {
        assert!(html.contains(words), "{words} is missing in {html}");
    }
    let link = "?series=queue.length%7Bqueue%3D%22mail%22%2Cservice.name%3D%22shop%22%7D";
    assert!(html.contains(link), "{html}");
}

#[test]
fn a_chosen_series_that_is_not_known_is_told_of() {
    let html = page("series=gone%7Bservice.name%3D%22shop%22%7D", report());
    assert!(html.contains("nothing comes of it just now"), "{html}");
}

#[test]
fn where_nobody_sends_the_page_says_what_to_set() {
    let html = page("", ReceivedReport::default());
    assert!(html.contains("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT="), "{html}");
}

#[tokio::test]
async fn the_desk_is_asked_for_what_the_filter_finds() {
    let desk = Desk::default();
    prepare(&desk, "series.filter=queue+mail").await;
    let asked = desk.0.lock().expect("no test panics while it holds the lock").clone();
    assert_eq!(asked, [ReceivedQuery { filter: "queue mail".to_owned(), limit: 200 }]);
}
