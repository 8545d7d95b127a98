//! Goes to other addresses: to another query of this page without loading, to other pages by loading them.

use crate::{
    address::{Address, Query},
    view::{View, unzoomed},
};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::Element;

/// The address that the browser shows.
pub fn shown() -> Address {
    let location = window().location();
    let path = location.pathname().unwrap_or_else(|_| "/".to_owned());
    Address::new(&path, &location.search().unwrap_or_default())
}

/// Follows links to other queries and the browser's way back, while the page is open.
pub fn start(address: Address) {
    let clicks = window_event_listener(leptos::ev::click, move |event| {
        let plain =
            event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        let link = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = link.and_then(|element| element.closest("a[href^='?']").ok().flatten());
        if let (true, Some(query)) = (plain, link.and_then(|link| link.get_attribute("href"))) {
            event.prevent_default();
            show(address, Query::parse(&query));
        }
    });
    let back = window_event_listener(leptos::ev::popstate, move |_| {
        address.query.set(Query::parse(&window().location().search().unwrap_or_default()));
    });
    on_cleanup(move || {
        clicks.remove();
        back.remove();
    });
}

/// Shows another query of this page.
pub fn show(address: Address, query: Query) {
    let target = target(address, &query);
    // Where the browser refuses, the page still shows what was asked for.
    let _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(&target)));
    address.query.set(query);
}

/// Shows another query of this page in the place of the one shown: the way back does not lead through it.
pub fn replace(address: Address, query: Query) {
    let target = target(address, &query);
    let _ = window().history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&target)));
    address.query.set(query);
}

fn target(address: Address, query: &Query) -> String {
    let (path, text) = (address.path(), query.to_string());
    if text == "?" { path } else { path + &text }
}

/// Shows another part of time on this page.
pub fn show_view(address: Address, view: View) {
    show(address, address.query.with_untracked(|query| view.in_query(query)));
}

/// Shows the range again that a part of time was chosen in.
pub fn unzoom(address: Address) {
    show(address, address.query.with_untracked(unzoomed));
}

/// Goes to another page.
pub fn open(path: &str) {
    let _ = window().location().set_href(path);
}
