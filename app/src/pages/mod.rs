//! The pages, a file each. A page says which topics and charts it has; the server prepares them before it renders.

pub mod not_found;
pub mod overview;
pub mod settings;
#[cfg(feature = "ssr")]
pub mod status;
pub mod system;

use crate::{components::chart::ChartDef, snapshot::Limits, store::SeriesStore};
use miorai_model::{SeriesKey, Topic, Topics, digits::sort_short};

/// Whether there is a page at `path`.
pub fn is_known(path: &str) -> bool {
    ["/", "/system", "/settings", "/status"].contains(&path)
}

/// The topics that the page at `path` needs.
pub fn topics(path: &str) -> Topics {
    match path {
        "/" => Topics::of([Topic::Overview, Topic::Processes, Topic::Health, Topic::Log]),
        "/system" => Topics::of([Topic::Overview, Topic::System, Topic::Processes, Topic::Health, Topic::Log]),
        "/settings" => Topics::of([Topic::Server, Topic::Health, Topic::Log]),
        _ => Topics::of([Topic::Health]),
    }
}

/// The series whose past the page at `path` draws, as far as this machine has them.
pub fn drawn_series(path: &str, store: &SeriesStore) -> Vec<SeriesKey> {
    let keys = |charts: Vec<ChartDef>| charts.into_iter().flat_map(|chart| chart.keys);
    let mut series: Vec<SeriesKey> = match path {
        "/" => keys(overview::charts())
            .chain(overview::tiles(&Limits::default()).into_iter().flat_map(|tile| tile.keys))
            .collect(),
        "/system" => keys(system::charts(store)).chain(system::core_keys(store)).collect(),
        "/settings" => keys(settings::charts()).collect(),
        _ => Vec::new(),
    };
    sort_short(&mut series, Ord::cmp);
    series.dedup();
    series.retain(|key| store.column(key).is_some());
    series
}
