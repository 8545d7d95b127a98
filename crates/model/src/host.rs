//! The machine that is watched.

use serde::{Deserialize, Serialize};

/// What does not change while the server runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Host {
    /// The machine's name in the network.
    pub name: String,
    /// The operating system with its version: `Debian GNU/Linux 12`.
    pub os: String,
    /// The kernel's version.
    pub kernel: String,
    /// The processor's instruction set: `x86_64`.
    pub architecture: String,
    /// The processor's model, as it calls itself.
    pub cpu_model: String,
    /// Logical processors.
    pub cpu_count: u32,
    /// Physical memory.
    pub memory_bytes: u64,
}
