//! Real PostgreSQL servers for tests: each on a free port with a folder of its own, ended with the test.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use std::{
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a server may take until it answers.
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// One running server.
pub struct PostgresServer {
    child: Child,
    pub port: u16,
    folder: TempDir,
}

impl PostgresServer {
    /// A server without any database of its own besides `postgres`.
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        if let Some((user, group)) = server_user() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let data = folder.path().join("data");
        let made = program("initdb", folder.path())
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.unwrap().success(), "initdb failed");
        let port = free_port();
        let server = Self { child: spawn(folder.path(), port), port, folder };
        server.wait_until_it_answers();
        server
    }

    /// `postgres://postgres@127.0.0.1:port/name` of a database that is made.
    pub fn database(&self, name: &str) -> String {
        let made = program("createdb", self.folder.path())
            .args(["--host=127.0.0.1", "--username=postgres", "--port", &self.port.to_string(), name])
            .status();
        assert!(made.unwrap().success(), "createdb failed");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        // SIGQUIT ends the server and its helpers without tidying up.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status());
            drop(self.child.wait());
        }
    }

    /// Starts it again at the same port with the same data.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.folder.path(), self.port);
        self.wait_until_it_answers();
    }

    fn wait_until_it_answers(&self) {
        let begun = Instant::now();
        loop {
            let asked = program("pg_isready", self.folder.path())
                .args(["--quiet", "--host=127.0.0.1", "--port", &self.port.to_string()])
                .status();
            if asked.unwrap().success() {
                return;
            }
            assert!(begun.elapsed() < STARTS_WITHIN, "PostgreSQL does not answer at port {}", self.port);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(folder: &Path, port: u16) -> Child {
    // What a crash of the machine would do is not what is tested.
    program("postgres", folder)
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"])
        .args(["-c", "shared_buffers=16MB", "-c", "max_connections=40", "-c", "log_min_messages=fatal"])
        .args(["-c", &format!("unix_socket_directories={}", folder.display())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// One of the programs of PostgreSQL. The server refuses to run as root: then it runs as its own user.
fn program(name: &str, folder: &Path) -> Command {
    let programs = chosen_programs(name).unwrap_or_else(newest_programs);
    let mut command = Command::new(programs.join(name));
    command.current_dir(folder).env("LC_ALL", "C");
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

fn newest_programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed: cargo xtask test does it");
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    versions.map(|entry| entry.unwrap().path()).max_by_key(version).unwrap().join("bin")
}

/// User and group that the server runs as, when this is root.
fn server_user() -> Option<(u32, u32)> {
    let output = Command::new("id").arg("-u").output().unwrap().stdout;
    if String::from_utf8_lossy(&output).trim() != "0" {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let fields: Vec<&str> = users.lines().find(|line| line.starts_with("postgres:"))?.split(':').collect();
    Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
