//! The charts of the page: for all routes, and for the chosen one.

use super::wanted::RouteName;
use crate::{components::chart::ChartDef, store::SeriesStore};
use miorai_model::{Labels, SeriesKey, Unit, digits::sort_short, names};
use std::borrow::Cow;

/// Classes of statuses, in the order of the areas.
const CLASSES: [(&str, &str); 5] =
    [("2xx", "succeeded"), ("3xx", "redirected"), ("4xx", "wrong requests"), ("5xx", "failed"), ("1xx", "websockets")];

/// What durations should stay below, in seconds: the mean, 95 of 100, 99 of 100.
pub(super) const OBJECTIVES: [(f64, &str); 3] =
    [(0.5, "objective mean < 500 ms"), (1.0, "objective p95 < 1 s"), (2.0, "objective p99 < 2 s")];

/// Programs that may have lines of their own beside this one.
const SERVICES: usize = 4;

/// The key of a series of these labels.
pub(super) fn key(name: &'static str, labels: &[(&'static str, &str)]) -> SeriesKey {
    let labels: Labels = labels.iter().map(|(name, value)| (Cow::Borrowed(*name), (*value).to_owned())).collect();
    SeriesKey { name: Cow::Borrowed(name), labels }
}

/// The charts of all routes together.
pub(super) fn of_all(store: &SeriesStore) -> Vec<ChartDef> {
    let failed = ChartDef::new("errors", "Errors", "answers that say so, per second", Unit::Count)
        .rates()
        .line(class("5xx", &[]), "failed (5xx)")
        .line(class("4xx", &[]), "wrong requests (4xx)");
    let mut charts = vec![throughput("throughput", &[]), latency("latency", &[]), failed];
    let of_services = services(store);
    if of_services.is_empty() {
        let active = key(names::HTTP_ACTIVE, &[]);
        let chart = ChartDef::new("active", "In flight", "requests being answered", Unit::Count);
        charts.push(chart.area(active, "in flight"));
    } else {
        let chart = ChartDef::new("services", "Programs", "95 of 100 answers take no longer", Unit::Seconds);
        charts.push(of_services.iter().take(SERVICES).fold(chart, |chart, service| {
            let labels = [("quantile", "0.95"), ("service.name", service.as_str())];
            chart.line(key(names::HTTP_DURATION, &labels), service)
        }));
    }
    charts
}

/// The charts of one route.
pub(super) fn of_route(route: &RouteName, _: &SeriesStore) -> Vec<ChartDef> {
    let mut labels = vec![("http.request.method", route.method.as_str()), ("http.route", route.route.as_str())];
    labels.extend(route.service.as_deref().map(|service| ("service.name", service)));
    vec![throughput("route-throughput", &labels), latency("route-latency", &labels)]
}

fn class(class: &str, labels: &[(&'static str, &str)]) -> SeriesKey {
    let labels: Vec<_> = labels.iter().copied().chain([("http.response.status_class", class)]).collect();
    key(names::HTTP_REQUESTS, &labels)
}

fn throughput(id: &str, labels: &[(&'static str, &str)]) -> ChartDef {
    let chart = ChartDef::new(id, "Requests", "by the class of their answer, per second", Unit::Count);
    CLASSES.iter().fold(chart.rates().stacked(), |chart, (name, words)| chart.area(class(name, labels), words))
}

fn latency(id: &str, labels: &[(&'static str, &str)]) -> ChartDef {
    let chart = ChartDef::new(id, "Latency", "so many of 100 take no longer", Unit::Seconds);
    let chart = [("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99")].iter().fold(chart, |chart, (quantile, words)| {
        let labels: Vec<_> = labels.iter().copied().chain([("quantile", *quantile)]).collect();
        chart.line(key(names::HTTP_DURATION, &labels), words)
    });
    OBJECTIVES.iter().fold(chart, |chart, (seconds, words)| chart.limit(*seconds, words))
}

/// The programs that report to this one.
fn services(store: &SeriesStore) -> Vec<String> {
    let mut services: Vec<String> = store
        .series()
        .map(|series| &series.key)
        .filter(|key| key.name == names::HTTP_DURATION && key.labels.get("quantile") == Some("0.95"))
        .filter(|key| key.labels.get("http.route").is_none())
        .filter_map(|key| key.labels.get("service.name").map(str::to_owned))
        .collect();
    sort_short(&mut services, Ord::cmp);
    services.dedup();
    services
}
