//! The parts that pages are built of. They take what they show and emit what happened; fetching is not theirs.

pub mod banner;
pub mod chart;
#[cfg(any(feature = "ssr", feature = "page-machine"))]
pub mod fact;
pub mod frame;
#[cfg(any(feature = "ssr", feature = "page-api", feature = "page-cache"))]
pub mod grid;
pub mod icon;
pub(crate) mod inert;
pub mod meter;
pub mod number;
pub mod process_table;
pub mod range;
pub mod sparkline;
pub mod tile;
pub mod time_of_day;
