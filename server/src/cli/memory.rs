//! How little memory is held that is not in use.

use std::{env, os::unix::process::CommandExt as _, process::Command};

/// What the C library's allocator is told, where nobody has told it otherwise: one heap for all threads, and what is free at its
/// end goes back. As it comes it has a heap for each thread and keeps what any of them has once used: each chunk of the history
/// that is made would stay in memory.
const SETTINGS: [(&str, &str); 2] = [("MALLOC_ARENA_MAX", "1"), ("MALLOC_TRIM_THRESHOLD_", "131072")];

/// Starts the program once more in its own place, because the allocator reads its settings before anything else. Where that is
/// not possible it goes on as it is.
pub(super) fn hold_little() {
    let (Ok(program), mut arguments) = (env::current_exe(), env::args_os()) else { return };
    let missing: Vec<_> = SETTINGS.into_iter().filter(|(name, _)| env::var_os(name).is_none()).collect();
    let name = arguments.next();
    if missing.is_empty() {
        return;
    }
    let mut command = Command::new(&program);
    command.arg0(name.unwrap_or_else(|| program.into())).args(arguments).envs(missing);
    // It gives back an error or does not come back.
    drop(command.exec());
}
