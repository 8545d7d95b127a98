//! Asks the server what a page wants to know or to have done, and reads forms that are sent in place.

#[cfg(feature = "page-cache")]
use leptos::ev::SubmitEvent;
use leptos::prelude::window;
use miorai_model::problem::Problem;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What a field of the form that is being sent holds.
#[cfg(feature = "page-cache")]
pub(super) fn field(event: &SubmitEvent, name: &str) -> Option<String> {
    let form = event.target()?.dyn_into().ok()?;
    web_sys::FormData::new_with_form(&form).ok()?.get(name).as_string()
}

/// Asks the server, with a body of JSON where there is one; the error is a sentence for people.
pub(super) async fn ask<T: DeserializeOwned>(method: &str, url: &str, body: Option<String>) -> Result<T, String> {
    const LOST: &str = "The server does not answer. Nothing is lost: try again in a moment.";
    let (ok, text) = exchange(method, url, body).await.map_err(|_| LOST.to_owned())?;
    if ok {
        return serde_json::from_str(&text).map_err(|_| "The server's answer makes no sense.".to_owned());
    }
    Err(serde_json::from_str::<Problem>(&text).map_or_else(|_| LOST.to_owned(), |problem| problem.detail))
}

async fn exchange(method: &str, url: &str, body: Option<String>) -> Result<(bool, String), JsValue> {
    let options = web_sys::RequestInit::new();
    options.set_method(method);
    if let Some(body) = body {
        let headers = web_sys::Headers::new()?;
        headers.append("content-type", "application/json")?;
        options.set_headers(&headers);
        options.set_body(&JsValue::from_str(&body));
    }
    let response = JsFuture::from(window().fetch_with_str_and_init(url, &options)).await?;
    let response: web_sys::Response = response.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok((response.ok(), text))
}
