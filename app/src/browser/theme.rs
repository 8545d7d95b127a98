//! Shows the colours chosen and keeps the choice.

use crate::theme::{COOKIE, OFFSET_COOKIE, Theme};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

const A_YEAR: u32 = 31_536_000;

/// Shows a choice of colours and keeps it for a year.
pub fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-theme", theme.name());
    }
    set_cookie(COOKIE, theme.name());
}

/// Keeps the viewer's offset from UTC for the server's next page.
pub fn keep_offset(minutes: i32) {
    set_cookie(OFFSET_COOKIE, &minutes.to_string());
}

/// The choice that the page was rendered with.
pub fn shown() -> Theme {
    let name = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    name.and_then(|name| Theme::from_name(&name)).unwrap_or_default()
}

fn set_cookie(name: &str, value: &str) {
    if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
        let _ = document.set_cookie(&format!("{name}={value}; Path=/; Max-Age={A_YEAR}; SameSite=Lax"));
    }
}
