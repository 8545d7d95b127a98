//! The past of series, asked for over REST like anybody else does.

use crate::pages::Past;
use leptos::prelude::window;
use miorai_model::{SeriesKey, Timestamp, history::HistoryAnswer};
use std::fmt::Write as _;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;

/// The points asked for: about one for two pixels of a chart. Who zooms in asks anew, down to each second.
const POINTS: u32 = 300;
/// The points of a view that is looked at for its past: about one for each pixel.
const POINTS_OF_PAST: u32 = 600;
/// Series in one request: their names must fit into an address.
const AT_ONCE: usize = 60;

/// A part of the past for a page whose newest frame is of `now`; nothing when the server does not answer.
pub(super) async fn fetch(past: &Past, now: Timestamp) -> Option<HistoryAnswer> {
    let mut whole: Option<HistoryAnswer> = None;
    let points = if past.view.is_live() { POINTS } else { POINTS_OF_PAST };
    for part in past.series.chunks(AT_ONCE) {
        let answer = fetch_part(part, past.bounds(now), points, past.has_extremes()).await?;
        match &mut whole {
            // The oldest second may have been dropped between two requests: then all is asked for again later.
            Some(whole) if whole.timestamps == answer.timestamps => {
                whole.series.extend(answer.series);
                whole.values.extend(answer.values);
                whole.min.extend(answer.min);
                whole.max.extend(answer.max);
            }
            Some(_) => return None,
            None => whole = Some(answer),
        }
    }
    whole
}

async fn fetch_part(
    series: &[SeriesKey],
    (from, to): (i64, i64),
    points: u32,
    extremes: bool,
) -> Option<HistoryAnswer> {
    let mut address = format!("/api/core/monitoring/history/?from={from}&to={to}&points={points}&extremes={extremes}");
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
