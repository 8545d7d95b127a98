//! What Prometheus takes for as many series as `cargo xtask bench series` sends, where it is installed.
//!
//! Prometheus fetches what it keeps, each second, so the same points are offered on loopback in its text format.

use crate::{bench::tell, bench_server::Usage, process::say};
use anyhow::{Context as _, Result, bail};
use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

/// A point that is offered: the labels as they stand between the braces, and the value.
pub(crate) type Offered = (String, f64);

/// Measures it over as long a time as ours, of points that are made for each second.
pub(crate) fn run(
    series: usize,
    (before, measured): (u64, u64),
    points: impl Fn(u64) -> Vec<Offered> + Sync,
) -> Result<()> {
    let Ok(version) = Command::new("prometheus").arg("--version").output() else {
        tell("series: prometheus is not installed, nothing to compare with");
        return Ok(());
    };
    say(&format!("The same for Prometheus for {} seconds", before + measured));
    let offer = TcpListener::bind("127.0.0.1:0")?;
    let address = offer.local_addr()?;
    let (done, fetched) = (AtomicBool::new(false), AtomicU64::new(0));
    scope(|threads| {
        threads.spawn(|| {
            for stream in offer.incoming() {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let text = exposition(&points(fetched.load(Ordering::Relaxed)));
                if stream.is_ok_and(|stream| answer(stream, &text).is_ok()) {
                    fetched.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let figures = measure(address, &fetched, before, measured);
        done.store(true, Ordering::Relaxed);
        // Whoever offers waits for one more connection.
        let _ = TcpStream::connect(address);
        let Figures { share, memory, taken, bytes } = figures?;
        let version = String::from_utf8_lossy(&version.stdout);
        let version = version.split_whitespace().nth(2).unwrap_or_default();
        if taken < measured * 9 / 10 {
            bail!("Prometheus fetched {taken} times in {measured} seconds: it does not keep up");
        }
        let each = bytes / (taken as f64 * series as f64);
        tell(&format!(
            "series: prometheus {version} {share:.2} % of one core over a minute, {memory:.1} MB resident; its store grew by \
             {each:.2} bytes a sample"
        ));
        Ok(())
    })
}

/// What was seen of it.
struct Figures {
    share: f64,
    memory: f64,
    taken: u64,
    bytes: f64,
}

fn measure(offer: SocketAddr, fetched: &AtomicU64, before: u64, measured: u64) -> Result<Figures> {
    let running = Prometheus::start(offer)?;
    sleep(Duration::from_secs(before));
    let (begun, cpu) = (Instant::now(), running.usage().cpu_seconds()?);
    let (taken, bytes) = (fetched.load(Ordering::Relaxed), size_of(&running.data)?);
    sleep(Duration::from_secs(measured));
    Ok(Figures {
        share: 100.0 * (running.usage().cpu_seconds()? - cpu) / begun.elapsed().as_secs_f64(),
        memory: running.usage().resident_megabytes()?,
        taken: fetched.load(Ordering::Relaxed) - taken,
        bytes: (size_of(&running.data)? - bytes) as f64,
    })
}

/// Points in the text format.
fn exposition(points: &[Offered]) -> String {
    let mut text = "# TYPE shop_stock gauge\n".to_owned();
    for (labels, value) in points {
        let _ = writeln!(text, "shop_stock{{{labels}}} {value}");
    }
    text
}

/// Answers one request, and closes.
fn answer(stream: TcpStream, text: &str) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while stream.by_ref().take(8_192).read_line(&mut line)? > 2 {
        line.clear();
    }
    let length = text.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.get_mut().write_all(head.as_bytes())?;
    stream.get_mut().write_all(text.as_bytes())?;
    Ok(())
}

/// All files in a folder and below, in bytes.
fn size_of(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() { size_of(&entry.path())? } else { about.len() };
    }
    Ok(bytes)
}

/// A Prometheus on a free port that ends with this value.
struct Prometheus {
    child: Child,
    data: PathBuf,
}

impl Prometheus {
    fn start(offer: SocketAddr) -> Result<Self> {
        let data = std::env::temp_dir().join(format!("miorai-bench-prometheus-{}", std::process::id()));
        fs::create_dir_all(&data)?;
        let settings = data.join("prometheus.yml");
        fs::write(
            &settings,
            format!(
                "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
                 scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{offer}']}}]}}]\n"
            ),
        )?;
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", settings.display()))
            .arg(format!("--storage.tsdb.path={}", data.join("store").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start prometheus")?;
        Ok(Self { child, data })
    }

    fn usage(&self) -> Usage {
        Usage(self.child.id())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data);
    }
}
