//! The pages, a file each. A page says which topics and charts it has; the server prepares them before it renders.

#[cfg(any(feature = "ssr", feature = "page-api"))]
pub mod api;
#[cfg(any(feature = "ssr", feature = "page-cache"))]
pub mod cache;
#[cfg(any(feature = "ssr", feature = "page-machine", feature = "page-start"))]
mod cpu;
#[cfg(any(feature = "ssr", feature = "page-api"))]
pub mod custom;
#[cfg(any(feature = "ssr", feature = "page-api"))]
pub mod database;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
mod machine;
pub mod not_found;
#[cfg(any(feature = "ssr", feature = "page-start"))]
pub mod overview;
#[cfg(all(test, feature = "ssr"))]
mod rendered;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod status;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
pub mod system;

use crate::{
    address::Query,
    components::chart::ChartDef,
    store::SeriesStore,
    view::{Earlier, View},
};
use miorai_model::{SeriesKey, Timestamp, Topic, Topics, digits::sort_short};
#[cfg(any(feature = "ssr", feature = "page-api"))]
use serde::de::DeserializeOwned;

/// Whether there is a page at `path`.
pub fn is_known(path: &str) -> bool {
    ["/", "/system", "/api", "/cache", "/database", "/custom", "/settings", "/status"].contains(&path)
}

/// The part of the browser's code that the page at `path` loads. Pages that are used together share one; a page that
/// brings much of its own has one for itself, so that the first look at the start page stays small.
pub fn bundle(path: &str) -> &'static str {
    match path {
        "/cache" => "cache",
        "/api" | "/database" | "/custom" => "api",
        "/system" | "/settings" => "machine",
        _ => "start",
    }
}

/// The topics that the page at `path` needs: one of series, so that a second comes in one piece, and what goes with it.
pub fn topics(path: &str) -> Topics {
    match path {
        "/" => Topics::of([Topic::Overview, Topic::Processes, Topic::Health, Topic::Log]),
        "/system" => Topics::of([Topic::System, Topic::Processes, Topic::Health, Topic::Log]),
        "/api" => Topics::of([Topic::Api, Topic::Health]),
        "/cache" => Topics::of([Topic::Cache, Topic::Health]),
        "/database" => Topics::of([Topic::Database, Topic::Health]),
        // Other programs may have thousands of series: only those of its charts come with each second.
        "/custom" => Topics::of([Topic::Chosen, Topic::Health]),
        "/settings" => Topics::of([Topic::Server, Topic::Health, Topic::Log]),
        _ => Topics::of([Topic::Health]),
    }
}

/// The series that the page at `path` wants besides those of its topics, as its address names them.
#[cfg(any(feature = "ssr", feature = "page-api"))]
pub(crate) fn chosen(path: &str, query: &Query) -> Vec<SeriesKey> {
    if path == "/custom" { custom::chosen(query) } else { Vec::new() }
}

/// An answer: nothing when it was not asked for, a sentence when there was none to be had.
#[cfg(any(feature = "ssr", feature = "page-api", feature = "page-cache"))]
pub(crate) type Found<T> = Option<Result<T, String>>;

/// What the server has told a page besides what each frame does, from the element of the page that carries it.
#[cfg(any(feature = "ssr", feature = "page-api"))]
pub(crate) fn data<T: Clone + Default + DeserializeOwned + Send + Sync + 'static>(element: &str) -> T {
    #[cfg(feature = "ssr")]
    {
        let _ = element;
        leptos::prelude::use_context().unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        let element = leptos::prelude::document().get_element_by_id(element);
        let text = element.and_then(|element| element.text_content());
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}

/// A part of the past that a page draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Of what.
    pub series: Vec<SeriesKey>,
    /// Of when.
    pub view: View,
    /// How long before that, to compare it with.
    pub earlier: Option<Earlier>,
}

impl Past {
    /// Whether its points stand for many values each, so that the least and the greatest of them are of interest. What it is
    /// compared with is a line.
    pub const fn has_extremes(&self) -> bool {
        !self.view.is_live() && self.earlier.is_none()
    }

    /// First and last moment wanted when the newest frame is of `now`. What is compared with a view that moves on reaches
    /// a quarter further, so that it need not be asked for with each second.
    pub fn bounds(&self, now: Timestamp) -> (i64, i64) {
        let (from, to) = self.view.bounds(now.as_millis());
        let Some(earlier) = self.earlier else { return (from, to) };
        let ahead = if matches!(self.view, View::Last(_)) { (to - from) / 4 } else { 0 };
        (from - earlier.millis(), (to - earlier.millis() + ahead).min(now.as_millis()))
    }
}

/// The past that the page at `path` draws when its address asks for `query`, as far as this machine has the series.
pub fn past(path: &str, query: &Query, store: &SeriesStore) -> Vec<Past> {
    let (view, earlier) = (View::from_query(query), Earlier::from_query(query));
    let Drawn { charts, beside, recent } = drawn(path, query, store);
    let charts: Vec<SeriesKey> = charts.into_iter().flat_map(|chart| chart.keys).collect();
    // What the charts' part of time holds anyway is asked for with it.
    let covered =
        view.is_live() && matches!((view, recent), (View::Last(shown), View::Last(wanted)) if shown >= wanted);
    let compared = earlier.map(|earlier| (charts.clone(), view, Some(earlier)));
    let parts = if covered {
        vec![(charts.into_iter().chain(beside).collect(), view, None)]
    } else {
        vec![(charts, view, None), (beside, recent, None)]
    };
    let known = |(mut series, view, earlier): (Vec<SeriesKey>, View, Option<Earlier>)| {
        sort_short(&mut series, Ord::cmp);
        series.dedup();
        series.retain(|key| store.column(key).is_some());
        (!series.is_empty()).then_some(Past { series, view, earlier })
    };
    parts.into_iter().chain(compared).filter_map(known).collect()
}

/// What a page draws.
struct Drawn {
    charts: Vec<ChartDef>,
    /// Series that it draws in small, or adds up, over a part of time that the address does not change.
    beside: Vec<SeriesKey>,
    /// That part of time.
    recent: View,
}

#[cfg_attr(
    not(any(feature = "ssr", feature = "page-api")),
    expect(unused_variables, reason = "only some pages draw what their address names")
)]
fn drawn(path: &str, query: &Query, store: &SeriesStore) -> Drawn {
    match bundle(path) {
        #[cfg(any(feature = "ssr", feature = "page-start"))]
        "start" if path == "/" => overview::drawn(),
        #[cfg(any(feature = "ssr", feature = "page-machine"))]
        "machine" => machine::drawn(path, store),
        #[cfg(any(feature = "ssr", feature = "page-cache"))]
        "cache" => cache::drawn(store),
        #[cfg(any(feature = "ssr", feature = "page-api"))]
        "api" if path == "/api" => api::drawn(query, store),
        #[cfg(any(feature = "ssr", feature = "page-api"))]
        "api" if path == "/custom" => custom::drawn(query, store),
        #[cfg(any(feature = "ssr", feature = "page-api"))]
        "api" => database::drawn(store),
        _ => Drawn { charts: Vec::new(), beside: Vec::new(), recent: View::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::sparkline;
    use miorai_model::{Kind, Series, SeriesId, Unit, names};

    #[test]
    fn a_second_of_a_page_comes_in_one_frame() {
        for path in ["/", "/system", "/api", "/cache", "/database", "/custom", "/settings", "/status", "/elsewhere"] {
            let of_series = topics(path).iter().filter(|topic| Topic::OF_SERIES.contains(topic)).count();
            assert!(of_series <= 1, "{path} would show each second in {of_series} steps");
        }
    }

    #[test]
    fn small_drawings_have_their_past_whatever_the_charts_show() {
        let mut store = SeriesStore::default();
        let series = |id, name| Series {
            id: SeriesId(id),
            key: SeriesKey::new(name, []),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        };
        // One of a tile, one of a chart.
        store.announce(&[series(0, names::CPU_BUSY), series(1, names::LOAD_5M)]);
        let parts = |query: &str| -> Vec<(usize, View)> {
            let past = past("/", &Query::parse(query), &store);
            past.into_iter().map(|past| (past.series.len(), past.view)).collect()
        };
        assert_eq!(parts(""), [(2, View::Last(900))]);
        let beside = (1, View::Last(sparkline::SECONDS));
        assert_eq!(parts("range=1m"), [(1, View::Last(60)), beside]);
        assert_eq!(parts("from=0&to=10000"), [(1, View::Between(0, 10_000)), beside]);
        assert_eq!(parts("range=7d"), [(1, View::Last(7 * 86_400)), beside]);
        let compared = past("/", &Query::parse("compare=1d"), &store);
        assert_eq!(compared[1].earlier, Some(Earlier::Day));
        let now = Timestamp::from_millis(864_000_000);
        assert_eq!(
            compared[1].bounds(now),
            (776_700_000, 777_825_000),
            "from 24:15 h before to 3:45 min beyond the view"
        );
    }
}
