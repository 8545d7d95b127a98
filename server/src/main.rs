//! The program `miorai`.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The C library's allocator keeps what a thread has once used: each chunk of the history that is made would stay in memory.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::cli::main()
}
