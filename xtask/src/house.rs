//! Rules of the house that no compiler knows: who may use whom. See docs/architecture.md.

use crate::process::{Step, workspace};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What must not come into the browser.
const NOT_IN_BROWSER: [&str; 5] = ["tokio", "axum", "sqlx", "redis", "sysinfo"];
/// The longest that a file may be before it has two subjects.
const LONGEST: usize = 400;

/// Looks after each rule; how many there are.
pub(crate) fn check() -> Result<u32> {
    browser_tree()?;
    let files = rust_files()?;
    only_in(&files, "sysinfo::", &["crates/monitoring/src/collectors"])?;
    only_in(&files, "SystemTime::now", &["crates/cache/src/clock.rs", "crates/monitoring/src/clock.rs"])?;
    only_in(&files, "redis::", &["crates/cache", "crates/monitoring/src/collectors"])?;
    let with_sqlx = ["crates/storage", "crates/monitoring/src/query", "crates/monitoring/src/collectors/postgresql"];
    let tests_with_sqlx = ["crates/monitoring/tests", "crates/monitoring/benches", "examples"];
    only_in(&files, "sqlx::", &[&with_sqlx[..], &tests_with_sqlx[..]].concat())?;
    for (path, text) in &files {
        let lines = text.lines().count();
        if lines > LONGEST {
            bail!("{} has {lines} lines: split it, it has more than one subject", path.display());
        }
    }
    Ok(6)
}

fn browser_tree() -> Result<()> {
    let tree = Step::new("", "cargo")
        .args(["tree", "--package", "frontend", "--target", "wasm32-unknown-unknown"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .quiet()
        .context("cargo tree failed")?;
    let found = tree.lines().filter_map(|line| line.split(' ').next()).find(|name| NOT_IN_BROWSER.contains(name));
    match found {
        Some(name) => bail!("{name} has come into the browser part: see `cargo tree -p frontend -i {name}`"),
        None => Ok(()),
    }
}

/// Every file of ours with its path from the project's folder.
fn rust_files() -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> =
        ["app", "crates", "examples", "frontend", "server"].map(|name| workspace().join(name)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path)?;
                files.push((path.strip_prefix(workspace())?.to_owned(), text));
            }
        }
    }
    Ok(files)
}

fn only_in(files: &[(PathBuf, String)], text: &str, places: &[&str]) -> Result<()> {
    let allowed = |path: &Path| places.iter().any(|place| path.starts_with(place));
    match files.iter().find(|(path, content)| content.contains(text) && !allowed(path)) {
        Some((path, _)) => bail!("{} uses {text}, which belongs into {}", path.display(), places.join(", ")),
        None => Ok(()),
    }
}
