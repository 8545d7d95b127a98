//! Pages and files, of a real server: what a browser is sent before any script runs.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

mod support;

use reqwest::{Client, Response, redirect::Policy};
use support::TestServer;

/// A browser that does not follow by itself.
fn browser() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

async fn open(server: &TestServer, path: &str) -> Response {
    browser().get(server.url(path)).header("accept", "text/html").send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_page_is_complete_and_lets_no_foreign_script_in() {
    let server = TestServer::start(&[]).await;
    for path in ["/", "/system", "/settings", "/status"] {
        let answer = open(&server, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8", "{path}");
        let policy = header(&answer, "content-security-policy").to_owned();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        let scripts = policy.split(';').find(|rule| rule.trim_start().starts_with("script-src ")).unwrap();
        assert!(!scripts.contains("unsafe-inline") && !scripts.contains("http"), "{path}: {scripts}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("<h1") && page.contains("</html>"), "{path}: {page}");
    }
    server.running.stop().await;
}

#[tokio::test]
async fn a_page_that_there_is_not_says_so_to_people_and_to_programs() {
    let server = TestServer::start(&[]).await;
    let answer = open(&server, "/no-such-page").await;
    assert_eq!(answer.status(), 404);
    assert!(header(&answer, "content-type").starts_with("text/html"));
    let answer = open(&server, "/api/core/nothing").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (404, "application/problem+json"));
    server.running.stop().await;
}

#[tokio::test]
async fn a_path_with_a_last_slash_leads_to_the_page_and_never_elsewhere() {
    let server = TestServer::start(&[]).await;
    let answer = open(&server, "/system/").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (308, "/system"));
    for path in ["//evil.example/", "///", "//evil.example/system/"] {
        let answer = open(&server, path).await;
        let to = header(&answer, "location");
        assert!(!to.starts_with("//") && (to.starts_with('/') || !answer.status().is_redirection()), "{path}: {to:?}");
    }
    server.running.stop().await;
}

#[tokio::test]
async fn colours_are_chosen_without_a_script_and_kept() {
    let server = TestServer::start(&[]).await;
    let answer = browser()
        .post(server.url("/theme"))
        .header("referer", server.url("/system?range=5m"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("theme=dark")
        .send()
        .await
        .unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/system?range=5m"));
    let kept = header(&answer, "set-cookie").split(';').next().unwrap().to_owned();
    let page = browser().get(server.url("/")).header("cookie", kept).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(r#"data-theme="dark""#));
    server.running.stop().await;
}

#[tokio::test]
async fn a_page_is_compressed_as_the_browser_takes_it() {
    let server = TestServer::start(&[]).await;
    for (accepted, expected) in [("gzip, br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let answer = browser().get(server.url("/")).header("accept-encoding", accepted).send().await.unwrap();
        assert_eq!(header(&answer, "content-encoding"), expected, "{accepted}");
        assert_eq!(header(&answer, "vary"), "accept-encoding", "{accepted}");
    }
    server.running.stop().await;
}

/// What a page loads. A server that was built without the browser part has no such files; its pages name none then. Where
/// the site is built before, as in `cargo xtask test`, there must be some.
#[tokio::test]
async fn files_of_the_browser_part_never_change_and_come_compressed() {
    let server = TestServer::start(&[]).await;
    let page = open(&server, "/").await.text().await.unwrap();
    let named = page.split('"').filter(|part| part.starts_with("/pkg/")).map(str::to_owned).collect::<Vec<_>>();
    assert!(!named.is_empty() || std::env::var_os("SITE_IS_BUILT").is_none(), "the start page names no files");
    for path in &named {
        for (accepted, expected) in [("gzip, br", "br"), ("gzip", "gzip"), ("identity", "")] {
            let answer = browser().get(server.url(path)).header("accept-encoding", accepted).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "content-encoding")), (200, expected), "{path}");
            assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable", "{path}");
            assert_eq!(header(&answer, "vary"), "accept-encoding", "{path}");
            let tag = header(&answer, "etag").to_owned();
            let again = browser()
                .get(server.url(path))
                .header("accept-encoding", accepted)
                .header("if-none-match", tag)
                .send()
                .await
                .unwrap();
            assert_eq!(again.status(), 304, "{path}");
        }
        let raw = browser().get(server.url(&format!("{path}.br"))).send().await.unwrap();
        assert_eq!(raw.status(), 404, "there is one address for each file");
    }
    let missing = browser().get(server.url("/pkg/no-such-file.js")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
    assert_ne!(header(&missing, "cache-control"), "public, max-age=31536000, immutable");
    server.running.stop().await;
}
