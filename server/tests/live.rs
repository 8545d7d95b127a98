//! The live stream, of a real server.

mod support;

use futures_util::{SinkExt as _, StreamExt as _, future::join_all};
use miorai_model::{
    Topic,
    live::{BINARY_PROTOCOL, FrameMessage, ServerMessage},
};
use std::time::{Duration, Instant};
use support::{PATIENCE, TestServer, closed, next, next_json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::tungstenite::{Error, Message};

async fn frame_seq(socket: &mut support::Socket) -> u64 {
    match next_json(socket).await {
        ServerMessage::Frame(frame) => frame.seq,
        ServerMessage::Series { .. } => Box::pin(frame_seq(socket)).await,
        other => panic!("expected a frame, got {other:?}"),
    }
}

#[tokio::test]
async fn frames_come_each_second_without_a_hole() {
    let server = TestServer::start(&[]).await;
    let mut socket = server.live("?topics=overview").await;
    let ServerMessage::Hello(hello) = next_json(&mut socket).await else { panic!("hello comes first") };
    assert_eq!((hello.protocol, hello.interval_ms), (1, 1_000));
    assert!(hello.series.iter().any(|series| series.key.name == "system.memory.utilization"));
    let first = frame_seq(&mut socket).await;
    for expected in first + 1..first + 4 {
        assert_eq!(frame_seq(&mut socket).await, expected);
    }
    server.running.stop().await;
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_missed() {
    let server = TestServer::start(&[]).await;
    let mut socket = server.live("").await;
    next_json(&mut socket).await;
    let last = frame_seq(&mut socket).await;
    drop(socket);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut socket = server.live(&format!("?since={last}")).await;
    let ServerMessage::Hello(hello) = next_json(&mut socket).await else { panic!("hello comes first") };
    assert!(hello.seq >= last + 2);
    for expected in last + 1..=hello.seq + 1 {
        assert_eq!(frame_seq(&mut socket).await, expected);
    }
    server.running.stop().await;
}

#[tokio::test]
async fn frames_are_binary_for_those_who_ask() {
    let server = TestServer::start(&[]).await;
    let mut socket = server.try_live("?topics=all", &[("sec-websocket-protocol", BINARY_PROTOCOL)]).await.unwrap();
    assert!(matches!(next_json(&mut socket).await, ServerMessage::Hello(_)));
    loop {
        if let Some(Message::Binary(bytes)) = next(&mut socket).await {
            let frame = FrameMessage::decode(&bytes).unwrap();
            assert_eq!(frame.topic, Topic::All);
            assert!(frame.values.len() > 30, "{}", frame.values.len());
            break;
        }
    }
    server.running.stop().await;
}

#[tokio::test]
async fn topics_are_changed_without_a_new_connection() {
    let server = TestServer::start(&[]).await;
    let mut socket = server.live("").await;
    next_json(&mut socket).await;
    socket.send(Message::text(r#"{"type":"subscribe","topics":["system","processes"]}"#)).await.unwrap();
    loop {
        if let ServerMessage::Processes { table, .. } = next_json(&mut socket).await {
            assert!(table.total > 0);
            break;
        }
    }
    server.running.stop().await;
}

#[tokio::test]
async fn requests_of_foreign_pages_are_refused() {
    let server = TestServer::start(&[]).await;
    let refused = server.try_live("", &[("origin", "https://evil.example")]).await;
    assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 403));
    server.running.stop().await;
}

#[tokio::test]
async fn garbage_is_answered_by_a_reason_and_the_server_goes_on() {
    let server = TestServer::start(&[]).await;
    for (garbage, code) in [
        (Message::text("hello?"), 1008),
        (Message::text(r#"{"type":"subscribe","topics":["cash"]}"#), 1008),
        (Message::binary(vec![0; 10]), 1003),
        (Message::text("x".repeat(5_000)), 1009),
    ] {
        let mut socket = server.live("").await;
        socket.send(garbage.clone()).await.unwrap();
        let (told, reason) = closed(&mut socket).await;
        assert_eq!(told, code, "{reason}");
        assert!(!reason.is_empty());
    }
    // A frame that no client may send: unmasked.
    let mut raw = TcpStream::connect(server.running.addr).await.unwrap();
    let request = "GET /api/core/monitoring/live/ HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    raw.write_all(request.as_bytes()).await.unwrap();
    raw.write_all(&[0x81, 0x01, 0x41, 0xff, 0xff, 0xff]).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, raw.read_to_end(&mut answer)).await.expect("the server hangs up").unwrap();
    // The last frame is a close frame with the code for a breach of the protocol.
    assert!(answer.windows(2).any(|code| code == 1002_u16.to_be_bytes()), "{answer:?}");
    assert_eq!(server.get("/api/core/health/").await.status(), 200);
    server.running.stop().await;
}

#[tokio::test]
async fn there_are_no_more_clients_than_there_are_places() {
    let server = TestServer::start(&[("live.max_clients", 1.into())]).await;
    let first = server.live("").await;
    let refused = server.try_live("", &[]).await;
    assert!(
        matches!(&refused, Err(Error::Http(answer)) if answer.status() == 503 && answer.headers().contains_key("retry-after"))
    );
    drop(first);
    let mut tries = 0;
    while server.try_live("", &[]).await.is_err() {
        tries += 1;
        assert!(tries < 200, "the place becomes free");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_clients_get_every_frame() {
    let server = TestServer::start(&[]).await;
    let mut sockets = join_all((0..200).map(|_| server.live("?topics=overview"))).await;
    let seqs = join_all(sockets.iter_mut().map(async |socket| {
        next_json(socket).await;
        let mut seqs = Vec::new();
        while seqs.len() < 4 {
            seqs.push(frame_seq(socket).await);
        }
        seqs
    }))
    .await;
    for seqs in seqs {
        assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
    }
    assert_eq!(server.running.monitor.live_counters().clients(), 200);
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_nothing_holds_up_nobody() {
    let server = TestServer::start(&[]).await;
    let mut idle = Vec::new();
    for _ in 0..5 {
        idle.push(server.live("?topics=all").await);
    }
    let mut reader = server.live("").await;
    next_json(&mut reader).await;
    let first = frame_seq(&mut reader).await;
    for expected in first + 1..first + 5 {
        assert_eq!(frame_seq(&mut reader).await, expected);
    }
    server.running.stop().await;
}

#[tokio::test]
async fn when_the_server_stops_clients_are_told() {
    let server = TestServer::start(&[]).await;
    let mut socket = server.live("").await;
    next_json(&mut socket).await;
    let begun = Instant::now();
    let (stopped, told) = tokio::join!(server.running.stop(), closed(&mut socket));
    let () = stopped;
    assert_eq!(told.0, 1001);
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!matches!(socket.next().await, Some(Ok(Message::Text(_)))));
}
