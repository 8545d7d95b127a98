//! How many points a core takes in, and what a frame of 5 000 received series costs:
//! `cargo bench -p miorai-monitoring --bench received`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench is run by hand, and tells what it has measured")]

#[path = "../tests/support/otlp.rs"]
mod otlp;

use miorai_model::{Timestamp, host::Host};
use miorai_monitoring::{
    ManualClock, Monitor,
    received::{Form, Limits, Received},
};
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, Metric, metric::Data};
use otlp::{durations, encoded, gauge, number, request, sum};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const START: u64 = 1_700_000_000;
/// Distinct series, as the limit has them.
const SERIES: u64 = 5_000;
const ROUNDS: u64 = 100;

/// A metric with a point of the series at a place, at a second.
type Make = fn(&[(&str, &str)], u64) -> Metric;

fn main() {
    let gauges: Make = |labels, at| gauge("shop.stock", "", vec![number(at as f64, labels, START, START + at)]);
    let sums: Make = |labels, at| {
        let points = vec![number(at as f64, labels, START, START + at)];
        sum("shop.orders", AggregationTemporality::Cumulative, points)
    };
    let histograms: Make = |labels, at| durations("shop.duration", labels, [at, 2 * at, at, at / 2], START, START + at);
    for (name, form, make) in [
        ("gauges, protobuf", Form::Protobuf, gauges),
        ("sums, protobuf", Form::Protobuf, sums),
        ("histograms of 4 buckets, protobuf", Form::Protobuf, histograms),
        ("gauges, JSON", Form::Json, gauges),
    ] {
        measure(name, form, make);
    }
}

fn measure(name: &str, form: Form, make: Make) {
    let clock = Arc::new(ManualClock::new(Timestamp::from_millis(START as i64 * 1_000)));
    let limits = Limits { series_of_sender: SERIES as usize, ..Limits::default() };
    let received = Received::new(limits, Arc::clone(&clock) as _);
    let (_monitor, mut sampler) = Monitor::builder(Host::default(), Arc::clone(&clock) as _)
        .figures(received.figures())
        .series_limit(50_000)
        .frames_in_memory(60)
        .build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (mut taking, mut framing, mut points, mut bytes) = (Duration::ZERO, Duration::ZERO, 0, 0);
    for at in 1..=ROUNDS {
        clock.advance(Duration::from_secs(1));
        let body = match form {
            Form::Protobuf => encoded("shop", vec![whole(make, at)]),
            Form::Json => serde_json::to_vec(&request("shop", vec![whole(make, at)])).unwrap(),
        };
        let begin = Instant::now();
        let outcome = received.take(&body, form).unwrap();
        taking += begin.elapsed();
        assert_eq!((outcome.taken, outcome.refused.total()), (SERIES, 0), "{}", outcome.refused);
        points += outcome.taken;
        bytes += body.len();
        let begin = Instant::now();
        runtime.block_on(sampler.tick());
        framing += begin.elapsed();
    }
    let each = bytes as f64 / points as f64;
    println!("{name}: {:.0} points/s of {each:.0} bytes", points as f64 / taking.as_secs_f64());
    println!("    a frame with {SERIES} of them: {:.2} ms", framing.as_secs_f64() * 1_000.0 / ROUNDS as f64);
}

/// One metric with a point for each series, labelled as a web application does.
fn whole(make: Make, at: u64) -> Metric {
    let one = |place: u64| {
        let route = format!("/orders/{place}/items");
        let method = ("http.request.method", "GET");
        make(&[method, ("http.route", &route), ("server.address", "shop.example.org"), ("url.scheme", "https")], at)
    };
    let mut whole = one(0);
    for more in (1..SERIES).map(one) {
        match (&mut whole.data, more.data) {
            (Some(Data::Gauge(all)), Some(Data::Gauge(one))) => all.data_points.extend(one.data_points),
            (Some(Data::Sum(all)), Some(Data::Sum(one))) => all.data_points.extend(one.data_points),
            (Some(Data::Histogram(all)), Some(Data::Histogram(one))) => all.data_points.extend(one.data_points),
            _ => unreachable!("all are of one kind"),
        }
    }
    whole
}
