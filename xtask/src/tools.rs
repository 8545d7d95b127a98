//! Makes sure of what builds and tests need.

use crate::process::{Step, say, workspace};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

const TARGET: &str = "wasm32-unknown-unknown";

/// The browser target of the compiler.
pub(crate) fn browser_target() -> Result<()> {
    let sysroot = Step::new("", "rustc").args(["--print", "sysroot"]).quiet().unwrap_or_default();
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    if Step::new("", "rustup").args(["--version"]).quiet().is_none() {
        bail!("the compiler lacks the target {TARGET}, and there is no rustup to add it: install Rust by rustup");
    }
    Step::new("Adding the browser target to the compiler", "rustup").args(["target", "add", TARGET]).run()
}

/// The npm packages of `end2end`, as its lock file has them; the folder of their programs.
pub(crate) fn npm_packages() -> Result<PathBuf> {
    let folder = workspace().join("end2end");
    let (lock, installed) = (folder.join("package-lock.json"), folder.join("node_modules/.package-lock.json"));
    let time = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    if time(&installed).is_none() || time(&installed) < time(&lock) {
        if Step::new("", "npm").args(["--version"]).quiet().is_none() {
            bail!("npm is missing: install Node 20 or newer with npm (on Debian: apt-get install nodejs npm)");
        }
        Step::new("Installing npm packages", "npm")
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .folder(&folder)
            .run()?;
    }
    Ok(folder.join("node_modules/.bin"))
}

/// A program that tests need, with where it may be and the Debian package it comes in.
struct Program {
    name: &'static str,
    places: &'static [&'static str],
    package: &'static str,
}

const FOR_TESTS: [Program; 4] = [
    Program { name: "chromium", places: &["/usr/bin/chromium", "/usr/bin/chromium-browser"], package: "chromium" },
    Program { name: "redis-server", places: &["/usr/bin/redis-server"], package: "redis-server" },
    Program { name: "PostgreSQL", places: &["/usr/lib/postgresql", "/usr/bin/postgres"], package: "postgresql" },
    Program {
        name: "the font DejaVu",
        places: &["/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"],
        package: "fonts-dejavu-core",
    },
];

/// Browser and servers of the tests.
pub(crate) fn for_tests() -> Result<()> {
    let there = |program: &&Program| program.places.iter().any(|place| Path::new(place).exists());
    let own_browser = std::env::var_os("CHROMIUM").is_some();
    let missing: Vec<&Program> =
        FOR_TESTS.iter().filter(|program| !(there(program) || own_browser && program.name == "chromium")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|program| program.name).collect();
    let packages: Vec<&str> = missing.iter().map(|program| program.package).collect();
    let by_hand = format!(
        "install {} and try again (on Debian, as root: apt-get install {})",
        names.join(", "),
        packages.join(" ")
    );
    let Some(prefix) = privilege() else { bail!("{by_hand}") };
    if Step::new("", "apt-get").args(["--version"]).quiet().is_none() {
        bail!("{by_hand}");
    }
    say(&format!("Installing {}", names.join(", ")));
    let apt = |args: &[&str]| {
        let words: Vec<&str> = prefix
            .iter()
            .copied()
            .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"])
            .chain(args.iter().copied())
            .collect();
        Step::new("", words[0]).args(&words[1..]).quiet().is_some()
    };
    // Package lists may be old or absent: the second command tells whether it worked.
    apt(&["update"]);
    if !apt(&[&["install", "-y", "--no-install-recommends"], &packages[..]].concat()) {
        bail!("{by_hand}");
    }
    Ok(())
}

/// What must stand before a command that installs something; nothing when this user may not.
fn privilege() -> Option<&'static [&'static str]> {
    let user = Step::new("", "id").args(["-u"]).quiet()?;
    if user.trim() == "0" {
        return Some(&[]);
    }
    Step::new("", "sudo").args(["-n", "true"]).quiet().map(|_| &["sudo", "-n"][..])
}
