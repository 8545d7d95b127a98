//! Where frames and events are kept: traits, and stores behind them.
//!
//! Numbers are kept by a [`History`], what happened by a [`Journal`]. Both are written by one hand (the sampler, the
//! monitor) and read by many; reading never writes. Writing never waits for a disk: a store that has one takes what it
//! is given and writes behind.
//!
//! | module | subject |
//! |---|---|
//! | [`history`] | what a store of frames can do |
//! | [`journal`] | what a store of events can do |
//! | [`reduction`] | how an answer is brought down to the points that were asked for |
//! | [`memory`] | stores in memory, bounded |
//!
//! Every store passes the same suite, `tests/contract.rs`.
//!
//! ```
//! use miorai_model::{Severity, Timestamp};
//! use miorai_storage::{Journal, JournalFilter, MemoryJournal};
//!
//! # futures(async {
//! let journal = MemoryJournal::default();
//! journal.append(Timestamp::from_millis(0), Severity::Info, "server", "Started.");
//! let events = journal.recent(&JournalFilter::default()).await?;
//! assert_eq!(events[0].message, "Started.");
//! # Ok::<(), miorai_storage::JournalError>(())
//! # });
//! # fn futures<T>(example: impl Future<Output = Result<T, miorai_storage::JournalError>>) {
//! #     tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example).unwrap();
//! # }
//! ```

pub mod chunk;
mod gather;
pub mod history;
pub mod journal;
pub mod memory;
mod point;
mod postgres;
pub mod reduction;
pub mod sql;
mod sqlite;
pub mod tier;
mod wanted;

pub use history::{History, HistoryError};
pub use journal::{Journal, JournalError, JournalFilter};
pub use memory::{MemoryHistory, MemoryJournal};
pub use point::Point;
pub use sql::{SqlHistory, SqlJournal, Store, StoreError, StoreOptions};
