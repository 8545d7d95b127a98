//! Caching by named spaces.

pub mod error;
pub mod options;
mod stored;

pub use error::CacheError;
pub use options::{Codec, SpaceOptions};
pub use stored::{KeyFacts, Remaining};
