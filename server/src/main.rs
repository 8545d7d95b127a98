//! The program `miorai`.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::main()
}
