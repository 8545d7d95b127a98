//! `cargo xtask bench`: measures what docs/performance.md tells.

use anyhow::Result;

/// Measures all, or only some.
pub(crate) fn run(only: &[String]) -> Result<()> {
    let _ = only;
    Ok(())
}
