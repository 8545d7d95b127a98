//! A Miorai server that watches the service under load: it finds the route that is slow on purpose, and says why.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use miorai_model::performance::{PerformanceReport, StepKind};
use server::{
    config::{Layers, load},
    run,
};
use std::time::{Duration, Instant};
use support::{PATIENCE, TestService};
use tournament::settings::{Caching, Load, Profile};

const SLOW: &str = "/reports/season";

async fn report(server: &run::Running) -> PerformanceReport {
    let url = format!("http://{}/api/core/monitoring/performance-metrics/?window=5m", server.addr);
    reqwest::get(url).await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_slow_route_is_found_first_with_the_statements_that_make_it_slow() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_string_lossy().into_owned();
    let flags = vec![("server.addr", "--addr", "127.0.0.1:0".into()), ("server.data_dir", "--data-dir", folder.into())];
    let miorai = run::start(&load(&Layers { flags, ..Layers::default() }).unwrap()).await.unwrap();
    let service = TestService::reporting(Caching::On, format!("http://{}", miorai.addr)).await;
    let asked = Load { addr: service.running.addr, seconds: 3, clients: 4, rate: Some(400), profile: Profile::Season };
    let seen = tournament::load::run(&asked).await.unwrap();
    // A result may be reported for players that the small database does not have; hardly one in a thousand is.
    assert!(seen.failed * 100 <= seen.requests, "{seen}");

    let begun = Instant::now();
    let report = loop {
        let report = report(&miorai).await;
        let of_service = || report.routes.iter().filter(|route| route.service.as_deref() == Some("tournament"));
        // What the clients have been answered is reported within a second or two.
        if of_service().map(|route| route.figures.requests).sum::<u64>() >= seen.requests {
            break report;
        }
        assert!(begun.elapsed() < PATIENCE, "{report:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let first = &report.routes[0];
    assert_eq!((first.route.as_str(), first.service.as_deref()), (SLOW, Some("tournament")), "by time spent on it");
    let by_p95 = report
        .routes
        .iter()
        .max_by(|a, b| a.figures.p95_ms.unwrap_or_default().total_cmp(&b.figures.p95_ms.unwrap_or_default()));
    assert_eq!(by_p95.unwrap().route, SLOW, "by its slow answers too");

    let slow = report.slow_requests.iter().find(|slow| slow.route == SLOW).expect("it is among the slowest");
    let most = slow.chain.iter().max_by_key(|step| step.times).unwrap();
    assert!(most.kind == StepKind::Database && most.times > 10, "one statement again and again: {:#?}", slow.chain);
    assert!(slow.parts.database_ms > slow.duration_ms / 2.0, "{:?} of {}", slow.parts, slow.duration_ms);
    let names =
        |part: &str| report.statements.iter().any(|told| told.service.is_some() && told.statement.text.contains(part));
    assert!(names("GROUP BY winner"), "its statements are told too: {:#?}", report.statements);
    service.running.stop().await;
    miorai.stop().await;
}

#[tokio::test]
async fn a_service_whose_server_is_away_answers_as_always() {
    let service = TestService::reporting(Caching::On, "http://127.0.0.1:9".to_owned()).await;
    assert_eq!(service.get(SLOW).await.status, 200);
    service.running.stop().await;
}
