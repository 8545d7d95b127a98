//! Stores in memory: bounded, gone with the program.

mod history;
mod journal;

pub use history::MemoryHistory;
pub use journal::MemoryJournal;
