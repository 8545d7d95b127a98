//! The past of series, asked for over REST like anybody else does.

use leptos::prelude::window;
use miorai_model::{SeriesKey, Timestamp, history::HistoryAnswer};
use std::fmt::Write as _;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;

/// How far back the browser asks.
const SECONDS: i64 = 900;
/// The points asked for: about one for each pixel of a chart. The seconds since the page was opened it has itself.
const POINTS: i64 = 300;
/// Series in one request: their names must fit into an address.
const AT_ONCE: usize = 60;

/// The fifteen minutes of these series up to `to`; nothing when the server does not answer.
pub(super) async fn fetch(series: &[SeriesKey], to: Timestamp) -> Option<HistoryAnswer> {
    let mut whole: Option<HistoryAnswer> = None;
    for part in series.chunks(AT_ONCE) {
        let answer = fetch_part(part, to).await?;
        match &mut whole {
            // The oldest second may have been dropped between two requests: then all is asked for again later.
            Some(whole) if whole.timestamps == answer.timestamps => {
                whole.series.extend(answer.series);
                whole.values.extend(answer.values);
            }
            Some(_) => return None,
            None => whole = Some(answer),
        }
    }
    whole
}

async fn fetch_part(series: &[SeriesKey], to: Timestamp) -> Option<HistoryAnswer> {
    let to = to.as_millis();
    let from = to - SECONDS * 1_000;
    let mut address = format!("/api/core/monitoring/history/?from={from}&to={to}&points={POINTS}");
    for key in series {
        let key = String::from(js_sys::encode_uri_component(&key.to_string()));
        let _ = write!(address, "&series={key}");
    }
    let response: web_sys::Response = JsFuture::from(window().fetch_with_str(&address)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}
