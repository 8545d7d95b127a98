//! The public status page: plain HTML that refreshes itself, with nothing in it that strangers should not know.

use crate::{
    components::{
        banner::{class, sign},
        time_of_day::rfc3339,
    },
    dashboard::Dashboard,
    words::capital,
};
use leptos::prelude::*;
use miorai_model::{Status, quantity::duration};
use std::time::Duration;

/// Seconds between two refreshes.
pub const REFRESH_SECONDS: u32 = 15;

/// How long the server has been running, whatever was done to the machine's clock.
#[derive(Clone, Copy, Debug)]
pub struct Uptime(pub Duration);

fn headline(status: Status) -> &'static str {
    match status {
        Status::Healthy | Status::NotConfigured => "All systems work",
        Status::Degraded => "Some things work less well than usual",
        Status::Unhealthy => "Something does not work",
    }
}

/// The page.
#[component]
pub fn StatusPage() -> impl IntoView {
    let dashboard = Dashboard::here();
    let health = dashboard.health.get_untracked();
    let at = dashboard.shown.get_untracked().at;
    let Uptime(up) = expect_context();
    let rows = health
        .checks
        .iter()
        .filter(|check| check.status != Status::NotConfigured)
        .map(|check| {
            view! {
                <li class=format!("status-row {}", class(check.status))>
                    <span>{capital(&check.name)}</span>
                    <strong>
                        <span class="sign" aria-hidden="true">{sign(check.status)} " "</span>
                        {check.status.word()}
                    </strong>
                </li>
            }
        })
        .collect_view();
    view! {
        <main class="status-page">
            <h1>"Status"</h1>
            <section class=format!("banner panel {}", class(health.status))>
                <div class="banner-words">
                    <p class="banner-headline">
                        <span class="sign" aria-hidden="true">{sign(health.status)}</span>
                        {headline(health.status)}
                    </p>
                    <p class="dim">"since " {rfc3339(health.since).replace(['T', 'Z'], " ")} "UTC"</p>
                </div>
            </section>
            <ul class="panel status-list">{rows}</ul>
            <p class="dim status-foot">
                "As of " <time datetime=rfc3339(at)>{rfc3339(at).replace(['T', 'Z'], " ")} "UTC"</time>
                " · running for " {duration(up.as_secs())}
                " · refreshes every " {REFRESH_SECONDS} " seconds"
            </p>
        </main>
    }
}
