//! What the pages of the machine draw: the machine in full, and settings.

use super::{Drawn, settings, system};
use crate::{components::sparkline, snapshot::Limits, store::SeriesStore, view::View};

/// What the page at `path` draws. Which series these are does not depend on limits.
pub(super) fn drawn(path: &str, store: &SeriesStore) -> Drawn {
    let limits = Limits::default();
    let in_small = View::Last(sparkline::SECONDS);
    match path {
        "/system" => {
            Drawn { charts: system::charts(&limits, store), beside: system::core_keys(store), recent: in_small }
        }
        "/settings" => {
            Drawn { charts: settings::charts(), beside: settings::collector_keys(store), recent: View::default() }
        }
        _ => Drawn { charts: Vec::new(), beside: Vec::new(), recent: in_small },
    }
}
