//! The code in place of a function with `#[invalidates]`.

use crate::{
    arguments::Invalidates,
    declaration::{declaration, space_name},
    function::{Function, Output},
    template::{Template, Use},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{ItemFn, LitStr, ReturnType, parse_quote};

pub(crate) fn expand(arguments: TokenStream, item: &ItemFn) -> syn::Result<TokenStream> {
    let said: Invalidates = syn::parse2(arguments)?;
    let function = Function::new(item, said.cache.as_ref())?;
    let known = function.names();
    let read = |literals: &[LitStr], usage| {
        literals.iter().map(|literal| Template::new(literal, usage, &known)).collect::<syn::Result<Vec<_>>>()
    };
    let tags = read(said.tags.as_deref().unwrap_or_default(), Use::Name)?;
    let (globs, keys): (Vec<_>, Vec<_>) = read(&said.patterns, Use::Pattern)?.into_iter().partition(Template::is_glob);
    let [keys, globs, tags] = [keys, globs, tags].map(|texts| {
        let texts = texts.iter().map(Template::expression);
        quote!(::std::vec![#(#texts),*])
    });

    let space = space_name(said.space.as_ref());
    let declaration = declaration(said.space.as_ref(), None);
    let (cache, block) = (&function.cache, &item.block);
    // Names of ours are not seen by the body, and the body's not by us.
    let [stale, outcome] = ["stale", "outcome"].map(|name| Ident::new(name, Span::mixed_site()));
    let is_success = match (said.always, function.output) {
        (Some(()), _) | (None, Output::Plain) => quote!(true),
        (None, Output::Result | Output::OptionalResult) => quote!(::core::result::Result::is_ok(&#outcome)),
    };
    let output = match &item.sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, kind) => kind.clone(),
    };
    let (attributes, visibility, signature) = (&item.attrs, &item.vis, &item.sig);
    Ok(quote! {
        #(#attributes)*
        #visibility #signature {
            #declaration
            let #stale = ::miorai_cache::generated::Stale {
                space: ::miorai_cache::generated::space(::miorai_cache::HasCache::cache(&(#cache)), #space),
                keys: #keys,
                globs: #globs,
                tags: #tags,
            };
            let #outcome: #output = async move #block.await;
            if #is_success {
                #stale.clear().await;
            }
            #outcome
        }
    })
}
