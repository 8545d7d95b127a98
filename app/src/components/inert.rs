//! Parts of a page that never change: the server renders them, the browser leaves them as they are and needs no code
//! for them.

use leptos::prelude::*;

/// What `view` is as HTML, for `inner_html` of the element around it; in the browser nothing, which changes nothing
/// there.
pub(crate) fn inert<V: IntoView>(view: impl FnOnce() -> V) -> String {
    #[cfg(feature = "ssr")]
    {
        view().to_html()
    }
    #[cfg(not(feature = "ssr"))]
    {
        // The type is known, the code is not called and so not kept.
        drop(view);
        String::new()
    }
}
