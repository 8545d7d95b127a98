//! `miorai config`: what the configuration is, and whether it is right.

use crate::config::Loaded;
use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

/// Says that the configuration is right: reading it has shown that.
pub(super) fn check(loaded: &Loaded) -> ExitCode {
    let source = match &loaded.file {
        Some(file) => format!("{} and the environment", file.display()),
        None => "no file, only the environment and defaults".to_owned(),
    };
    written(writeln!(io::stdout(), "The configuration is right ({source})."))
}

/// Shows every setting as it could stand in the file, with where it comes from.
pub(super) fn print(loaded: &Loaded) -> ExitCode {
    let mut out = String::new();
    let mut section = "";
    let mut lists = String::new();
    for (name, value, origin) in loaded.settings() {
        if let Some(list) = value.as_array().filter(|list| list.iter().any(toml::Value::is_table)) {
            for table in list.iter().filter_map(toml::Value::as_table) {
                let _ = writeln!(lists, "\n{:<48} # {origin}", format!("[[{name}]]"));
                lists.extend(table.iter().map(|(key, value)| format!("{key} = {value}\n")));
            }
            continue;
        }
        let Some((of, key)) = name.split_once('.') else { continue };
        if of != section {
            section = of;
            let gap = if out.is_empty() { "" } else { "\n" };
            let _ = writeln!(out, "{gap}[{section}]");
        }
        let line = format!("{key} = {value}");
        let _ = writeln!(out, "{line:<48} # {origin}");
    }
    // Sections of lists end the section before them.
    out.push_str(&lists);
    written(io::stdout().write_all(out.as_bytes()))
}

/// Who reads along may go away early, as `head` does.
fn written(outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => super::fail(&error, 1),
    }
}
