//! Pages as the server renders them, for tests.

use crate::{
    address::Address,
    dashboard::Dashboard,
    snapshot::{About, Snapshot},
    theme::Theme,
};
use leptos::{prelude::*, reactive::owner::Owner};
use miorai_model::{
    Health, Series, Timestamp, Topic, Topics,
    host::Host,
    live::{FrameMessage, Hello, PROTOCOL},
};
use std::sync::Arc;

/// The page of an address, from what its desk has told and from a frame of one second with these values.
pub(super) fn rendered<D, V>(
    (path, query): (&str, &str),
    values: &[(Series, f64)],
    data: D,
    page: impl FnOnce() -> V,
) -> String
where
    D: Send + Sync + 'static,
    V: IntoView,
{
    let owner = Owner::new();
    let html = owner.with(|| {
        provide_context(Address::new(path, query));
        provide_context(Dashboard::new(snapshot(values), Theme::System, 0));
        provide_context(data);
        page().into_view().to_html()
    });
    owner.cleanup();
    html
}

fn snapshot(values: &[(Series, f64)]) -> Snapshot {
    let at = Timestamp::from_millis(1_763_888_808_000);
    Snapshot {
        hello: Hello {
            protocol: PROTOCOL,
            interval_ms: 1_000,
            topics: Topics::NONE,
            series: values.iter().map(|(series, _)| series.clone()).collect(),
            seq: 1,
            started_at: at,
        },
        frames: vec![FrameMessage {
            topic: Topic::All,
            seq: 1,
            at,
            values: values.iter().map(|(series, value)| (series.id, *value)).collect(),
        }],
        health: Arc::new(Health::of(Vec::new(), at, None)),
        processes: Arc::default(),
        events: Vec::new(),
        host: Host::default(),
        about: About::default(),
    }
}
