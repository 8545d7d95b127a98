//! Durations of requests that other programs have answered: the series that our own HTTP layer has of its routes, with
//! the name of the program besides.
//!
//! A software development kit tells a histogram for each route, method, status, protocol and more. Here a route has one
//! distribution for each method, and the number of its answers by the class of their status.

use super::{
    labels::{find, spelled},
    requests::Answered,
};
use miorai_model::{SeriesKey, Topic, Topics, names};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use std::borrow::Cow;

/// Where routes are shown.
pub(super) const API: Topics = Topics::of([Topic::Api]);

/// The name of the metric before the conventions became stable, in milliseconds. Many programs still send it.
const BEFORE_STABLE: &str = "http.server.duration";

/// The method of requests whose method is not told.
const NO_METHOD: &str = "_OTHER";

/// The route of requests that no route was found for.
const NO_ROUTE: &str = "unmatched";

/// The longest route that is told in full, in characters.
const ROUTE: usize = 128;

/// A route of another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// The distribution of its durations.
    pub(super) durations: SeriesKey,
    /// The number of its answers with a status of this class.
    pub(super) requests: SeriesKey,
    /// The same for the board of the API.
    pub(super) answered: Answered,
}

/// The route that a point of the metric `name` of `service` is of, if it is one of durations of requests.
pub(super) fn route(name: &str, service: &str, attributes: &[KeyValue]) -> Option<Route> {
    if name != names::HTTP_DURATION && name != BEFORE_STABLE {
        return None;
    }
    let told = |stable: &str, before: &str| find(attributes, stable).or_else(|| find(attributes, before));
    let method = told("http.request.method", "http.method").unwrap_or_else(|| NO_METHOD.to_owned());
    // Without a route a request has gone astray; its path may be anything, and must not become a label.
    let route: String = find(attributes, "http.route").unwrap_or_default().chars().take(ROUTE).collect();
    let status = told("http.response.status_code", "http.status_code").unwrap_or_default();
    let (method, route) = (spelled(&method, 16), if route.is_empty() { NO_ROUTE.to_owned() } else { route });
    let class = class(&status);
    let labels =
        [("service.name", service.to_owned()), ("http.request.method", method.clone()), ("http.route", route.clone())];
    let key = |name, more: Option<(&'static str, String)>| SeriesKey {
        name: Cow::Borrowed(name),
        labels: labels.iter().cloned().chain(more).map(|(name, value)| (Cow::Borrowed(name), value)).collect(),
    };
    Some(Route {
        durations: key(names::HTTP_DURATION, None),
        requests: key(names::HTTP_REQUESTS, Some(("http.response.status_class", class.to_owned()))),
        answered: Answered { service: service.into(), method, route, class: class.as_bytes()[0] - b'0' },
    })
}

/// The class of a status. A request without one was not answered, which is the server's fault.
fn class(status: &str) -> &'static str {
    match status.as_bytes() {
        [b'1', _, _] => "1xx",
        [b'2', _, _] => "2xx",
        [b'3', _, _] => "3xx",
        [b'4', _, _] => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};

    fn attributes(pairs: &[(&str, Value)]) -> Vec<KeyValue> {
        let attribute = |(key, value): &(&str, Value)| KeyValue {
            key: (*key).to_owned(),
            value: Some(AnyValue { value: Some(value.clone()) }),
            key_strindex: 0,
        };
        pairs.iter().map(attribute).collect()
    }

    fn text(text: &str) -> Value {
        Value::StringValue(text.to_owned())
    }

    #[test]
    fn routes_are_told_by_the_conventions_and_by_those_before_them() {
        let stable = attributes(&[
            ("http.request.method", text("GET")),
            ("http.route", text("/orders/{id}")),
            ("http.response.status_code", Value::IntValue(404)),
            ("network.protocol.version", text("1.1")),
        ]);
        let before = attributes(&[
            ("http.method", text("GET")),
            ("http.route", text("/orders/{id}")),
            ("http.status_code", Value::IntValue(404)),
        ]);
        let of_stable = route("http.server.request.duration", "shop", &stable).unwrap();
        assert_eq!(
            of_stable.requests.to_string(),
            "miorai.http.requests{http.request.method=\"GET\",http.response.status_class=\"4xx\",\
             http.route=\"/orders/{id}\",service.name=\"shop\"}"
        );
        assert_eq!(route("http.server.duration", "shop", &before), Some(of_stable));
        assert_eq!(route("http.client.request.duration", "shop", &stable), None);
    }

    #[test]
    fn what_went_astray_or_was_not_answered_has_a_place_too() {
        let of_nothing = route("http.server.request.duration", "shop", &[]).unwrap();
        assert_eq!(of_nothing.durations.labels.get("http.route"), Some(NO_ROUTE));
        assert_eq!(of_nothing.requests.labels.get("http.response.status_class"), Some("5xx"));
    }
}
