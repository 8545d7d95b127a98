//! What the address asks the page to show.

use crate::{address::Query, view::View};
use miorai_model::performance::RouteReport;

/// A route as the address names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RouteName {
    /// The program that answers it; nothing for this one.
    pub service: Option<String>,
    /// `GET`, `POST` …
    pub method: String,
    /// The template of its path.
    pub route: String,
}

impl RouteName {
    /// The name of a route.
    pub(crate) fn of(route: &RouteReport) -> Self {
        Self { service: route.service.clone(), method: route.method.clone(), route: route.route.clone() }
    }

    /// Method and path.
    pub(crate) fn words(&self) -> String {
        format!("{} {}", self.method, self.route)
    }

    /// The query that leads from another to this route.
    pub(crate) fn in_query(&self, query: &Query) -> Query {
        query.with("route", Some(self.words())).with("service", self.service.clone())
    }
}

/// What is to be shown besides all routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// How far back figures reach, in seconds.
    pub window_seconds: u32,
    /// The chosen route.
    pub route: Option<RouteName>,
    /// The id of the chosen request.
    pub request: Option<String>,
    /// Whether it is asked if everything is to start anew.
    pub asks_reset: bool,
    /// Whether it has just done so.
    pub was_reset: bool,
}

/// Figures reach back a minute at least, and an hour at most: beyond, the charts tell.
const WINDOWS: (u32, u32) = (60, 3_600);
/// How far they reach back where the address names a part of time.
const USUAL_WINDOW: u32 = 900;

impl Wanted {
    /// What `?route=GET+/players/{id}&request=…` asks for.
    pub(crate) fn from_query(query: &Query) -> Self {
        let window_seconds = match View::from_query(query) {
            View::Last(seconds) => seconds.clamp(WINDOWS.0, WINDOWS.1),
            View::Between(..) => USUAL_WINDOW,
        };
        let route = query.get("route").and_then(|text| text.split_once(' '));
        Self {
            window_seconds,
            route: route.map(|(method, route)| RouteName {
                service: query.get("service").map(str::to_owned),
                method: method.to_owned(),
                route: route.to_owned(),
            }),
            request: query.get("request").map(str::to_owned),
            asks_reset: query.get("reset") == Some("ask"),
            was_reset: query.get("reset") == Some("done"),
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn the_address_says_what_is_shown() {
        let wanted = Wanted::from_query(&Query::parse("route=GET+/players/{id}&service=shop&range=24h&reset=ask"));
        assert_eq!(wanted.window_seconds, 3_600);
        assert!(wanted.asks_reset && !wanted.was_reset && wanted.request.is_none());
        let route = wanted.route.unwrap();
        assert_eq!((route.words().as_str(), route.service.as_deref()), ("GET /players/{id}", Some("shop")));
        let query = route.in_query(&Query::parse("range=5m"));
        assert_eq!(Wanted::from_query(&query).route, Some(route), "what is written is read back");
    }
}
