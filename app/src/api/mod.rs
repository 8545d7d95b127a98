//! Server functions: what the dashboard asks once. A file a domain; each parses, calls what owns the matter, and maps
//! the answer.

pub mod history;
