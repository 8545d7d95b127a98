//! Typed caches: what an application keeps of tournaments, predictions and users, with the keys in one place.
//!
//! They are thin: a name for each thing, its key, its lifetime where that differs from its space's, and which changes
//! make it out of date. What is kept is of the application's own types.

mod ml;
mod tournaments;
mod users;

pub use ml::MlCache;
pub use tournaments::TournamentCache;
pub use users::UserCache;
