//! The answer to "is all well": one sentence, and each check in a word.

use crate::{components::time_of_day::TimeOfDay, dashboard::Dashboard, words::capital};
use leptos::prelude::*;
use miorai_model::{Check, Health, Status};

/// The sign for a status: told by shape as well as by colour.
pub const fn sign(status: Status) -> &'static str {
    match status {
        Status::Healthy => "●",
        Status::Degraded => "▲",
        Status::Unhealthy => "✕",
        Status::NotConfigured => "○",
    }
}

/// The class that colours a status.
pub const fn class(status: Status) -> &'static str {
    match status {
        Status::Healthy => "good",
        Status::Degraded => "warning",
        Status::Unhealthy => "bad",
        Status::NotConfigured => "idle",
    }
}

fn headline(health: &Health) -> String {
    match health.worst() {
        None => "All is well".to_owned(),
        Some(check) => format!("{}: {}", health.status.word(), check.message.trim_end_matches('.')),
    }
}

/// What is found beyond the headline: a line for each check that is not as it should be.
fn further(health: &Health) -> Vec<String> {
    let headline = health.worst().map(|check| check.name.as_str());
    let ill = health.checks.iter().filter(|check| check.status > Status::Healthy);
    let others = ill.filter(|check| Some(check.name.as_str()) != headline);
    others.map(|check| format!("{} {}: {}", sign(check.status), capital(&check.name), check.message)).collect()
}

fn tally(health: &Health) -> String {
    let watched = health.checks.iter().filter(|check| check.status != Status::NotConfigured).count();
    let healthy = health.checks.iter().filter(|check| check.status == Status::Healthy).count();
    format!("{healthy} of {watched} checks healthy")
}

/// The banner of the overview.
#[component]
pub fn Banner() -> impl IntoView {
    let health = Dashboard::here().health;
    let banner_class = move || health.with(|health| format!("banner panel {}", class(health.status)));
    let checks = move || {
        health.with(|health| health.checks.iter().map(|check| view! { <Chip check=check.clone() /> }).collect_view())
    };
    view! {
        <section class=banner_class aria-label="Health">
            <div class="banner-words" role="status">
                <p class="banner-headline">
                    <span class="sign" aria-hidden="true">{move || health.with(|health| sign(health.status))}</span>
                    {move || health.with(|health| headline(health))}
                </p>
                {move || {
                    let lines = health.with(|health| further(health));
                    lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()
                }}
                <p class="dim">
                    {move || health.with(|health| tally(health))} " · since "
                    {move || health.with(|health| view! { <TimeOfDay at=health.since /> })}
                </p>
            </div>
            <ul class="chips">{checks}</ul>
        </section>
    }
}

/// One check: its name with its sign, and what was found on hover.
#[component]
fn Chip(check: Check) -> impl IntoView {
    view! {
        <li class=format!("chip {}", class(check.status)) title=check.message.clone()>
            <span class="chip-name">
                <span class="sign" aria-hidden="true">{sign(check.status)}</span>
                {capital(&check.name)}
            </span>
            <span class="dim">{check.status.word()}</span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::Timestamp;

    fn health(checks: &[(&str, Status)]) -> Health {
        let checks = checks
            .iter()
            .map(|(name, status)| Check {
                name: (*name).to_owned(),
                status: *status,
                response_time_ms: None,
                message: format!("{name} is so."),
            })
            .collect();
        Health::of(checks, Timestamp::default(), None)
    }

    #[test]
    fn the_headline_names_the_worst() {
        let well = health(&[("system", Status::Healthy), ("cache", Status::NotConfigured)]);
        assert_eq!((headline(&well).as_str(), tally(&well).as_str()), ("All is well", "1 of 1 checks healthy"));
        let ill = health(&[("system", Status::Degraded), ("disk", Status::Unhealthy)]);
        assert_eq!((headline(&ill).as_str(), tally(&ill).as_str()), ("Unhealthy: disk is so", "0 of 2 checks healthy"));
        assert_eq!(further(&ill), ["▲ System: system is so."]);
    }
}
