//! The program `miorai`.

mod memory;

use std::process::ExitCode;

fn main() -> ExitCode {
    memory::hold_little();
    server::cli::main()
}
