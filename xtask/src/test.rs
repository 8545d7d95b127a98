//! `cargo xtask test`: everything that must hold.

use crate::{
    house,
    process::{Step, say, target, workspace},
    site, tools,
};
use anyhow::{Result, bail};
use std::{ffi::OsStr, fs};

const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
/// Warnings are mistakes here.
const DENY: [&str; 3] = ["--", "--deny", "warnings"];
/// How many tests have passed, for whoever runs this as a part of more.
const SUMMARY: &str = "target/tests-passed";

/// How many tests did what.
#[derive(Default)]
pub(crate) struct Count {
    passed: u32,
    failed: u32,
}

impl Count {
    fn add(&mut self, passed: u32, failed: u32) {
        self.passed += passed;
        self.failed += failed;
    }

    /// Tells it, and writes down in a file of the project how many have passed; an error when some have failed.
    pub(crate) fn tell(&self, summary: &str) -> Result<()> {
        fs::write(workspace().join(summary), self.passed.to_string())?;
        say(&format!("{} passed, {} failed", self.passed, self.failed));
        if self.failed > 0 {
            bail!("{} tests failed", self.failed);
        }
        Ok(())
    }
}

/// Runs everything, or only some browser tests.
pub(crate) fn run(browser: Option<&str>) -> Result<()> {
    let mut count = Count::default();
    tools::browser_target()?;
    tools::for_tests()?;
    if browser.is_none() {
        style()?;
        say("Looking whether the house is in order");
        let rules = house::check()?;
        count.add(rules, 0);
        site::build()?;
        rust(&mut count)?;
    }
    browser_tests(browser, &mut count)?;
    count.tell(SUMMARY)
}

/// Format and lint. The halves of the dashboard are looked at apart, as they are built.
fn style() -> Result<()> {
    Step::new("Checking the format", "cargo").args(["fmt", "--all", "--check"]).run()?;
    let clippy =
        |title: &str, args: &[&str]| Step::new(title, "cargo").args(["clippy", "--quiet"]).args(args).args(DENY).run();
    clippy("Linting the server", &["--all-targets"])?;
    clippy("Linting the example", &["--package", "tournament", "--all-targets"])?;
    clippy("Linting the browser part", &[&["--package", "frontend"][..], &WASM].concat())
}

fn rust(count: &mut Count) -> Result<()> {
    let crates = ["cache", "cache-macros", "charts", "model", "monitoring", "storage"]
        .map(|name| format!("--package=miorai-{name}"));
    let others = ["--package=app", "--features=app/ssr", "--package=server", "--package=tournament", "--package=xtask"];
    let all: Vec<&str> = others.into_iter().chain(crates.iter().map(String::as_str)).collect();
    cargo_test("Testing the crates, the server and the dashboard", &all, &[("SITE_IS_BUILT", OsStr::new("1"))], count)
}

/// Runs tests, and counts them.
pub(crate) fn cargo_test(title: &str, args: &[&str], env: &[(&str, &OsStr)], count: &mut Count) -> Result<()> {
    let mut step = Step::new(title, "cargo").args(["test", "--quiet", "--no-fail-fast"]).args(args);
    for (name, value) in env {
        step = step.env(name, value);
    }
    let (good, lines) = step.tee()?;
    let (passed, failed) = lines
        .iter()
        .filter_map(|line| result_line(line))
        .fold((0, 0), |(p, f), (passed, failed)| (p + passed, f + failed));
    count.add(passed, failed);
    if !good && failed == 0 {
        bail!("the tests could not be built");
    }
    Ok(())
}

/// What `test result: ok. 12 passed; 0 failed; …` tells.
fn result_line(line: &str) -> Option<(u32, u32)> {
    let rest = line.trim().strip_prefix("test result: ")?;
    let number =
        |word: &str| rest.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok());
    Some((number("passed")?, number("failed")?))
}

fn browser_tests(only: Option<&str>, count: &mut Count) -> Result<()> {
    site::build()?;
    Step::new("Building the server in release mode", "cargo")
        .args(["build", "--quiet", "--release", "--package", "server"])
        .run()?;
    let programs = tools::npm_packages()?;
    let (good, lines) = Step::new("Testing in a browser", programs.join("playwright"))
        .args(["test"])
        .args(only)
        .env("PROGRAM_UNDER_TEST", target().join("release/miorai"))
        .folder(&workspace().join("end2end"))
        .tee()?;
    let number = |word: &str| -> u32 {
        lines
            .iter()
            .rev()
            .find_map(|line| line.trim().split(word).next().filter(|_| line.trim().contains(word))?.trim().parse().ok())
            .unwrap_or(0)
    };
    let (passed, failed) = (number(" passed"), number(" failed"));
    count.add(passed, failed);
    if !good && failed == 0 || passed + failed == 0 {
        bail!("the browser tests could not be run");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::result_line;

    #[test]
    fn results_are_read() {
        let line = "test result: ok. 12 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result_line(line), Some((12, 1)));
        assert_eq!(result_line("running 3 tests"), None);
    }
}
