//! Real Redis servers for tests: each on a free port with a folder of its own, ended with the test.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long a server may take until it answers.
const STARTS_WITHIN: Duration = Duration::from_secs(20);

/// One running server.
pub struct RedisServer {
    child: Child,
    arguments: Vec<String>,
    pub port: u16,
    folder: TempDir,
}

impl RedisServer {
    /// A server without persistence.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A server with these arguments as well.
    pub fn start_with(arguments: &[&str]) -> Self {
        Self::start_at(free_port(), arguments)
    }

    /// A replica of another server.
    pub fn start_replica_of(master: &Self) -> Self {
        Self::start_with(&["--replicaof", "127.0.0.1", &master.port.to_string()])
    }

    /// A server that also speaks TLS, at the port given; with the file of the authority to trust.
    pub fn start_with_tls() -> (Self, u16, PathBuf) {
        let tls_port = free_port();
        let folder = TempDir::new().unwrap();
        let certificates = Certificates::make(folder.path());
        let server = Self::start_in(
            folder,
            free_port(),
            &[
                "--tls-port",
                &tls_port.to_string(),
                "--tls-cert-file",
                &certificates.certificate,
                "--tls-key-file",
                &certificates.key,
                "--tls-ca-cert-file",
                &certificates.authority,
                "--tls-auth-clients",
                "no",
            ],
        );
        (server, tls_port, PathBuf::from(certificates.authority))
    }

    fn start_at(port: u16, arguments: &[&str]) -> Self {
        Self::start_in(TempDir::new().unwrap(), port, arguments)
    }

    fn start_in(folder: TempDir, port: u16, arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let child = spawn(folder.path(), port, &arguments);
        let server = Self { child, arguments, port, folder };
        server.wait_until_it_answers();
        server
    }

    /// `redis://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Starts it again at the same port, empty.
    pub fn restart(&mut self) {
        self.kill();
        self.child = spawn(self.folder.path(), self.port, &self.arguments);
        self.wait_until_it_answers();
    }

    /// Stops it in its tracks: connections stay open, nothing is answered.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
    }

    /// What `redis-cli` prints for a command.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string()]).args(arguments);
        if let Some(at) = self.arguments.iter().position(|argument| argument == "--requirepass") {
            command.env("REDISCLI_AUTH", &self.arguments[at + 1]);
        }
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    fn wait_until_it_answers(&self) {
        let begun = Instant::now();
        // Any answer will do: one that wants a password has started too.
        while !answers(self.port) {
            assert!(begun.elapsed() < STARTS_WITHIN, "the server on port {} does not start", self.port);
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A cluster of three masters.
pub struct RedisCluster {
    pub nodes: Vec<RedisServer>,
}

impl RedisCluster {
    pub fn start() -> Self {
        let nodes: Vec<_> = (0..3)
            .map(|_| RedisServer::start_with(&["--cluster-enabled", "yes", "--cluster-node-timeout", "3000"]))
            .collect();
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]);
        for node in &nodes {
            create.arg(format!("127.0.0.1:{}", node.port));
        }
        let output = create.args(["--cluster-replicas", "0", "--cluster-yes"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let cluster = Self { nodes };
        let begun = Instant::now();
        while !cluster.nodes.iter().all(|node| node.cli(&["cluster", "info"]).contains("cluster_state:ok")) {
            assert!(begun.elapsed() < STARTS_WITHIN, "the cluster does not come together");
            std::thread::sleep(Duration::from_millis(20));
        }
        cluster
    }

    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(RedisServer::url).collect()
    }
}

/// A Sentinel that watches a master under the name `main`.
pub struct RedisSentinel {
    server: RedisServer,
}

impl RedisSentinel {
    pub fn watch(master: &RedisServer) -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = String::new();
        writeln!(settings, "sentinel monitor main 127.0.0.1 {} 1", master.port).unwrap();
        settings.push_str("sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n");
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, settings).unwrap();
        let port = free_port();
        let child = Command::new("redis-server")
            .arg(&file)
            .args(["--sentinel", "--port", &port.to_string(), "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = RedisServer { child, arguments: Vec::new(), port, folder };
        server.wait_until_it_answers();
        Self { server }
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The port of the master as the Sentinel has it.
    pub fn master_port(&self) -> Option<u16> {
        let address = self.server.cli(&["sentinel", "get-master-addr-by-name", "main"]);
        address.lines().nth(1)?.parse().ok()
    }

    /// How many replicas it knows.
    pub fn replicas(&self) -> usize {
        self.server.cli(&["sentinel", "replicas", "main"]).matches("runid").count()
    }

    /// Has it make another server the master.
    pub fn fail_over(&self) {
        assert_eq!(self.server.cli(&["sentinel", "failover", "main"]), "OK");
    }
}

struct Certificates {
    authority: String,
    certificate: String,
    key: String,
}

impl Certificates {
    /// An authority and a certificate for 127.0.0.1 and localhost, by the `openssl` program.
    fn make(folder: &Path) -> Self {
        let path = |name: &str| folder.join(name).display().to_string();
        let [authority, authority_key, request, certificate, key, names] =
            ["ca.pem", "ca.key", "server.csr", "server.pem", "server.key", "names"].map(path);
        std::fs::write(&names, "subjectAltName=IP:127.0.0.1,DNS:localhost\nbasicConstraints=CA:FALSE\n").unwrap();
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let openssl = |arguments: &[&str]| {
            let output = Command::new("openssl").args(arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        let to_authority = ["-keyout", &authority_key, "-out", &authority, "-subj", "/CN=test authority", "-days", "2"];
        openssl(&[&["req", "-x509"], &new_key[..], &to_authority].concat());
        let to_request = ["-keyout", key.as_str(), "-out", &request, "-subj", "/CN=localhost"];
        openssl(&[&["req"], &new_key[..], &to_request].concat());
        let signed_by = ["-CA", &authority, "-CAkey", &authority_key, "-CAcreateserial", "-days", "2"];
        let to_certificate = ["-in", request.as_str(), "-out", &certificate, "-extfile", &names];
        openssl(&[&["x509", "-req"], &signed_by[..], &to_certificate].concat());
        Self { authority, certificate, key }
    }
}

fn spawn(folder: &Path, port: u16, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(folder)
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed: the package `redis-server` has it")
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut answer = [0; 1];
    stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok()
        && stream.write_all(b"PING\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
}

/// A port that is free now, and whose cluster bus (10 000 above) is free too.
fn free_port() -> u16 {
    loop {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let bus = port.checked_add(10_000);
        if bus.is_some_and(|bus| TcpListener::bind(("127.0.0.1", bus)).is_ok()) {
            return port;
        }
    }
}
