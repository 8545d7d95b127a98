//! What other programs send, as frames show it.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "support/otlp.rs"]
mod otlp;
#[path = "support/receiver.rs"]
mod receiver;

use miorai_model::{Kind, SeriesKey, Topic, Unit, names};
use miorai_monitoring::received::{Form, Limits, Refusal};
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, NumberDataPoint};
use otlp::{durations, encoded, gauge, number, request, sum};
use proptest::prelude::*;
use prost::Message as _;
use receiver::{Program, START};
use std::time::Duration;

#[tokio::test]
async fn a_gauge_holds_until_its_sender_is_late() {
    let mut program = Program::new(Limits::default());
    let key = r#"queue.length{queue="mail",service.name="shop"}"#;
    for at in [0, 10] {
        program.take(
            "shop",
            vec![gauge("queue.length", "", vec![number(at as f64 + 7.0, &[("queue", "mail")], 0, START + at)])],
        );
        for _ in 0..10 {
            program.tick().await;
            assert_eq!(program.value(key), Some(at as f64 + 7.0));
        }
    }
    // Points are ten seconds apart: it holds for fifteen and a half.
    for _ in 0..7 {
        program.tick().await;
    }
    assert_eq!(program.value(key), None);
}

#[tokio::test]
async fn a_total_is_a_rate_over_the_interval_of_its_sender_and_goes_on_over_resets() {
    let mut program = Program::new(Limits::default());
    let key = r#"orders{service.name="shop"}"#;
    let send = |program: &Program, value, start, at: u64| {
        let points = vec![number(value, &[], start, START + at)];
        program.take("shop", vec![sum("orders", AggregationTemporality::Cumulative, points)]);
    };
    // It has counted for an hour: nobody knows when the thousand came.
    send(&program, 1_000.0, START - 3_600, 0);
    program.tick().await;
    assert_eq!((program.value(key), program.total(key)), (None, Some(1_000.0)));
    for at in 1..10 {
        program.tick().await;
        assert_eq!(program.value(key), Some(0.0), "at {at}");
    }
    send(&program, 1_050.0, START - 3_600, 10);
    for at in 10..20 {
        program.tick().await;
        let rate = program.value(key).unwrap();
        // The first frame after it shows the part of a second that has passed.
        assert!((rate - 5.0).abs() < 0.6, "{rate} at {at}");
    }
    program.tick().await;
    // It has started anew, ten seconds ago.
    send(&program, 30.0, START + 11, 21);
    for _ in 0..11 {
        program.tick().await;
    }
    assert_eq!(program.total(key), Some(1_080.0));
}

#[tokio::test]
async fn amounts_since_the_last_point_add_up_and_are_taken_once() {
    let mut program = Program::new(Limits::default());
    let delta =
        |value, at| sum("orders", AggregationTemporality::Delta, vec![number(value, &[], START + at - 1, START + at)]);
    program.take("shop", vec![delta(5.0, 1)]);
    program.tick().await;
    assert_eq!(program.total(r#"orders{service.name="shop"}"#), Some(0.0), "a rate needs the total before");
    for _ in 0..2 {
        // The sender is not sure that the first one has come.
        program.take("shop", vec![delta(7.0, 2)]);
    }
    program.tick().await;
    assert_eq!(program.total(r#"orders{service.name="shop"}"#), Some(12.0));
}

#[tokio::test]
async fn a_histogram_is_a_distribution_of_what_has_come() {
    let mut program = Program::new(Limits::default());
    let key = r#"job.duration{service.name="shop"}"#;
    program.take("shop", vec![durations("job.duration", &[], [50, 50, 50, 0], START - 3_600, START)]);
    program.tick().await;
    assert_eq!(program.count(key), None, "when they came is not known");
    program.take("shop", vec![durations("job.duration", &[], [50, 60, 140, 0], START - 3_600, START + 1)]);
    program.tick().await;
    assert_eq!(program.count(key), Some(100));
    let id = program.monitor.catalog().find(&key.parse::<SeriesKey>().unwrap()).unwrap();
    let series = program.monitor.catalog().series();
    assert_eq!((series[id.index()].kind, series[id.index()].unit), (Kind::Distribution, Unit::Seconds));
    assert!(series[id.index()].is_in(Topic::Custom) && !series[id.index()].is_in(Topic::Api));
    let p95 = program.value(r#"job.duration{quantile="0.95",service.name="shop"}"#).unwrap();
    assert!((0.2..=0.4).contains(&p95), "{p95}");
    program.tick().await;
    assert_eq!(program.count(key), None, "it was shown once");
}

#[tokio::test]
async fn what_is_not_sound_is_refused_with_its_reason_and_counted() {
    let mut program = Program::new(Limits::default());
    let now = |value| vec![number(value, &[], START - 1, START)];
    let one = |name: &str, points| gauge(name, "", points);
    let many: Vec<(String, String)> = (0..33).map(|i| (format!("a{i}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let bad = [
        (one("", now(1.0)), Refusal::Name),
        (one(&"n".repeat(256), now(1.0)), Refusal::Name),
        (one("a", now(f64::NAN)), Refusal::NotFinite),
        (one("a", now(f64::NEG_INFINITY)), Refusal::NotFinite),
        (one("a", vec![number(1.0, &[], 0, START + 61)]), Refusal::Future),
        (one("a", vec![number(1.0, &[], 0, u64::MAX / otlp::SECOND)]), Refusal::Future),
        (one("a", vec![number(1.0, &[], 0, START - 301)]), Refusal::Past),
        (one("a", vec![number(1.0, &[], 0, 1)]), Refusal::Past),
        (one("a", vec![number(1.0, &many, 0, START)]), Refusal::Attributes),
        (sum("a", AggregationTemporality::Unspecified, now(1.0)), Refusal::Temporality),
        (sum("a", AggregationTemporality::Delta, now(-1.0)), Refusal::Negative),
        (one("a", vec![NumberDataPoint::default()]), Refusal::NoValue),
        (durations("a", &[], [1 << 41; 4], 0, START), Refusal::Buckets),
    ];
    let count = bad.len();
    for (metric, expected) in bad {
        let name = format!("{metric:?}");
        assert_eq!(program.refusal(metric), Some(expected), "{name}");
    }
    assert_eq!(program.refusal(one("a", now(1.0))), None);
    assert_eq!(program.refusal(sum("a", AggregationTemporality::Delta, now(1.0))), Some(Refusal::Kind));
    program.tick().await;
    let refused = |reason: Refusal| {
        program.total(&SeriesKey::new(names::RECEIVED_REFUSED, [("reason", reason.name())]).to_string()).unwrap()
    };
    assert_eq!(Refusal::EVERY.into_iter().map(refused).sum::<f64>() as usize, count + 1);
    assert_eq!(program.total(names::RECEIVED_POINTS), Some(1.0));
}

#[tokio::test]
async fn series_without_bound_are_refused_and_those_that_are_there_go_on() {
    let limits = Limits { senders: 2, series_of_sender: 3, series: 5, ..Limits::default() };
    let program = Program::new(limits);
    let send = |service: &str, count: u64| {
        let points = (0..count).map(|i| number(1.0, &[("user", i.to_string().as_str())], 0, START)).collect();
        program.take(service, vec![gauge("logins", "", points)])
    };
    assert_eq!(send("a", 3).taken, 3);
    let outcome = send("a", 100);
    assert_eq!((outcome.taken, outcome.refused.of(Refusal::SeriesOfSender)), (3, 97));
    let outcome = send("b", 3);
    assert_eq!((outcome.taken, outcome.refused.of(Refusal::Series)), (2, 1));
    assert_eq!(send("c", 1).refused.of(Refusal::Senders), 1);
}

#[tokio::test]
async fn who_stops_sending_fades_out_and_makes_room() {
    let limits = Limits { forget_after: Duration::from_secs(30), ..Limits::default() };
    let mut program = Program::new(limits);
    program.tick().await;
    let own = program.monitor.catalog().count();
    program.take("shop", vec![gauge("queue", "", vec![number(1.0, &[], 0, START + 1)])]);
    program.take("shop", vec![durations("job", &[], [1, 0, 0, 0], START, START + 1)]);
    program.tick().await;
    assert_eq!(program.monitor.catalog().count(), own + 1 + 4);
    assert_eq!(program.value(names::RECEIVED_SERIES), Some(2.0));
    for _ in 0..50 {
        program.tick().await;
    }
    assert_eq!(program.monitor.catalog().count(), own, "their numbers are free for others");
    assert_eq!((program.value(names::RECEIVED_SERIES), program.value(names::RECEIVED_SENDERS)), (Some(0.0), Some(0.0)));
}

#[tokio::test]
async fn senders_are_told_of_with_what_was_refused_of_theirs_also_when_nothing_was_taken() {
    let limits = Limits { forget_after: Duration::from_secs(30), ..Limits::default() };
    let mut program = Program::new(limits);
    program.tick().await;
    let (good, late) = (vec![number(1.0, &[], 0, START)], vec![number(1.0, &[], 0, START - 900)]);
    let mut of_python = request("shop", vec![gauge("a", "", good.clone()), gauge("b", "", late.clone())]);
    let attributes = &mut of_python.resource_metrics[0].resource.as_mut().unwrap().attributes;
    for (key, value) in [
        ("service.instance.id", "shop-1"),
        ("telemetry.sdk.language", "python"),
        ("telemetry.sdk.name", "opentelemetry"),
        ("telemetry.sdk.version", "1.40"),
    ] {
        attributes.push(otlp::attribute(key, value));
    }
    // Two senders in one request: each has its own.
    of_python.resource_metrics.extend(request("mail", vec![gauge("b", "", late)]).resource_metrics);
    program.received.take(&of_python.encode_to_vec(), Form::Protobuf).unwrap();
    program.tick().await;
    let report = program.received.report();
    let told: Vec<_> = report
        .senders
        .iter()
        .map(|sender| {
            let refused: Vec<_> = sender.refused.iter().map(|told| (told.reason.as_str(), told.points)).collect();
            (sender.service.as_str(), sender.instance.as_deref(), sender.series, sender.points, refused)
        })
        .collect();
    let one = vec![("past", 1)];
    assert_eq!(told, [("mail", None, 0, 0, one.clone()), ("shop", Some("shop-1"), 1, 1, one)]);
    let shop = &report.senders[1];
    assert_eq!((shop.language.as_deref(), shop.sdk.as_deref()), (Some("python"), Some("opentelemetry 1.40")));
    assert_eq!((report.points, report.refused[0].points), (1, 2));
    for _ in 0..50 {
        program.tick().await;
    }
    assert_eq!(program.received.report().senders, [], "who stops is forgotten");
}

#[test]
fn json_and_protobuf_say_the_same() {
    let program = Program::new(Limits::default());
    let labels = [("http.request.method", "GET"), ("http.route", "/a")];
    let metrics = vec![
        gauge("a", "", vec![number(1.5, &[("b", "c")], 0, START)]),
        sum("d", AggregationTemporality::Delta, vec![number(2.0, &[], 0, START)]),
        durations("http.server.request.duration", &labels, [1, 2, 3, 4], START, START),
    ];
    let json = serde_json::to_vec(&request("of-json", metrics.clone())).unwrap();
    let outcome = program.received.take(&json, Form::Json).unwrap();
    assert_eq!(outcome, program.take("of-protobuf", metrics));
    assert_eq!((outcome.taken, outcome.refused.total()), (3, 0));
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let program = Program::new(Limits::default());
        let _ = program.received.take(&bytes, Form::Protobuf);
        let _ = program.received.take(&bytes, Form::Json);
    }

    #[test]
    fn a_request_that_was_damaged_on_its_way_does_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let program = Program::new(Limits::default());
        let metrics = vec![
            gauge("a", "", vec![number(1.5, &[("b", "c")], 0, START)]),
            durations("d", &[("e", "f")], [1, 2, 3, 4], START, START),
        ];
        let mut bytes = encoded("shop", metrics);
        for (place, to) in damage {
            let place = place.index(bytes.len());
            bytes[place] = to;
        }
        let _ = program.received.take(&bytes, Form::Protobuf);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut program = program;
        runtime.block_on(program.tick());
    }
}
