//! A service of the kind that Miorai watches: tournaments, players with ratings, matches, and predictions of who wins.
//!
//! ```text
//! http ──► service            what is asked: reads that are cached, writes that invalidate
//!            ├──► store        SQL, and nothing of caches
//!            └──► prediction   a logistic model fitted on the history of matches
//! seed      generated data    load   a generator of requests
//! ```
//!
//! What it costs to compute an answer is in `store`; that it is kept, how long, and what makes it out of date is in
//! `service`, an attribute or a line each.

pub mod http;
pub mod load;
pub mod prediction;
mod rating;
mod run;
mod seed;
pub mod service;
pub mod settings;
pub mod store;

pub use run::{Running, start};
