//! The functions that come of one with `#[cached]`: itself, and those beside it.

use crate::{
    arguments::Cached,
    declaration::{declaration, space_name},
    function::{Function, Output, mentions},
    template::Template,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::{FnArg, Pat, ReceiverKind, Signature};

/// What the functions are made of.
pub(crate) struct Siblings<'item> {
    pub function: &'item Function<'item>,
    pub said: &'item Cached,
    pub key: &'item Template,
    pub tags: &'item [Template],
}

impl Siblings<'_> {
    /// The function itself: asks the cache first.
    pub(crate) fn cached(&self) -> TokenStream {
        let item = self.function.item;
        let (attributes, visibility) = (&item.attrs, &item.vis);
        let signature = self.signature(&item.sig.ident);
        let declaration = declaration(self.said.space.as_ref(), Some(self.key));
        let [key, found, space, compute] = ours(["key", "found", "space", "compute"]);
        let (key_expression, lookup, computation) = (self.key.expression(), self.lookup(), self.computation());
        let (entry, compute_uncached) = (self.entry(&space, &key), self.finish(&quote!(#compute().await)));
        let answer = self.finish(&self.question(&entry, &compute));
        quote! {
            #(#attributes)*
            #visibility #signature {
                #declaration
                let #key = #key_expression;
                let #found = #lookup;
                let #compute = #computation;
                match #found {
                    ::core::option::Option::Some(#space) => #answer,
                    ::core::option::Option::None => #compute_uncached,
                }
            }
        }
    }

    /// What was written, under another name.
    pub(crate) fn uncached(&self) -> TokenStream {
        let item = self.function.item;
        let mut signature = item.sig.clone();
        signature.ident = self.sibling("uncached");
        let (shared, visibility, block) = (self.function.shared_attributes(), &item.vis, &item.block);
        // The cache is a parameter for our sake: that the body does not use it is no mistake.
        let caches =
            self.function.parameters.iter().filter(|parameter| parameter.is_cache).map(|parameter| parameter.name);
        let documentation = format!("[`{0}`](Self::{0}) without a look at the cache.", item.sig.ident);
        let documentation = self.documentation(&documentation);
        quote! {
            #(#shared)*
            #documentation
            #[allow(dead_code)]
            #visibility #signature {
                #(let _ = &#caches;)*
                #block
            }
        }
    }

    /// Computes anew, and keeps it.
    pub(crate) fn refresh(&self) -> TokenStream {
        let item = self.function.item;
        let (shared, visibility) = (self.function.shared_attributes(), &item.vis);
        let signature = self.signature(&self.sibling("refresh"));
        let documentation = format!(
            "Computes what [`{0}`](Self::{0}) answers to these arguments and keeps it, whatever was kept before.",
            item.sig.ident
        );
        let documentation = self.documentation(&documentation);
        let [key, found, space, outcome, value] = ours(["key", "found", "space", "outcome", "value"]);
        let (key_expression, lookup, entry) = (self.key.expression(), self.lookup(), self.entry(&space, &key));
        let call = self.call();
        let keep = quote!(::miorai_cache::generated::keep(#entry.set(#value).await));
        let keep = match self.function.output {
            Output::Plain => quote!({ let #value = &#outcome; #keep }),
            Output::Result => quote!(if let ::core::result::Result::Ok(#value) = &#outcome { #keep }),
            Output::OptionalResult => quote! {
                match &#outcome {
                    ::core::result::Result::Ok(::core::option::Option::Some(#value)) => #keep,
                    ::core::result::Result::Ok(::core::option::Option::None) => {
                        ::miorai_cache::generated::keep(#space.delete(&#key).await);
                    }
                    ::core::result::Result::Err(_) => {}
                }
            },
        };
        quote! {
            #(#shared)*
            #documentation
            #[allow(dead_code)]
            #visibility #signature {
                let #key = #key_expression;
                let #found = #lookup;
                let #outcome = #call;
                if let ::core::option::Option::Some(#space) = #found {
                    #keep
                }
                #outcome
            }
        }
    }

    /// Drops what is kept of one call.
    pub(crate) fn invalidate(&self, skip: &[Ident]) -> TokenStream {
        let item = self.function.item;
        let (shared, visibility) = (self.function.shared_attributes(), &item.vis);
        let mut signature = self.signature(&self.sibling("invalidate"));
        let cache = &self.function.cache;
        let is_left_out = |argument: &FnArg| match argument {
            FnArg::Typed(argument) => match &*argument.pat {
                Pat::Ident(pattern) => {
                    skip.contains(&pattern.ident) && !mentions(cache.to_token_stream(), &pattern.ident)
                }
                _ => false,
            },
            FnArg::Receiver(_) => false,
        };
        signature.inputs = signature.inputs.into_iter().filter(|argument| !is_left_out(argument)).collect();
        signature.output = syn::parse_quote!(-> ::core::result::Result<bool, ::miorai_cache::CacheError>);
        let documentation = format!(
            "Drops what is kept of [`{0}`](Self::{0}) with these arguments; whether something was.",
            item.sig.ident
        );
        let documentation = self.documentation(&documentation);
        let (key, space) = (self.key.expression(), space_name(self.said.space.as_ref()));
        quote! {
            #(#shared)*
            #documentation
            #[allow(dead_code)]
            #visibility #signature {
                ::miorai_cache::HasCache::cache(&(#cache)).space(#space)?.delete(#key).await
            }
        }
    }

    /// The signature under another name; parameters need not be mutable, because the body is elsewhere.
    fn signature(&self, name: &Ident) -> Signature {
        let mut signature = self.function.item.sig.clone();
        signature.ident = name.clone();
        for argument in &mut signature.inputs {
            match argument {
                FnArg::Receiver(receiver) if !matches!(receiver.kind, ReceiverKind::Reference(..)) => {
                    receiver.mutability = None;
                }
                FnArg::Typed(argument) => {
                    if let Pat::Ident(pattern) = &mut *argument.pat {
                        pattern.mutability = None;
                    }
                }
                FnArg::Receiver(_) => {}
            }
        }
        signature
    }

    /// The name of a function beside this one.
    pub(crate) fn sibling(&self, what: &str) -> Ident {
        format_ident!("{}_{what}", self.function.item.sig.ident)
    }

    /// Links in documentation: methods are under `Self`, functions beside it.
    fn documentation(&self, text: &str) -> TokenStream {
        let text = if self.function.receiver.is_some() { text.to_owned() } else { text.replace("Self::", "") };
        quote!(#[doc = #text])
    }
}

/// Names that the function's own names cannot meet.
pub(crate) fn ours<const N: usize>(names: [&str; N]) -> [Ident; N] {
    names.map(|name| Ident::new(name, Span::mixed_site()))
}
