//! `#[cached]`: what is wrong with it, and the code in place of the function.

use crate::{
    arguments::Cached,
    function::{Function, Output, mentions},
    siblings::Siblings,
    template::{Template, Use, nearest},
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{GenericParam, ItemFn, ReceiverKind, Type, TypeReference, ext::IdentExt as _};

pub(crate) fn expand(arguments: TokenStream, item: &ItemFn) -> syn::Result<TokenStream> {
    let said: Cached = syn::parse2(arguments)?;
    let function = Function::new(item, said.cache.as_ref())?;
    let skip = said.skip.as_deref().unwrap_or_default();
    check_references(&function)?;
    check_negative(&function, &said)?;
    check_skip(&function, skip)?;
    let key = key(&function, &said, skip)?;
    check_key(&function, &key, skip)?;
    let known = function.names();
    let tags = said.tags.iter().flatten().map(|tag| Template::new(tag, Use::Name, &known));
    let tags = tags.collect::<syn::Result<Vec<_>>>()?;

    let siblings = Siblings { function: &function, said: &said, key: &key, tags: &tags };
    let code = [siblings.cached(), siblings.uncached(), siblings.refresh(), siblings.invalidate(skip)];
    Ok(quote!(#(#code)*))
}

/// A function that changes what it is given has an effect that a hit would not have.
fn check_references(function: &Function<'_>) -> syn::Result<()> {
    let message = "what is cached is not always run, so it must not change what it is given: take `&`, or a value";
    if let Some(ReceiverKind::Reference(_, _, Some(mutable))) = function.receiver.map(|receiver| &receiver.kind) {
        return Err(syn::Error::new(mutable.span, message));
    }
    let mut mutable = function.parameters.iter().filter_map(|parameter| match parameter.kind {
        Type::Reference(TypeReference { mutability, .. }) => mutability.as_ref(),
        _ => None,
    });
    mutable.next().map_or(Ok(()), |mutable| Err(syn::Error::new(mutable.span, message)))
}

fn check_negative(function: &Function<'_>, said: &Cached) -> syn::Result<()> {
    match &said.negative {
        Some((name, _)) if function.output != Output::OptionalResult => {
            let message =
                "`negative` is for functions that give `Result<Option<T>, E>`: it says how long `None` is kept";
            Err(syn::Error::new(name.span(), message))
        }
        _ => Ok(()),
    }
}

fn check_skip(function: &Function<'_>, skip: &[Ident]) -> syn::Result<()> {
    let generics = &function.item.sig.generics;
    let types = generics.type_params().map(|parameter| parameter.ident.to_string());
    let known: Vec<String> = function.names().into_iter().chain(types).collect();
    match skip.iter().find(|name| !known.contains(&name.unraw().to_string())) {
        None => Ok(()),
        Some(name) => {
            let near = nearest(&name.to_string(), known.iter().map(String::as_str))
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(syn::Error::new(name.span(), format!("there is no parameter `{name}`{near}")))
        }
    }
}

/// The key as it is said, or made of the function's name and its parameters.
fn key(function: &Function<'_>, said: &Cached, skip: &[Ident]) -> syn::Result<Template> {
    if let Some(key) = &said.key {
        return Template::new(key, Use::Name, &function.names());
    }
    let name = &function.item.sig.ident;
    if function.receiver.is_some() {
        let message = "a method needs a `key`: another type of this module may have a method of the same name";
        return Err(syn::Error::new(name.span(), message));
    }
    let parameters =
        function.parameters.iter().filter(|parameter| !parameter.is_cache && !skip.contains(parameter.name));
    Ok(Template::of_call(name, parameters.map(|parameter| parameter.name.unraw().to_string())))
}

/// Calls that differ have keys that differ.
fn check_key(function: &Function<'_>, key: &Template, skip: &[Ident]) -> syn::Result<()> {
    let is_in_key = |name: &Ident| key.names(&name.unraw().to_string());
    if let Some(name) = skip.iter().find(|name| is_in_key(name)) {
        let message = format!("`{name}` is in the key, so it is not skipped");
        return Err(syn::Error::new(name.span(), message));
    }
    for parameter in &function.parameters {
        let name = parameter.name;
        if !parameter.is_cache && !skip.contains(name) && !is_in_key(name) {
            let message = format!(
                "calls that differ in `{name}` would share one entry: write `{{{name}}}` into the key, or say `skip({name})` when it does not change the answer"
            );
            return Err(syn::Error::new(name.span(), message));
        }
    }
    for generic in &function.item.sig.generics.params {
        let (kind, name) = match generic {
            GenericParam::Type(generic) => ("type", &generic.ident),
            GenericParam::Const(generic) => ("constant", &generic.ident),
            GenericParam::Lifetime(_) => continue,
        };
        let mut known = function.parameters.iter().filter(|parameter| is_in_key(parameter.name) || parameter.is_cache);
        let is_known = is_in_key(name) || known.any(|parameter| mentions(parameter.kind.to_token_stream(), name));
        if !is_known && !skip.contains(name) {
            let message = format!(
                "calls that differ in the {kind} `{name}` would share one entry: say `skip({name})` when it does not change the answer"
            );
            return Err(syn::Error::new(name.span(), message));
        }
    }
    Ok(())
}
