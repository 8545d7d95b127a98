//! History and journal in a database: SQLite, or PostgreSQL.
//!
//! ```text
//! record ──► ring in memory ──► Writer, every few seconds: a block of frames (`tail`)
//!                 │             every ten minutes: blocks become chunks of tier 0, a row a series
//!                 │             in small steps: chunks are rolled up, old ones deleted
//! query  ◄────────┴──────────── chunks, read by connections of their own
//! ```
//! Nobody who records waits: the writer takes what is in the ring when it comes to it. When the database is gone for longer
//! than the ring lasts, the oldest frames are lost and counted. Questions are answered from the ring and from chunks
//! together, so that there is no gap between what is live and what is past.
//!
//! | module | subject |
//! |---|---|
//! | [`open`] | opening a store by its address |
//! | `history`, `journal` | the traits on top of a database |
//! | [`writer`] | who writes, and keeps the store in order |
//! | `rows` | the rows of one chunk's time |
//! | `seal`, `roll`, `upkeep` | blocks to chunks, chunks to coarser ones, and what goes |
//! | `known` | what is known of the store without asking it |
//! | [`status`] | how it does |
//! | `backend` | what a database must be able to do |
//!
//! # One row for a series and a chunk
//! A chunk of ten minutes takes some 20 bytes besides its data, 0.03 for each of its 600 values, so there is little to gain by
//! putting several series into one row. It would cost a lot when reading: a chart wants a few series out of hundreds. Only
//! what stands still for ten minutes, and what is another series once more, has no row: it is told by an entry in the row
//! of the frames, which every answer needs anyway.
//! Rows stand in the order of tier, time, series, so that new ones are always appended and pages are full.

pub(crate) mod backend;
mod history;
mod journal;
mod known;
pub mod open;
mod options;
pub(crate) mod place;
mod roll;
mod rows;
mod seal;
pub mod status;
mod upkeep;
pub mod writer;

pub use backend::StoreError;
pub use history::SqlHistory;
pub use journal::SqlJournal;
pub use open::{Store, open, open_file};
pub use options::StoreOptions;
pub use status::{Status, StatusReport};
pub use writer::Writer;
