//! Caches over REST, on a real Redis: figures, keys, and clearing that removes exactly what was seen.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

#[path = "../../crates/cache/tests/support/redis.rs"]
mod redis_server;
mod support;

use miorai_cache::{CacheManager, RedisOptions};
use redis_server::RedisServer;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use support::{PATIENCE, TestServer};
use tokio_util::sync::CancellationToken;

const CLEAR: &str = "/api/core/cache/clear/";
const STATUS: &str = "/api/core/monitoring/cache-status/";

async fn with_redis() -> (RedisServer, TestServer) {
    let redis = RedisServer::start();
    let server = TestServer::start(&[("cache.redis_url", redis.url().into())]).await;
    (redis, server)
}

/// Puts keys as Django writes them into the database of the space `default`.
fn fill(redis: &RedisServer, prefix: &str, count: usize) {
    let mut commands = String::from("SELECT 1\r\n");
    for number in 0..count {
        let _ = write!(commands, "SET miorai:1:{prefix}{number} value\r\n");
    }
    let mut cli = Command::new("redis-cli");
    cli.args(["-p", &redis.port.to_string(), "--pipe"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut cli = cli.spawn().unwrap();
    cli.stdin.take().unwrap().write_all(commands.as_bytes()).unwrap();
    assert!(cli.wait().unwrap().success());
}

/// Entries of the space `default` that match; what the cache keeps for itself does not count.
fn count(redis: &RedisServer, glob: &str) -> usize {
    redis.cli(&["-n", "1", "--raw", "KEYS", &format!("miorai:1:{glob}")]).lines().count()
}

async fn post(server: &TestServer, body: Value) -> (StatusCode, Value) {
    let answer = Client::new().post(server.url(CLEAR)).json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Asks until the answer is as wanted.
async fn until(server: &TestServer, path: &str, what: &str, good: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = server.get(path).await.json().await.unwrap();
        if good(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: {answer:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn journal(server: &TestServer) -> Vec<String> {
    let events = server.running.monitor.journal().recent(&miorai_storage::JournalFilter::default()).await.unwrap();
    events.into_iter().filter(|event| event.source == "cache").map(|event| event.message).collect()
}

#[tokio::test]
async fn the_status_tells_of_spaces_and_their_server() {
    let (redis, server) = with_redis().await;
    let status = until(&server, STATUS, "the server is asked", |status| {
        status["servers"][0]["version"].as_str().is_some_and(|version| !version.is_empty())
            && status["spaces"].as_array().is_some_and(|spaces| spaces.len() == 3)
    })
    .await;
    let names: Vec<&str> = status["spaces"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["default", "session", "ml_predictions"]);
    assert_eq!(status["spaces"][0]["backend"], "redis");
    assert_eq!(status["spaces"][0]["status"], "healthy", "{status:#}");
    assert_eq!(status["servers"][0]["name"], "cache");
    let version = redis.cli(&["INFO", "server"]);
    assert!(version.contains(status["servers"][0]["version"].as_str().unwrap()));
    server.running.stop().await;
}

#[tokio::test]
async fn without_a_redis_the_spaces_are_in_the_server() {
    let server = TestServer::start(&[]).await;
    let status =
        until(&server, STATUS, "the spaces are looked at", |s| s["spaces"].as_array().unwrap().len() == 3).await;
    assert_eq!(status["spaces"][0]["backend"], "embedded");
    assert_eq!(status["servers"], json!([]));
    let health = server.json("/api/core/health/detailed/").await;
    assert_eq!(health["checks"]["cache"]["status"], "healthy", "{health:#}");
    server.running.stop().await;
}

#[tokio::test]
async fn what_was_previewed_is_cleared_and_nothing_else() {
    let (redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    fill(&redis, "tournament:5:", 2_500);
    fill(&redis, "player:", 700);
    let (status, preview) =
        post(&server, json!({"space": "default", "pattern": "tournament:5:*", "preview": true})).await;
    assert_eq!((status, &preview["matched"]), (StatusCode::OK, &json!(2_500)), "{preview:#}");
    assert!(preview["sample"].as_array().unwrap().iter().all(|key| key.as_str().unwrap().starts_with("tournament:5:")));
    assert!(preview["bytes"].as_u64().unwrap() > 100_000, "{preview:#}");
    assert_eq!(count(&redis, "*"), 3_200, "looking removes nothing");
    let token = preview["token"].clone();
    let (status, cleared) = post(&server, json!({"space": "default", "token": token})).await;
    assert_eq!((status, &cleared["cleared"]), (StatusCode::OK, &json!(2_500)), "{cleared:#}");
    assert_eq!((count(&redis, "*tournament*"), count(&redis, "*player*")), (0, 700));
    let (status, problem) = post(&server, json!({"space": "default", "token": token})).await;
    assert_eq!(status, StatusCode::CONFLICT, "a token is good for once: {problem:#}");
    let lines = journal(&server).await;
    assert!(
        lines.iter().any(|line| line == "admin at 127.0.0.1 cleared 2500 keys like 'tournament:5:*' of default"),
        "{lines:?}"
    );
    server.running.stop().await;
}

#[tokio::test]
async fn more_than_was_seen_is_not_cleared() {
    let (redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    fill(&redis, "a:", 100);
    let (_, preview) = post(&server, json!({"space": "default", "pattern": "a:*", "preview": true})).await;
    fill(&redis, "a:more:", 20);
    let (status, problem) = post(&server, json!({"space": "default", "token": preview["token"]})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem:#}");
    assert!(problem["detail"].as_str().unwrap().contains("100 were previewed"), "{problem:#}");
    assert_eq!(count(&redis, "*"), 120);
    server.running.stop().await;
}

#[tokio::test]
async fn a_pattern_alone_clears_up_to_its_limit_and_everything_only_by_name() {
    let (redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    fill(&redis, "a:", 1_200);
    let (status, _) = post(&server, json!({"space": "default", "pattern": "a:*"})).await;
    assert_eq!((status, count(&redis, "*")), (StatusCode::CONFLICT, 1_200), "1 000 is the limit");
    let (status, cleared) = post(&server, json!({"space": "default", "pattern": "a:1*"})).await;
    assert_eq!((status, &cleared["cleared"]), (StatusCode::OK, &json!(311)));
    let all = json!({"space": "default", "pattern": "*", "limit": 5_000});
    let (status, problem) = post(&server, all).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("confirm")));
    let (_, preview) = post(&server, json!({"space": "default", "pattern": "*", "preview": true})).await;
    let token = preview["token"].clone();
    let (status, problem) = post(&server, json!({"space": "default", "token": token, "confirm": "defualt"})).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("confirm")));
    let (status, cleared) = post(&server, json!({"space": "default", "token": token, "confirm": "default"})).await;
    assert_eq!((status, &cleared["cleared"]), (StatusCode::OK, &json!(889)), "the token still holds: {cleared:#}");
    assert_eq!(count(&redis, "*"), 0);
    server.running.stop().await;
}

#[tokio::test]
async fn a_clearing_ends_and_is_told_of_also_when_whoever_asked_goes_away() {
    const KEYS: usize = 50_000;
    let (redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    fill(&redis, "a:", KEYS);
    let impatient = Client::builder().timeout(Duration::from_millis(20)).build().unwrap();
    let request = json!({"space": "default", "pattern": "a:*", "limit": KEYS});
    assert!(impatient.post(server.url(CLEAR)).json(&request).send().await.is_err(), "it was not cut off");
    let (begun, told) = (Instant::now(), format!("cleared {KEYS} keys like 'a:*' of "));
    while !journal(&server).await.iter().any(|line| line.contains(&told)) {
        assert!(begun.elapsed() < PATIENCE, "{:?}", journal(&server).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(count(&redis, "*"), 0);
    server.running.stop().await;
}

#[tokio::test]
async fn wrong_requests_name_the_field() {
    let (_redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    for (body, field) in [
        (json!({"space": "defualt", "pattern": "a", "preview": true}), "space"),
        (json!({"space": "default", "preview": true}), "pattern"),
        (json!({"space": "default", "pattern": 5}), "body"),
        (json!({"space": "default", "patern": "a"}), "body"),
    ] {
        let (status, problem) = post(&server, body.clone()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}: {problem:#}");
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem:#}");
    }
    let text = Client::new().post(server.url(CLEAR)).body("{}").send().await.unwrap();
    assert_eq!(text.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for path in [
        "/api/core/cache/keys/?space=default&cursor=x",
        "/api/core/cache/key/?space=default&key=%5C",
        "/api/core/cache/keys/",
    ] {
        assert_eq!(server.get(path).await.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    assert_eq!(server.get("/api/core/cache/clear/99/").await.status(), StatusCode::NOT_FOUND);
    let foreign = Client::new().post(server.url(CLEAR)).header("origin", "https://evil.example").json(&json!({}));
    assert_eq!(foreign.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    server.running.stop().await;
}

#[tokio::test]
async fn keys_are_browsed_shown_and_deleted_one_by_one() {
    let (redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    fill(&redis, "player:", 120);
    redis.cli(&["-n", "1", "SET", "miorai:1:tournament:7", r#"{"name":"Open"}"#, "EX", "100"]);
    redis.cli(&["-n", "1", "HSET", "miorai:1:tournament:8", "name", "Cup"]);
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.json(&format!("/api/core/cache/keys/?space=default&pattern=player:*&limit=50{cursor}")).await;
        found.extend(page["keys"].as_array().unwrap().iter().map(|line| line["key"].as_str().unwrap().to_owned()));
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 120);
    let hashes = server.json("/api/core/cache/keys/?space=default&type=hash").await;
    assert_eq!(hashes["keys"].as_array().unwrap().len(), 1, "{hashes:#}");
    let detail = server.json("/api/core/cache/key/?space=default&key=tournament:7").await;
    assert_eq!((&detail["form"], &detail["type"]), (&json!("json"), &json!("string")), "{detail:#}");
    assert!(detail["value"].as_str().unwrap().contains("\"Open\"") && detail["ttl_seconds"].as_f64().unwrap() > 90.0);
    let prefixes = server.json("/api/core/cache/prefixes/?space=default").await;
    assert_eq!((&prefixes["sampled"], &prefixes["complete"]), (&json!(122), &json!(true)), "{prefixes:#}");
    assert_eq!(prefixes["prefixes"][0]["prefix"], "player:");
    let delete = |key: &str| Client::new().delete(server.url(&format!("/api/core/cache/key/?space=default&key={key}")));
    let answer: Value = delete("tournament:7").send().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({"deleted": true}));
    assert_eq!(count(&redis, "*tournament:7"), 0);
    assert_eq!(server.get("/api/core/cache/key/?space=default&key=tournament:7").await.status(), StatusCode::NOT_FOUND);
    assert!(journal(&server).await.iter().any(|line| line.contains("deleted the key 'tournament:7'")));
    server.running.stop().await;
}

#[tokio::test]
async fn a_clearing_is_followed_and_stopped() {
    let (redis, server) = with_redis().await;
    until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    fill(&redis, "many:", 200_000);
    let (_, preview) = post(&server, json!({"space": "default", "pattern": "many:*", "preview": true})).await;
    let (status, job) = post(&server, json!({"space": "default", "token": preview["token"], "follow": true})).await;
    assert_eq!((status, &job["state"]), (StatusCode::ACCEPTED, &json!("running")), "{job:#}");
    let path = format!("/api/core/cache/clear/{}/", job["job"]);
    until(&server, &path, "it clears", |job| job["cleared"].as_u64().unwrap() > 0).await;
    let stopped: Value = Client::new().delete(server.url(&path)).send().await.unwrap().json().await.unwrap();
    assert_eq!(stopped["state"], "cancelled", "{stopped:#}");
    let left = count(&redis, "*") as u64;
    assert_eq!(left + stopped["cleared"].as_u64().unwrap(), 200_000, "what is told is what has gone");
    assert!(left > 0);
    server.running.stop().await;
}

#[tokio::test]
async fn spaces_of_other_programs_are_known_and_cleared() {
    let (redis, server) = with_redis().await;
    let options = RedisOptions::from_url(&redis.url()).unwrap();
    let shop = CacheManager::builder().application("shop").redis(options).build().unwrap();
    let end = CancellationToken::new();
    let running = tokio::spawn(shop.clone().run(end.clone()));
    let space = shop.space("session").unwrap();
    for number in 0..40 {
        space.set(format!("cart:{number}"), &number).await.unwrap();
        let _: Option<i32> = space.get(format!("cart:{number}")).await.unwrap();
    }
    let _: Option<i32> = space.get("nothing").await.unwrap();
    let hits = |s: &Value| {
        s["spaces"]
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == "shop/session")
            .map_or(0, |s| s["hits"].as_u64().unwrap())
    };
    until(&server, STATUS, "the shop is heard of", |status| hits(status) == 40).await;
    // Its figures are in the frames too.
    let query = "/metrics";
    let begun = Instant::now();
    while !server
        .get(query)
        .await
        .text()
        .await
        .unwrap()
        .contains(r#"miorai_cache_hits_total{application="shop",space="session"} 40"#)
    {
        assert!(begun.elapsed() < PATIENCE, "its hits are a series");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let keys = |s: &Value| {
        s["spaces"]
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == "shop/session")
            .map_or(Value::Null, |s| s["keys"].clone())
    };
    let status = until(&server, STATUS, "its keys are counted", |status| keys(status) == 40).await;
    assert!(status["spaces"].as_array().unwrap().iter().all(|space| space["memory_bytes"].is_u64()), "{status:#}");
    let (_, cleared) = post(&server, json!({"space": "shop/session", "pattern": "cart:1*"})).await;
    assert_eq!(cleared["cleared"], 11, "{cleared:#}");
    assert!(!space.exists("cart:1").await.unwrap() && space.exists("cart:2").await.unwrap());
    end.cancel();
    running.await.unwrap();
    server.running.stop().await;
}

#[tokio::test]
async fn a_server_that_goes_is_told_and_is_well_again_when_it_is_back() {
    let (mut redis, server) = with_redis().await;
    let cache = |health: &Value| health["checks"]["cache"]["status"].clone();
    let path = "/api/core/health/detailed/";
    until(&server, path, "all is well", |health| cache(health) == "healthy").await;
    redis.kill();
    let health = until(&server, path, "it is missed", |health| cache(health) == "degraded").await;
    assert!(health["checks"]["cache"]["message"].as_str().unwrap().contains("127.0.0.1"), "{health:#}");
    let (status, _) = post(&server, json!({"space": "default", "pattern": "a", "preview": true})).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    redis.restart();
    until(&server, path, "it is back", |health| cache(health) == "healthy").await;
    server.running.stop().await;
}

#[tokio::test]
async fn expensive_answers_are_kept_for_a_moment() {
    let (redis, server) = with_redis().await;
    let status = until(&server, STATUS, "the spaces are known", |s| !s["spaces"].as_array().unwrap().is_empty()).await;
    assert_eq!(status["spaces"][0]["hits"], 0);
    let day = "/api/core/monitoring/history/?series=system.memory.utilization&from=-24h";
    // Twice in the same half a minute, sooner or later.
    let hits = |status: &Value| status["spaces"][0]["hits"].as_u64().unwrap();
    let begun = Instant::now();
    loop {
        let (one, other) = (server.json(day).await, server.json(day).await);
        if one == other && hits(&server.json(STATUS).await) > 0 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "the past of a day is made anew each time");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let samples = "/api/core/cache/prefixes/?space=default";
    fill(&redis, "a:", 100);
    let before = server.json(samples).await;
    fill(&redis, "b:", 50);
    assert_eq!(server.json(samples).await, before, "for some seconds nothing is weighed again");
    let (status, _) = post(&server, json!({"space": "default", "pattern": "b:*"})).await;
    assert_eq!(status, StatusCode::OK);
    let prefixes = |report: &Value| report["prefixes"].as_array().unwrap().iter().any(|line| line["prefix"] == "b:");
    assert!(!prefixes(&server.json(samples).await), "after clearing it is");
    fill(&redis, "b:", 50);
    let (_, cleared) = post(&server, json!({"space": "default", "pattern": "a:*"})).await;
    assert_eq!(cleared["cleared"], 100, "{cleared:#}");
    assert!(prefixes(&server.json(samples).await));
    server.running.stop().await;
}
