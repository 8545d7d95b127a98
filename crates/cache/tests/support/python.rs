//! A Python with Django and django-redis for tests, installed once under the build folder.

use serde_json::Value;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// What the tests were written for; newer ones of the same major version do as well.
const PACKAGES: [&str; 2] = ["django>=5.2,<7", "django-redis>=6,<8"];

/// The interpreter of an environment with Django; none where Python or its package registry is not to be had. Then it
/// is said on standard error, also when tests are quiet.
pub(crate) fn with_django() -> Option<PathBuf> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    PYTHON.get_or_init(find_or_install).clone()
}

fn find_or_install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("django");
    let python = folder.join("bin/python");
    if python.exists() {
        return Some(python);
    }
    match install(&folder) {
        Ok(()) => Some(python),
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "SKIPPED: nothing is tested together with Django: {why}");
            None
        }
    }
}

/// Installs beside the place and moves it there, so that what is there is complete, whichever process installs too.
fn install(folder: &Path) -> Result<(), String> {
    let fresh = folder.with_extension(std::process::id().to_string());
    let in_fresh = fresh.join("bin/python");
    let outcome = run(Command::new("python3").args(["-m", "venv"]).arg(&fresh)).and_then(|()| {
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"];
        run(Command::new(&in_fresh).args(pip).args(PACKAGES))
    });
    if outcome.is_ok() && std::fs::rename(&fresh, folder).is_ok() {
        return Ok(());
    }
    let _ = std::fs::remove_dir_all(&fresh);
    // Somebody else may have been faster.
    if folder.exists() { Ok(()) } else { outcome.and(Err("the environment cannot be moved into place".to_owned())) }
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program}: {}", words.lines().last().unwrap_or("it failed without a word")))
}

/// A Django application on a Redis.
pub(crate) struct Django {
    python: PathBuf,
    url: String,
}

impl Django {
    /// None where there is no Django.
    pub(crate) fn on(url: String) -> Option<Self> {
        Some(Self { python: with_django()?, url })
    }

    /// Has it do what `django_application.py` calls so; what it prints.
    pub(crate) fn does(&self, what: &str) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/django_application.py");
        let mut command = Command::new(&self.python);
        let output = command.arg(script).args([what, &self.url]).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
        assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
