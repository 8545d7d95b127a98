//! A server that benches measure: started for one of them, asked over plain HTTP, ended with it.

use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// Clock ticks of the kernel in a second, on every Linux that this is built for.
const TICKS: f64 = 100.0;

/// A server on a free port that ends with this value.
pub(crate) struct Server {
    child: Child,
    address: String,
    data: std::path::PathBuf,
}

impl Server {
    /// Starts it with these settings in its environment, and waits until it is ready.
    pub(crate) fn start(program: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        let data = std::env::temp_dir().join(format!("miorai-bench-{}", std::process::id()));
        let mut child = Command::new(program)
            .args(["--addr", "127.0.0.1:0", "--data-dir"])
            .arg(&data)
            .env("RUST_LOG", "error")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
        let address = line.trim().trim_start_matches("Miorai is at http://").trim_end_matches('/').to_owned();
        let server = Self { child, address, data };
        let begun = Instant::now();
        while request(&mut server.connect()?, "/readyz")?.0 != 200 {
            if begun.elapsed() > Duration::from_secs(10) {
                bail!("the server did not become ready");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A connection that stays open.
    pub(crate) fn connect(&self) -> Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }

    /// What it has used.
    pub(crate) fn usage(&self) -> Usage {
        Usage(self.id())
    }
}

/// What the kernel tells of a running process, by its number.
pub(crate) struct Usage(pub(crate) u32);

impl Usage {
    /// Processor time used so far.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        // utime and stime, counted from the state behind the name.
        Ok((ticks(11) + ticks(12)) / TICKS)
    }

    pub(crate) fn resident_megabytes(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS is missing")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1_024.0 / 1e6)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only this process is ended; whether it is gone already does not matter.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}

/// One question on a connection that stays open: status and body.
pub(crate) fn request(stream: &mut BufReader<TcpStream>, path: &str) -> Result<(u16, Vec<u8>)> {
    exchange(stream, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"), &[])
}

/// One body sent on a connection that stays open: status and body of the answer.
pub(crate) fn send(stream: &mut BufReader<TcpStream>, path: &str, form: &str, body: &[u8]) -> Result<(u16, Vec<u8>)> {
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {form}\r\ncontent-length: {length}\r\n\r\n");
    exchange(stream, &head, body)
}

fn exchange(stream: &mut BufReader<TcpStream>, head: &str, body: &[u8]) -> Result<(u16, Vec<u8>)> {
    stream.get_mut().write_all(head.as_bytes())?;
    stream.get_mut().write_all(body)?;
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest.split(' ').next().unwrap_or_default().parse()?;
        }
        if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((status, body))
}
