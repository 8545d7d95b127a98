//! The pages, a file each. A page says which topics and charts it has; the server prepares them before it renders.

#[cfg(any(feature = "ssr", feature = "page-cache"))]
pub mod cache;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
mod machine;
pub mod not_found;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
pub mod overview;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod status;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
pub mod system;

use crate::{components::chart::ChartDef, store::SeriesStore, view::View};
use miorai_model::{SeriesKey, Topic, Topics, digits::sort_short};

/// Whether there is a page at `path`.
pub fn is_known(path: &str) -> bool {
    ["/", "/system", "/cache", "/settings", "/status"].contains(&path)
}

/// The part of the browser's code that the page at `path` loads. Pages that are used together share one; a page that
/// brings much of its own has one for itself, so that the first look at the start page stays small.
pub fn bundle(path: &str) -> &'static str {
    match path {
        "/cache" => "cache",
        _ => "machine",
    }
}

/// The topics that the page at `path` needs: one of series, so that a second comes in one piece, and what goes with it.
pub fn topics(path: &str) -> Topics {
    match path {
        "/" => Topics::of([Topic::Overview, Topic::Processes, Topic::Health, Topic::Log]),
        "/system" => Topics::of([Topic::System, Topic::Processes, Topic::Health, Topic::Log]),
        "/cache" => Topics::of([Topic::Cache, Topic::Health]),
        "/settings" => Topics::of([Topic::Server, Topic::Health, Topic::Log]),
        _ => Topics::of([Topic::Health]),
    }
}

/// A part of the past that a page draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Of what.
    pub series: Vec<SeriesKey>,
    /// Of when.
    pub view: View,
}

/// The past that the page at `path` draws when its charts show `view`, as far as this machine has the series.
pub fn past(path: &str, view: View, store: &SeriesStore) -> Vec<Past> {
    let Drawn { charts, beside, recent } = drawn(path, store);
    let charts: Vec<SeriesKey> = charts.into_iter().flat_map(|chart| chart.keys).collect();
    // What the charts' part of time holds anyway is asked for with it.
    let covered = matches!((view, recent), (View::Last(shown), View::Last(wanted)) if shown >= wanted);
    let parts = if covered {
        vec![(charts.into_iter().chain(beside).collect(), view)]
    } else {
        vec![(charts, view), (beside, recent)]
    };
    let known = |(mut series, view): (Vec<SeriesKey>, View)| {
        sort_short(&mut series, Ord::cmp);
        series.dedup();
        series.retain(|key| store.column(key).is_some());
        (!series.is_empty()).then_some(Past { series, view })
    };
    parts.into_iter().filter_map(known).collect()
}

/// What a page draws.
struct Drawn {
    charts: Vec<ChartDef>,
    /// Series that it draws in small, or adds up, over a part of time that the address does not change.
    beside: Vec<SeriesKey>,
    /// That part of time.
    recent: View,
}

fn drawn(path: &str, store: &SeriesStore) -> Drawn {
    match bundle(path) {
        #[cfg(any(feature = "ssr", feature = "page-machine"))]
        "machine" => machine::drawn(path, store),
        #[cfg(any(feature = "ssr", feature = "page-cache"))]
        "cache" => cache::drawn(store),
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
        for path in ["/", "/system", "/cache", "/settings", "/status", "/elsewhere"] {
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
        let parts = |view| -> Vec<(usize, View)> {
            past("/", view, &store).into_iter().map(|past| (past.series.len(), past.view)).collect()
        };
        assert_eq!(parts(View::Last(900)), [(2, View::Last(900))]);
        assert_eq!(parts(View::Last(60)), [(1, View::Last(60)), (1, View::Last(sparkline::SECONDS))]);
        let zoomed = View::Between(0, 10_000);
        assert_eq!(parts(zoomed), [(1, zoomed), (1, View::Last(sparkline::SECONDS))]);
    }
}
