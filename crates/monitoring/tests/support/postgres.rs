//! Real PostgreSQL servers for tests: each on a free port with a folder of its own, ended with the test.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use std::{
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a server may take until it answers.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// One running server. Everybody on this machine may do everything there, as any user.
pub struct PostgresServer {
    child: Child,
    pub port: u16,
    settings: Vec<String>,
    folder: TempDir,
}

impl PostgresServer {
    /// A server with these settings, such as `shared_preload_libraries=pg_stat_statements`.
    pub fn start(settings: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        if let Some((user, group)) = server_user() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let made = program("initdb", folder.path())
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"])
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let server = Self { child: spawn(folder.path(), port, &settings), port, settings, folder };
        server.wait_until_it_answers();
        server
    }

    /// The address of the database `postgres` for a user.
    pub fn url(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres", self.port)
    }

    /// The address of a database that is made, for the superuser.
    pub fn database(&self, name: &str) -> String {
        let made = self.run("createdb", &[name]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// What `psql` prints for statements of the superuser.
    pub fn psql(&self, sql: &str) -> String {
        let output = self.run("psql", &["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--command", sql]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs one of PostgreSQL's programs on the database `postgres`, and waits for its end.
    pub fn run(&self, name: &str, arguments: &[&str]) -> Output {
        self.command(name, arguments).output().unwrap()
    }

    /// The same, beside the test: it is ended with what is given back.
    pub fn begin(&self, name: &str, arguments: &[&str]) -> Running {
        let mut command = self.command(name, arguments);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = program(name, self.folder.path());
        command.env("PGHOST", "127.0.0.1").env("PGPORT", self.port.to_string()).env("PGUSER", "postgres");
        command.env("PGDATABASE", "postgres").args(arguments);
        command
    }

    /// Stops all its processes in their tracks: connections stay open, nothing is answered.
    pub fn pause(&self) {
        self.signal_all("-STOP");
    }

    /// Lets them go on.
    pub fn go_on(&self) {
        self.signal_all("-CONT");
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        // SIGQUIT: the server ends its processes and itself without tidying up.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status());
            drop(self.child.wait());
        }
    }

    /// Starts it again at the same port with the same data.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.folder.path(), self.port, &self.settings);
        self.wait_until_it_answers();
    }

    fn signal_all(&self, signal: &str) {
        let server = self.child.id().to_string();
        let children = Command::new("pgrep").args(["-P", &server]).output().unwrap();
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        let told = Command::new("kill").arg(signal).arg(&server).args(children.split_whitespace()).status();
        assert!(told.unwrap().success());
    }

    fn wait_until_it_answers(&self) {
        let begun = Instant::now();
        while !self.run("pg_isready", &["--quiet"]).status.success() {
            assert!(begun.elapsed() < STARTS_WITHIN, "PostgreSQL does not answer at port {}", self.port);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // One that was stopped in its tracks hears nothing else.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(Command::new("kill").args(["-CONT", &self.child.id().to_string()]).status());
        }
        self.kill();
    }
}

/// A program beside the test.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn spawn(folder: &Path, port: u16, settings: &[String]) -> Child {
    let mut server = program("postgres", folder);
    server
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-F"])
        .arg("-k")
        .arg(folder);
    for setting in settings {
        server.args(["-c", setting]);
    }
    server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// One of the programs of PostgreSQL, as a user that it accepts: it does not run for root.
fn program(name: &str, folder: &Path) -> Command {
    let programs = chosen_programs(name).or_else(newest_programs);
    let path = programs.map_or_else(|| PathBuf::from(name), |programs| programs.join(name));
    let mut command = Command::new(path);
    command.current_dir(folder);
    if let Some((user, group)) = server_user() {
        command.uid(user).gid(group);
    }
    command
}

/// Where the version is that is to be tested, if one is named and has this program: `cargo xtask postgresql` names one.
fn chosen_programs(name: &str) -> Option<PathBuf> {
    let programs = PathBuf::from(std::env::var_os("POSTGRESQL_PROGRAMS")?);
    programs.join(name).exists().then_some(programs)
}

/// Debian keeps the programs of each version apart, and out of the way.
fn newest_programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.flatten().map(|version| version.path()).max_by_key(number).map(|version| version.join("bin"))
}

/// The user `postgres` and its group, when the tests run as root.
fn server_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    (std::fs::metadata("/proc/self").ok()?.uid() == 0).then_some(())?;
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
