//! The databases that the server knows: those that it uses itself, and the PostgreSQL servers that it watches.

pub mod desk;

pub use desk::Desk;
