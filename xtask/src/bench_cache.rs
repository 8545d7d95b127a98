//! `cargo xtask bench cache`: hits in the process, and the Redis path beside Django with django-redis on one Redis.
//!
//! Everything is pinned to one core, where the machine has more: a caller and a server on two cores wait longer for each
//! other to wake than they work.

use crate::process::{Step, say, target};
use anyhow::{Result, bail};

/// Measures both.
pub(crate) fn run() -> Result<()> {
    for program in ["redis-server", "redis-cli", "taskset", "python3"] {
        if Step::new("", program).args(["--version"]).quiet().is_none() {
            bail!("{program} is missing (on Debian: apt-get install redis-server util-linux python3-venv)");
        }
    }
    Step::new("Building the benches of the cache", "cargo")
        .args(["build", "--quiet", "--release", "--package", "miorai-cache", "--example", "redis_bench"])
        .run()?;
    let embedded = ["bench", "--quiet", "--package", "miorai-cache", "--bench", "embedded"];
    Step::new("", "cargo").args(embedded).args(["--no-run"]).run()?;
    Step::new("Measuring hits in the process", "taskset").args(["-c", "0", "cargo"]).args(embedded).run()?;
    let environment = target().join("bench-python");
    say("Measuring beside Django with django-redis (some minutes)");
    Step::new("", "python3")
        .args(["crates/cache/benches/peer.py", "--venv"])
        .args([environment, target().join("release/examples/redis_bench")])
        .run()
}
