//! Copies a text.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/browser/copy.js")]
extern "C" {
    /// Puts a text where it can be pasted from.
    pub(crate) fn copy(text: &str);
}
