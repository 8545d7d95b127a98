//! Stores in memory: bounded, gone with the program.

pub(crate) mod history;
mod journal;
pub(crate) mod ring;

pub use history::MemoryHistory;
pub use journal::MemoryJournal;
