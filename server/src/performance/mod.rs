//! How fast the API and the statements behind it are: this program's own, and what other programs report.

pub mod desk;
mod watch;

pub use desk::Desk;
pub use watch::Watch;
