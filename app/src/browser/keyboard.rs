//! The keys of the dashboard. What they do stands in `key_list`.

use crate::{
    address::Address,
    browser::address::{open, unzoom},
    components::frame::{PAGES, choose_theme},
    dashboard::Dashboard,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

/// A letter counts as the second of two keys for so long after `g`, in milliseconds.
const SECOND_KEY_MS: i64 = 1_500;

/// Listens to the keyboard while the page is open.
pub fn start(address: Address, dashboard: Dashboard) {
    let go_pressed = StoredValue::new(0_i64);
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        let key = event.key();
        let after_g = super::now() - go_pressed.get_value() < SECOND_KEY_MS;
        go_pressed.set_value(0);
        if after_g {
            if let Some((href, ..)) = PAGES.into_iter().find(|(.., letter)| *letter == key) {
                event.prevent_default();
                open(href);
            }
            return;
        }
        match key.as_str() {
            "g" => go_pressed.set_value(super::now()),
            "t" => choose_theme(dashboard.theme, dashboard.theme.get_untracked().next()),
            "?" => toggle("keys"),
            "/" if focus("[data-search]") => {
                event.prevent_default();
            }
            " " if !is_control(&event) => {
                event.prevent_default();
                dashboard.paused.update(|paused| *paused = !*paused);
            }
            "Escape" => {
                dashboard.hover.set(None);
                if address.query.with_untracked(|query| query.get("from").is_some()) {
                    unzoom(address);
                }
            }
            _ => {}
        }
    });
    on_cleanup(move || listener.remove());
}

fn target(event: &web_sys::KeyboardEvent) -> Option<web_sys::Element> {
    event.target()?.dyn_into().ok()
}

/// Whether the key goes into a field.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    target(event).is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Whether the space bar presses what has the focus.
fn is_control(event: &web_sys::KeyboardEvent) -> bool {
    target(event).is_some_and(|element| matches!(element.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY"))
}

/// Opens or closes what floats above the page.
fn toggle(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.toggle_popover();
    }
}

fn focus(selector: &str) -> bool {
    let found =
        document().query_selector(selector).ok().flatten().and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok());
    found.is_some_and(|element| element.focus().is_ok())
}
