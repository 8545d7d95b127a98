//! Collectors, the sampler that makes one frame a second, and who receives it.

pub mod catalog;
pub mod collector;
pub mod collectors;

pub use catalog::Catalog;
pub use collector::{CollectError, Collector, Readings};
