//! The attribute macros of `miorai-cache`: [`macro@cached`] keeps what a function answers, [`macro@invalidates`] clears
//! what a function has made out of date. Use them as `miorai_cache::{cached, invalidates}`.
//!
//! ```text
//! attribute ──► arguments   what is said in the parentheses
//! function ───► function    its parameters, how it is called, what it gives
//! literals ───► template    "tournament:{id}" in pieces, checked against the parameters
//!                  └──────► cached, invalidates: the code in place of the function
//! ```
//!
//! No cache is global. It is found at the call: by `cache = EXPR` where that is said, else `self`, else the parameter
//! named `cache`; what is found must be a `miorai_cache::HasCache`.

mod arguments;
mod cached;
mod computation;
mod declaration;
mod function;
mod invalidates;
mod siblings;
mod template;

use proc_macro::TokenStream;
use quote::quote;

/// Keeps what an asynchronous function or method answers.
///
/// ```ignore
/// #[cached(ttl = "5m", key = "tournament:{id}", tags = ["tournament:{id}"])]
/// async fn tournament(&self, id: i64) -> Result<Tournament, Error> { … }
/// ```
///
/// | argument | meaning | otherwise |
/// |---|---|---|
/// | `space = "name"` | the space in which entries are kept | `default` |
/// | `space(name = "…", ttl = "…", prefix = "…")` | declares a space of one's own, and uses it | |
/// | `ttl = "5m"` | how long an entry lives | as its space says |
/// | `key = "…{id}…"` | the key; `{id}`, `{player.id}`, `{0.id}` stand for values of parameters | `module::function` and all parameters |
/// | `tags = ["…{id}"]` | tags by which entries can be cleared | none |
/// | `stale_while_revalidate = "30s"` | how long an entry is given out after its time while it is computed anew behind | as its space says |
/// | `stale_if_error = "1h"` | the same when computing it anew fails | as its space says |
/// | `negative = "30s"` | how long `Ok(None)` is remembered, for `Result<Option<T>, E>` | as its space says |
/// | `skip(a, b)` | parameters that do not change the answer | none |
/// | `cache = EXPR` | where the cache is | `self`, or the parameter `cache` |
///
/// Values in keys are escaped: no value can reach the entry of another call. A function that gives a `Result` keeps only
/// what was successful; its error is its own. A free function needs no key of its own; a method does, because two types
/// of one module may have methods of one name. With `stale_while_revalidate` an answer is computed anew behind its
/// callers, so the computation owns what it needs: `self` and borrowed parameters are cloned when, and only when,
/// something is computed.
///
/// Beside the function `f` there are then, with the same parameters: `f_uncached` computes without a look at the cache;
/// `f_refresh` computes and keeps the answer whatever was kept before; `f_invalidate` drops what is kept of this call
/// (parameters in `skip` are left out).
#[proc_macro_attribute]
pub fn cached(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(cached::expand, arguments, item)
}

/// Clears, after an asynchronous function or method was successful, what it has made out of date.
///
/// ```ignore
/// #[invalidates("tournament:{id}", "standings:{id}:*", tags = ["player:{player}"])]
/// async fn withdraw(&self, id: i64, player: i64) -> Result<(), Error> { … }
/// ```
///
/// Each text is a key or, with `*`, `?` or `[…]` in it, a glob over keys. A key costs one deletion, a glob a walk over
/// the space: for what is cleared often, a tag is the better choice. Values in it are escaped, so that a value acts as
/// itself and never as a glob.
///
/// | argument | meaning | otherwise |
/// |---|---|---|
/// | `space = "name"` | the space that is cleared | `default` |
/// | `tags = ["…{id}"]` | clears the entries of these tags | none |
/// | `always` | clears also after an error | only after success |
/// | `cache = EXPR` | where the cache is | `self`, or the parameter `cache` |
///
/// Clearing that has begun goes through even when the caller goes away. When the cache fails, that is logged, and the
/// function's answer is as it was. One function may have several of these attributes.
#[proc_macro_attribute]
pub fn invalidates(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand(invalidates::expand, arguments, item)
}

/// An expansion of what is said in the parentheses, and the function behind it.
type Expansion = fn(proc_macro2::TokenStream, &syn::ItemFn) -> syn::Result<proc_macro2::TokenStream>;

fn expand(expansion: Expansion, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse::<syn::ItemFn>(item) {
        Ok(function) => function,
        Err(error) => return error.into_compile_error().into(),
    };
    let code = expansion(arguments.into(), &function).unwrap_or_else(|error| {
        // The function stays as it is, so that the mistake is the only thing that the compiler tells.
        let error = error.into_compile_error();
        quote!(#error #function)
    });
    code.into()
}
