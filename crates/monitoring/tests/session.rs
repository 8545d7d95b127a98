//! What clients of the live stream are sent, whatever they, devices and time do.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::{
    Kind, SeriesKey, Timestamp, Topic, Topics, Unit, history::HistoryQuery, host::Host, live::ServerMessage,
};
use miorai_monitoring::{
    Collector, LiveEvent, ManualClock, Monitor, Outgoing, Readings, Session, SessionOptions, recent,
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use support::{SECOND, START, Scripted, counting, monitor, push, value};

#[tokio::test]
async fn a_slow_client_is_told_what_it_missed_and_gets_the_newest() {
    let clock = Arc::new(ManualClock::new(START));
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(counting())]);
    sampler.tick().await;
    let mut events = monitor.subscribe();
    let (mut session, _) = Session::open(&monitor, SessionOptions::default());
    for _ in 0..50 {
        clock.advance(SECOND);
        sampler.tick().await;
    }
    let lagged = events.recv().await;
    assert!(matches!(lagged, Err(tokio::sync::broadcast::error::RecvError::Lagged(_))));
    let mut out = Vec::new();
    session.on_lagged(&mut out);
    let messages: Vec<ServerMessage> = out
        .iter()
        .map(|message| match message {
            Outgoing::Text(text) => ServerMessage::from_json(std::str::from_utf8(text).unwrap()).unwrap(),
            Outgoing::Binary(_) => unreachable!("nobody asked for it"),
        })
        .collect();
    assert!(messages.contains(&ServerMessage::Missed { from: 2, to: 50 }), "{messages:?}");
    assert!(matches!(messages.last(), Some(ServerMessage::Frame(frame)) if frame.seq == 51), "{messages:?}");
    // What waits still is older and is not sent again.
    out.clear();
    while let Ok(event) = events.try_recv() {
        session.on_event(&event, &mut out);
    }
    assert_eq!(out, []);
}

#[tokio::test]
async fn series_that_a_client_names_come_alone_and_are_announced_when_they_begin() {
    let clock = Arc::new(ManualClock::new(START));
    let rounds = Arc::new(AtomicU64::new(0));
    let growing = Scripted("growing", move |readings: &mut Readings| {
        for name in ["example.first", "example.second", "example.third"] {
            if name == "example.first" || rounds.load(Ordering::Relaxed) >= 2 {
                push(readings, name, Kind::Gauge, rounds.load(Ordering::Relaxed) as f64);
            }
        }
        rounds.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(growing)]);
    sampler.tick().await;
    let mut events = monitor.subscribe();
    let chosen = vec![SeriesKey::new("example.first", []), SeriesKey::new("example.third", [])];
    let options = SessionOptions { topics: Topics::of([Topic::Chosen]), chosen, ..SessionOptions::default() };
    let (mut session, mut out) = Session::open(&monitor, options);
    for _ in 0..3 {
        clock.advance(SECOND);
        sampler.tick().await;
        while let Ok(event) = events.try_recv() {
            session.on_event(&event, &mut out);
        }
    }
    let (mut names, mut frames) = (HashMap::new(), Vec::new());
    for message in &out {
        match ServerMessage::from_json(std::str::from_utf8(message.bytes()).unwrap()).unwrap() {
            ServerMessage::Hello(miorai_model::live::Hello { series, .. }) | ServerMessage::Series { series } => {
                names.extend(series.into_iter().map(|series| (series.id, series.key.to_string())));
            }
            ServerMessage::Frame(frame) => {
                assert_eq!(frame.topic, Topic::Chosen);
                frames.push(frame.values.iter().map(|(id, _)| names[id].clone()).collect::<Vec<_>>());
            }
            other => panic!("{other:?}"),
        }
    }
    let (one, both) = (vec!["example.first".to_owned()], vec!["example.first".to_owned(), "example.third".to_owned()]);
    assert_eq!(frames, [one.clone(), one, both.clone(), both]);
}

#[tokio::test]
async fn new_series_are_announced_before_their_first_value() {
    let clock = Arc::new(ManualClock::new(START));
    let rounds = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&rounds);
    let growing = Scripted("growing", move |readings: &mut Readings| {
        if counted.fetch_add(1, Ordering::Relaxed) >= 1 {
            push(readings, "example.late", Kind::Gauge, 7.0);
        }
        Ok(())
    });
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(growing)]);
    sampler.tick().await;
    let mut events = monitor.subscribe();
    let (mut session, _) = Session::open(&monitor, SessionOptions { since: Some(1), ..SessionOptions::default() });
    clock.advance(SECOND);
    sampler.tick().await;
    let mut out = Vec::new();
    loop {
        let event = events.recv().await.unwrap();
        session.on_event(&event, &mut out);
        if matches!(event, LiveEvent::Tick(_)) {
            break;
        }
    }
    let text = |message: &Outgoing| String::from_utf8(message.bytes().to_vec()).unwrap();
    assert!(text(&out[0]).starts_with(r#"{"type":"series""#) && text(&out[0]).contains("example.late"), "{out:?}");
    assert!(text(&out[1]).starts_with(r#"{"type":"frame""#), "{out:?}");
}

#[tokio::test]
async fn what_clients_that_come_back_missed_is_encoded_once_and_handed_out_in_parts() {
    let clock = Arc::new(ManualClock::new(START));
    let (monitor, mut sampler) = monitor(&clock, vec![Box::new(counting())]);
    let frames = recent::KEPT as u64 + 100;
    for _ in 0..frames {
        sampler.tick().await;
        clock.advance(SECOND);
    }
    let topics = Topics::of([Topic::Overview, Topic::Server, Topic::All]);
    let options = SessionOptions { topics, since: Some(0), ..SessionOptions::default() };
    let come_back = || {
        let (mut session, mut all) = Session::open(&monitor, options.clone());
        while session.is_behind() {
            let mut part = Vec::new();
            session.catch_up(&mut part);
            assert!((1..=3 * recent::PART).contains(&part.len()), "a part is bounded: {}", part.len());
            all.append(&mut part);
        }
        all
    };
    let first = come_back();
    let text = |message: &Outgoing| String::from_utf8(message.bytes().to_vec()).unwrap();
    assert!(text(&first[1]).contains(r#""type":"missed","from":1,"to":100}"#), "{:?}", first[1]);
    let seqs: Vec<u64> = first[2..]
        .iter()
        .map(|message| match ServerMessage::from_json(&text(message)) {
            Ok(ServerMessage::Frame(frame)) => frame.seq,
            other => panic!("{other:?}"),
        })
        .collect();
    let expected: Vec<u64> = (101..=frames).flat_map(|seq| [seq; 3]).collect();
    assert_eq!(seqs, expected);
    for _ in 0..200 {
        let again = come_back();
        let shared = |(a, b): (&Outgoing, &Outgoing)| a.bytes().as_ptr() == b.bytes().as_ptr();
        assert!(first[2..].iter().zip(&again[2..]).all(shared), "nothing is encoded for the second client");
    }
}

#[tokio::test]
async fn what_comes_and_goes_without_end_fills_nothing_and_is_mixed_with_nothing() {
    const FRAMES: usize = 5;
    let clock = Arc::new(ManualClock::new(START));
    let mut round = 0_u32;
    let mut last = None;
    // Each second another device, whose counter bears its number many times over.
    let passing = Scripted("passing", move |readings: &mut Readings| {
        round += 1;
        let key = SeriesKey::new("example.passing", [("device", round.to_string().as_str())]);
        let topics = Topics::of([Topic::Overview]);
        let id = readings.catalog().register(key, Unit::Count, Kind::Gauge, topics);
        readings.push(id, f64::from(round));
        if let Some(gone) = std::mem::replace(&mut last, id) {
            readings.catalog().release(gone);
        }
        Ok(())
    });
    let (monitor, mut sampler) = Monitor::builder(Host::default(), Arc::clone(&clock) as _)
        .collectors([Box::new(passing) as Box<dyn Collector>, Box::new(counting())])
        .deadline(10 * SECOND)
        .frames_in_memory(FRAMES)
        .series_limit(60)
        .build();
    sampler.tick().await;
    let (mut session, _) = Session::open(&monitor, SessionOptions::default());
    let mut told = HashMap::new();
    for second in 2..=500_u32 {
        clock.advance(SECOND);
        sampler.tick().await;
        let mut out = Vec::new();
        session.catch_up(&mut out);
        for message in out {
            match ServerMessage::from_json(std::str::from_utf8(message.bytes()).unwrap()).unwrap() {
                ServerMessage::Series { series } => told.extend(series.into_iter().map(|one| (one.id, one.key))),
                ServerMessage::Frame(frame) => {
                    let device = second.to_string();
                    let mine = SeriesKey::new("example.passing", [("device", device.as_str())]);
                    let value = |(id, value): &(_, f64)| (told.get(id) == Some(&mine)).then_some(*value);
                    assert_eq!(
                        frame.values.iter().find_map(value),
                        Some(f64::from(second)),
                        "announced before its value"
                    );
                }
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(monitor.catalog().overflow(), 0);
    assert!(monitor.catalog().series().len() < 60, "{}", monitor.catalog().series().len());
    assert_eq!(value(&monitor, "example.total"), Some(10.0), "others go on");
    for (device, expected) in [("500", vec![500.0]), ("499", vec![499.0]), ("497", vec![497.0])] {
        let series = vec![SeriesKey::new("example.passing", [("device", device)])];
        let (from, to) = (START, Timestamp::from_millis(i64::MAX));
        let answer =
            monitor.history().query(&HistoryQuery { series, from, to, points: 100, extremes: false }).await.unwrap();
        let values: Vec<f64> = answer.values[0].iter().copied().flatten().collect();
        assert_eq!(values, expected, "the past of {device} is its own");
    }
}
