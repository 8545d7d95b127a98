//! The service as its users see it: cached answers are the computed ones, and a write makes exactly what it touches
//! out of date.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use serde_json::{Value, json};
use std::collections::HashMap;
use support::{READS, TestService, redis_server::RedisServer};
use tournament::{
    load,
    settings::{Caching, Load, Profile},
};

fn result(home: i64, away: i64) -> Value {
    json!({ "tournament": 1, "home": home, "away": away, "home_score": 3, "away_score": 1, "reporter": 5 })
}

/// Asks everything until it is kept; what was answered.
async fn warm(service: &TestService) -> HashMap<&'static str, Value> {
    let mut answers = HashMap::new();
    for path in READS {
        service.get(path).await;
        let answer = service.get(path).await;
        assert!(answer.is_hit(), "{path}: {answer:?}");
        answers.insert(path, answer.body);
    }
    answers
}

#[tokio::test]
async fn cached_answers_are_the_same_as_computed_ones() {
    let redis = RedisServer::start();
    let computing = TestService::start(Caching::Off, None).await;
    let embedded = TestService::start(Caching::On, None).await;
    let remote = TestService::start(Caching::On, Some(redis.url())).await;
    for path in READS {
        let expected = computing.get(path).await;
        assert_eq!(expected.status, 200, "{path}");
        assert!(!computing.get(path).await.is_hit(), "{path} is never kept");
        for service in [&embedded, &remote] {
            let (first, second) = (service.get(path).await, service.get(path).await);
            assert!(!first.is_hit() && second.is_hit(), "{path}");
            assert_eq!([&first.body, &second.body], [&expected.body; 2], "{path}");
        }
    }
}

#[tokio::test]
async fn a_result_makes_exactly_what_it_touches_out_of_date() {
    let redis = RedisServer::start();
    for url in [None, Some(redis.url())] {
        let service = TestService::start(Caching::On, url).await;
        let before = warm(&service).await;
        service.get("/tournaments/1/standings").await;
        service.get("/predictions?home=30&away=40").await;

        let answer = service.post("/matches", &result(3, 7)).await;
        assert_eq!(answer.status, 201, "{answer:?}");

        let touched = [
            "/tournaments/1",
            "/players/7",
            "/players/7/statistics",
            "/predictions?home=3&away=9",
            "/predictions?home=9&away=3",
            "/users/5/statistics",
        ];
        for path in READS {
            let answer = service.get(path).await;
            assert_eq!(answer.is_hit(), !touched.contains(&path), "{path}");
            assert_eq!(answer.body != before[path], touched.contains(&path), "{path}: {}", answer.body);
        }
        assert!(!service.get("/tournaments/1/standings").await.is_hit());
        assert!(service.get("/predictions?home=30&away=40").await.is_hit(), "others play there");
    }
}

#[tokio::test]
async fn a_result_that_is_refused_changes_nothing_and_says_why() {
    let service = TestService::start(Caching::On, None).await;
    warm(&service).await;
    let refused = |field: &str, value: i64| {
        let mut body = result(3, 7);
        body[field] = value.into();
        body
    };
    for (body, status, field) in [
        (refused("tournament", 99), 422, Some("tournament")),
        (refused("away", 3), 422, Some("away")),
        (refused("home_score", -1), 422, Some("home_score")),
        (refused("reporter", 99), 422, Some("reporter")),
        (refused("reporter", 2), 403, None),
        (json!({ "home": 1 }), 422, None),
    ] {
        let answer = service.post("/matches", &body).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert_eq!(answer.body["status"], status);
        assert_eq!(answer.body["errors"][0]["field"].as_str(), field, "{body}: {answer:?}");
    }
    for path in READS {
        assert!(service.get(path).await.is_hit(), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_and_is_remembered_for_players() {
    let service = TestService::start(Caching::On, None).await;
    for path in [
        "/players/9999",
        "/tournaments/9999/standings",
        "/predictions?home=1&away=9999",
        "/users/9999/profile",
        "/nowhere",
    ] {
        let answer = service.get(path).await;
        assert_eq!((answer.status, answer.body["status"].as_u64()), (404, Some(404)), "{path}");
    }
    assert_eq!(service.get("/players/x").await.status, 400);
    assert_eq!(service.get("/predictions?home=1").await.status, 400);
    assert_eq!(service.get("/predictions?home=1&away=1").await.status, 422);
    let negative_hits = async || service.get("/cache").await.body[0]["negative_hits"].as_u64().unwrap();
    let before = negative_hits().await;
    service.get("/players/9999").await;
    assert_eq!(negative_hits().await, before + 1);
}

#[tokio::test]
async fn a_new_name_and_a_new_model_are_seen_at_once() {
    let service = TestService::start(Caching::On, None).await;
    let before = warm(&service).await;
    assert_eq!(service.put("/users/5/profile", &json!({ "name": " Nina " })).await.status, 204);
    assert_eq!(service.get("/users/5/profile").await.body["name"], "Nina");
    assert!(service.get("/users/5/permissions").await.is_hit(), "rights are as they were");
    assert_eq!(service.put("/users/5/profile", &json!({ "name": "" })).await.status, 422);
    assert_eq!(service.put("/users/9999/profile", &json!({ "name": "x" })).await.status, 404);

    service.post("/matches", &result(30, 40)).await;
    let fitted = service.post("/model", &Value::Null).await;
    assert_eq!(fitted.body["name"], "logistic-4001");
    assert_eq!(service.get("/model").await.body, fitted.body);
    let prediction = service.get("/predictions?home=3&away=9").await;
    assert!(!prediction.is_hit());
    assert_ne!(prediction.body, before["/predictions?home=3&away=9"]);
}

#[tokio::test]
async fn load_is_bounded_and_told() {
    let service = TestService::start(Caching::On, None).await;
    let load = |profile| Load { addr: service.running.addr, seconds: 1, clients: 4, rate: Some(200), profile };
    let report = load::run(&load(Profile::Standings)).await.unwrap();
    assert_eq!(report.failed, 0);
    assert!((50..=250).contains(&report.requests), "{report}");
    assert!(report.p50_ms <= report.p95_ms && report.p95_ms <= report.p99_ms);
    // Two of the tournaments that it asks for are there.
    assert!(report.hit_ratio.unwrap() > 0.8, "{report}");
    assert!(report.to_string().contains("requests"));
}

#[tokio::test]
async fn a_service_that_has_ended_answers_no_more_and_its_data_stays() {
    let service = TestService::start(Caching::On, None).await;
    let addr = service.running.addr;
    service.running.stop().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn every_statement_of_the_service_is_seen() {
    let service = TestService::start(Caching::Off, None).await;
    for path in READS {
        service.get(path).await;
    }
    let report = service.running.queries.report();
    let summaries: Vec<&str> = report.statements.iter().map(|statement| statement.summary.as_str()).collect();
    assert!(summaries.contains(&"COMMIT"), "the database was filled in a transaction: {summaries:?}");
    assert!(report.statements.iter().any(|statement| statement.summary.contains("players") && statement.rows > 0));
    assert_eq!(report.errors, 0, "{report:#?}");
    let pools = service.running.queries.pools();
    assert_eq!((pools.len(), pools[0].name.as_str(), pools[0].system.as_str()), (1, "tournament", "sqlite"));
    assert!(pools[0].efficiency_ratio.is_some_and(|ratio| ratio > 0.5), "{pools:#?}");
}
