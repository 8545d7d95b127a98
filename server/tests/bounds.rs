//! Clients that are slow, silent or many: what they are told, and that the server goes on.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use app::{snapshot::About, state::AppState};
use futures_util::{SinkExt as _, future::join_all};
use miorai_model::{Kind, SeriesKey, Topic, Topics, Unit, host::Host, live::ServerMessage, names};
use miorai_monitoring::{Monitor, Sampler, SystemClock, collectors::DatabaseServers, received::Received, recent};
use server::{
    caches,
    config::Config,
    databases,
    http::{
        HttpOptions, HttpState,
        listen::{self, Connections},
        router,
        state::Desks,
    },
    performance,
};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use support::{PATIENCE, Socket, TestServer, closed, next, next_json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{MaybeTlsStream, client_async, tungstenite::Message};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A server whose frames are made by hand and are large.
struct ByHand {
    addr: SocketAddr,
    monitor: Monitor,
    sampler: Sampler,
    stop: CancellationToken,
}

impl ByHand {
    async fn start() -> Self {
        const SERIES: usize = 2_000;
        let mut ids = Vec::new();
        let mut turn = 0.0;
        let (monitor, mut sampler) = Monitor::builder(Host::default(), Arc::new(SystemClock::default()))
            .figures(move |readings| {
                turn += 1.0;
                ids.resize_with(SERIES, || None);
                for (place, id) in ids.iter_mut().enumerate() {
                    let key = || SeriesKey::new("example.many", [("place", place.to_string().as_str())]);
                    let topics = Topics::of([Topic::System]);
                    let id =
                        *id.get_or_insert_with(|| readings.catalog().register(key(), Unit::Count, Kind::Gauge, topics));
                    readings.push(id, turn + place as f64 / 7.0);
                }
            })
            .build();
        sampler.tick().await;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let options = HttpOptions::default();
        let (watch, _) = caches::set_up(&Config::default(), monitor.clock()).unwrap();
        let queries = databases::query_monitor(&Config::default());
        let received = Received::new(Config::default().received.limits(), Arc::clone(monitor.clock()));
        let desks = Desks {
            caches: caches::Desk::new(watch, monitor.clone(), tasks.clone()),
            databases: databases::Desk::new(
                queries.clone(),
                DatabaseServers::default(),
                monitor.clone(),
                tasks.clone(),
            ),
            api: performance::Desk::new(performance::Watch::new(monitor.clock(), queries), monitor.clone()),
            received: server::received::Desk::new(received.clone(), monitor.clone()),
        };
        let state =
            HttpState::new(monitor.clone(), desks.clone(), received, options.clone(), tasks.clone(), stop.clone());
        let pages = AppState {
            monitor: monitor.clone(),
            about: Arc::new(About::default()),
            assets: None,
            caches: Arc::new(desks.caches),
            databases: Arc::new(desks.databases),
            api: Arc::new(desks.api),
            received: Arc::new(desks.received),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = router(state, pages);
        tokio::spawn(listen::serve(listener, router, options, Connections::default(), tasks, stop.clone()));
        Self { addr, monitor, sampler, stop }
    }

    /// A client whose machine holds next to nothing of what it does not read.
    async fn narrow(&self, query: &str) -> Socket {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = MaybeTlsStream::Plain(socket.connect(self.addr).await.unwrap());
        let address = format!("ws://{}/api/core/monitoring/live/{query}", self.addr);
        client_async(address, stream).await.unwrap().0
    }
}

fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_falls_behind_is_told_what_it_missed_and_gets_the_newest() {
    let mut server = ByHand::start().await;
    let mut socket = server.narrow("?topics=system").await;
    let ServerMessage::Hello(hello) = next_json(&mut socket).await else { panic!("hello comes first") };
    // Far more than all buffers on the way hold.
    for _ in 0..600 {
        server.sampler.tick().await;
    }
    let newest = server.monitor.latest().unwrap().frame.seq;
    let (mut last, mut missed) = (hello.seq - 1, 0);
    while last < newest {
        match next_json(&mut socket).await {
            ServerMessage::Frame(frame) => {
                assert_eq!(frame.seq, last + 1, "what is not told to be missed is there");
                last = frame.seq;
            }
            ServerMessage::Missed { from, to } => {
                assert_eq!(from, last + 1);
                (last, missed) = (to, missed + to - from + 1);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(missed > 0, "it lagged");
    assert_eq!(server.monitor.live_counters().missed(), missed);
    server.stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_come_back_and_read_nothing_cost_little_and_hold_up_nobody() {
    let mut server = ByHand::start().await;
    for _ in 0..recent::KEPT {
        server.sampler.tick().await;
    }
    let before = resident_bytes();
    let clients = join_all((0..200).map(|_| server.narrow("?topics=system,all&since=0"))).await;
    let begun = Instant::now();
    let answer = reqwest::get(format!("http://{}/livez", server.addr)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Until each of them has been sent what it takes.
    let sent = || server.monitor.live_counters().bytes();
    let mut settled = (sent(), 0);
    while settled.1 < 5 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = sent();
        settled = if now == settled.0 { (now, settled.1 + 1) } else { (now, 0) };
    }
    let each = resident_bytes().saturating_sub(before) / clients.len() as u64;
    // All that was missed is 20 MB for each of them.
    assert!(each < 500_000, "{each} bytes for each client");
    server.stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_connections_are_told_why_they_end_and_leave_the_server_at_work() {
    let server =
        TestServer::start(&[("server.header_timeout", "1s".into()), ("server.max_connections", 600.into())]).await;
    let mut half_open = Vec::new();
    for _ in 0..1_000 {
        let mut stream = TcpStream::connect(server.running.addr).await.unwrap();
        // Those above the limit are told so; the rest are waited for.
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: local").await;
        half_open.push(stream);
    }
    let told = join_all(half_open.iter_mut().map(async |stream| {
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server hangs up");
        String::from_utf8(answer).unwrap()
    }))
    .await;
    let late = told.iter().filter(|answer| answer.starts_with("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n"));
    let late = late.count();
    assert!((500..=600).contains(&late), "{late} were told that they are late");
    assert_eq!(told.iter().filter(|answer| answer.starts_with("HTTP/1.1 503 ")).count(), 1_000 - late);
    assert_eq!(server.get("/api/core/health/").await.status(), 200);
    server.running.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_the_clients_fault() {
    let server = TestServer::start(&[("server.request_timeout", "300ms".into())]).await;
    let mut stream = TcpStream::connect(server.running.addr).await.unwrap();
    let head = "POST /theme HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                content-length: 10\r\nconnection: close\r\n\r\nthe";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server hangs up").unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("server.request_timeout"), "{answer}");
    server.running.stop().await;
}

#[tokio::test]
async fn a_message_of_any_size_is_answered_by_the_reason_for_the_end() {
    let server = TestServer::start(&[]).await;
    for size in [5_000, 1_000_000, 8_000_000] {
        let mut socket = server.live("").await;
        // Who is cut off while it sends does not come to read why.
        socket.send(Message::text("x".repeat(size))).await.unwrap();
        assert_eq!(closed(&mut socket).await.0, 1009, "{size} bytes");
    }
    server.running.stop().await;
}

#[tokio::test]
async fn clients_of_the_live_stream_are_connections_like_all_others() {
    let server = TestServer::start(&[("server.max_connections", 4.into())]).await;
    let mut clients = Vec::new();
    for _ in 0..4 {
        clients.push(server.live("?topics=server").await);
    }
    let refused = reqwest::get(server.url("/livez")).await.unwrap();
    assert_eq!(refused.status(), 503, "there is no place");
    let monitor = &server.running.monitor;
    let begun = Instant::now();
    loop {
        next(&mut clients[0]).await;
        let id = monitor.catalog().find(&SeriesKey::new(names::HTTP_CONNECTIONS, [])).unwrap();
        if monitor.latest().unwrap().frame.value(id) == Some(4.0) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "they are shown");
    }
    drop(clients);
    while reqwest::get(server.url("/livez")).await.map_or(true, |answer| answer.status() != 200) {
        assert!(begun.elapsed() < PATIENCE, "their places become free");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.running.stop().await;
}
