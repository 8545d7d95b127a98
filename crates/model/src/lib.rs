//! What a number is in Miorai, and how it crosses the wire.
//!
//! Every second one [`Frame`] is made. It holds a value for each [`Series`]; everything that
//! shows, keeps, judges or hands on a number takes it from there. What happens rather than
//! being measured is an [`Event`]. This crate describes both, with the arithmetic that needs no
//! I/O, so that the server and the browser share one set of types:
//!
//! | module | subject |
//! |---|---|
//! | [`time`], [`rfc3339`] | points in time, the [`Clock`] that tells them, and how REST answers write them |
//! | [`series`] | names, labels, units and kinds of series |
//! | [`topic`] | groups of series and events, by what a page shows |
//! | [`sketch`] | many values in little room, and their quantiles |
//! | [`names`] | the names that series bear |
//! | [`counter`] | rates from counters that only grow, start anew, or stand still |
//! | [`frame`] | the values of one second |
//! | [`live`] | messages of the live stream, as JSON and in binary form |
//! | [`history`] | what may be asked of the past, and the answer |
//! | [`health`] | checks and the state that follows from them |
//! | [`event`] | lines of the journal |
//! | [`cache`] | what is told of caches and their servers, and how they are cleared |
//! | [`database`] | what is told of statements, pools and PostgreSQL servers |
//! | [`performance`] | what is told of the speed of an API, and why a request was slow |
//! | [`received`] | what is told of other programs that send metrics |
//! | [`host`], [`process`] | what is known of the machine and its processes |
//! | [`quantity`] | numbers as people read them |
//! | [`problem`] | errors as the outside sees them |
//!
//! ```
//! use miorai_model::counter::Counter;
//! use std::time::Duration;
//!
//! let mut received = Counter::default();
//! assert_eq!(received.rate(1_000, Duration::from_secs(0)), None);
//! assert_eq!(received.rate(3_000, Duration::from_secs(2)), Some(1_000.0));
//! ```

pub mod cache;
pub mod counter;
pub mod database;
pub mod digits;
pub mod event;
pub mod frame;
pub mod health;
pub mod history;
pub mod host;
pub mod live;
pub mod names;
pub mod performance;
pub mod problem;
pub mod process;
pub mod quantity;
pub mod received;
pub mod rfc3339;
pub mod series;
pub mod sketch;
pub mod time;
pub mod topic;

pub use event::{Event, Severity};
pub use frame::Frame;
pub use health::{Check, Health, Status};
pub use series::{Kind, Labels, Series, SeriesId, SeriesKey, Unit};
pub use sketch::Sketch;
pub use time::{Clock, Timestamp};
pub use topic::{Topic, Topics};
