//! `cargo xtask demo`: the example service, somebody who uses it, and the dashboard that watches it, together.
//!
//! ```text
//! tournament load ──► tournament serve ──► Redis ◄── miorai (the dashboard)
//! ```
//!
//! With a `redis-server` on this machine, the cache of the service is on a Redis of its own, and the dashboard sees it
//! there. All have free ports and one temporary folder, and all end on Ctrl-C.

use crate::{
    build,
    process::{Step, say, target},
};
use anyhow::{Context as _, Result, bail};
use std::{
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    thread::sleep,
    time::{Duration, Instant},
};

/// What is told of what they do: warnings, without the statements that fill the database, which are slow by nature.
const LOG: &str = "warn,sqlx=error";

/// The longest that anything takes to start. The service fills its database first.
const PATIENCE: Duration = Duration::from_mins(2);

/// Starts all, and ends all on Ctrl-C or when one of them ends.
pub(crate) fn run(rate: u32) -> Result<()> {
    let (told, stop) = channel();
    ctrlc::set_handler(move || {
        // When nobody listens any more, everything is ending already.
        let _ = told.send(());
    })?;
    let dashboard = build()?;
    Step::new("Building the example", "cargo")
        .args(["build", "--quiet", "--release", "--package", "tournament"])
        .run()?;
    let example = target().join("release/tournament");
    let folder = Folder::new()?;
    let mut parts = Vec::new();

    let redis = start_redis(&folder.0)?;
    let redis_url = redis.as_ref().map(|(_, port)| format!("redis://127.0.0.1:{port}"));
    parts.extend(redis.map(|(redis, _)| redis));
    let environment = redis_url.iter().map(|url| ("REDIS_URL", url.as_str()));

    say("Starting the example (the first time it fills its database)");
    let mut service = Command::new(&example);
    service.args(["serve", "--addr", "127.0.0.1:0", "--data"]).arg(folder.0.join("tournament.sqlite"));
    let (service, service_address) = Part::with_address("the example", service.envs(environment.clone()))?;
    parts.push(service);
    let mut load = Command::new(&example);
    load.args(["load", "--seconds", "0", "--clients", "8", "--addr", &service_address]);
    parts.push(Part::start("the load", load.args(["--rate", &rate.to_string()]))?);
    let mut server = Command::new(&dashboard);
    server.args(["--addr", "127.0.0.1:0", "--data-dir"]).arg(folder.0.join("miorai"));
    let (server, server_address) = Part::with_address("the dashboard", server.envs(environment))?;
    parts.push(server);

    say(&format!("The dashboard is at http://{server_address}/"));
    say(&format!("The example is at http://{service_address}/, asked {rate} times a second"));
    match &redis_url {
        Some(url) => say(&format!("The cache is on {url}")),
        None => say("There is no redis-server: the cache is in the process (on Debian: apt-get install redis-server)"),
    }
    say("Ctrl-C ends all of them");
    let outcome = loop {
        match stop.recv_timeout(Duration::from_millis(200)) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(ended) = parts.iter_mut().find_map(Part::has_ended) {
            break Err(ended);
        }
    };
    say("Ending all of them");
    // The last one first: nobody asks for what is gone.
    while let Some(part) = parts.pop() {
        drop(part);
    }
    outcome
}

/// A program that runs as long as this value lives.
struct Part {
    name: &'static str,
    child: Child,
}

impl Part {
    /// Starts it in a group of its own, so that Ctrl-C reaches this process alone, which then ends all in order.
    fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        let child = command
            .env("RUST_LOG", LOG)
            .process_group(0)
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("{name} does not start"))?;
        Ok(Self { name, child })
    }

    /// Starts a server that writes its address in its first line.
    fn with_address(name: &'static str, command: &mut Command) -> Result<(Self, String)> {
        let mut part = Self::start(name, command.stdout(Stdio::piped()))?;
        let mut line = String::new();
        BufReader::new(part.child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
        let address = line.trim().rsplit("http://").next().unwrap_or_default().trim_end_matches('/');
        if address.is_empty() {
            bail!("{name} has ended before it was ready");
        }
        Ok((part, address.to_owned()))
    }

    fn has_ended(&mut self) -> Option<anyhow::Error> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(anyhow::anyhow!("{} has ended with {status}", self.name))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Only this process is ended; whether it is gone already does not matter.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// A folder that goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("miorai-demo-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A Redis that keeps nothing on disk, and its port; none when there is no `redis-server`.
fn start_redis(folder: &Path) -> Result<Option<(Part, u16)>> {
    let program = OsStr::new("redis-server");
    if Step::new("", program).args(["--version"]).quiet().is_none() {
        return Ok(None);
    }
    // It is free now; who takes it in between makes the start fail, and the next one works.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new(program);
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"]);
    command.args(["--port", &port.to_string(), "--dir"]).arg(folder).stdout(Stdio::null());
    let redis = Part::start("Redis", &mut command)?;
    let begun = Instant::now();
    while !answers(port) {
        if begun.elapsed() > PATIENCE {
            bail!("Redis does not answer");
        }
        sleep(Duration::from_millis(20));
    }
    Ok(Some((redis, port)))
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(answer == *b"+PONG")
    };
    ask().unwrap_or_default()
}
