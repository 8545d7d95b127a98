//! How the functions look into the cache, and how they compute.

use crate::{
    declaration::{duration_expression, space_name},
    function::{Output, Parameter},
    siblings::{Siblings, ours},
    template::Template,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use std::time::Duration;
use syn::{ReceiverKind, Type, spanned::Spanned as _};

impl Siblings<'_> {
    /// The space, unless it is not known.
    pub(crate) fn lookup(&self) -> TokenStream {
        let (cache, space) = (&self.function.cache, space_name(self.said.space.as_ref()));
        quote!(::miorai_cache::generated::space(::miorai_cache::HasCache::cache(&(#cache)), #space))
    }

    /// The entry, with what is said of it.
    pub(crate) fn entry(&self, space: &Ident, key: &Ident) -> TokenStream {
        let said = self.said;
        let option = |name: &str, duration: Option<Duration>| {
            let name = Ident::new(name, Span::call_site());
            duration.map(duration_expression).map(|duration| quote!(.#name(#duration)))
        };
        let options = [
            option("ttl", said.ttl),
            option("stale_while_revalidate", said.stale_while_revalidate),
            option("stale_if_error", said.stale_if_error),
            option("negative_ttl", said.negative.as_ref().map(|(_, duration)| *duration)),
        ];
        let options = options.into_iter().flatten();
        let tags = (!self.tags.is_empty()).then(|| {
            let tags = self.tags.iter().map(Template::expression);
            quote!(.tags([#(#tags),*]))
        });
        quote!(#space.entry(&#key) #(#options)* #tags)
    }

    /// The question for the entry.
    pub(crate) fn question(&self, entry: &TokenStream, compute: &Ident) -> TokenStream {
        let behind = self.is_refreshed_behind().then(|| quote!(.refresh_behind()));
        let ask = match self.function.output {
            Output::OptionalResult => quote!(get_or_compute_optional),
            Output::Plain | Output::Result => quote!(get_or_compute),
        };
        quote!(#entry #behind.#ask(#compute).await)
    }

    /// A closure that computes.
    pub(crate) fn computation(&self) -> TokenStream {
        let (own, pass) = if self.is_refreshed_behind() { self.owned() } else { (Vec::new(), self.passed()) };
        let (path, turbofish) = (self.path(), self.function.turbofish());
        let call = quote!(#path #turbofish(#(#pass),*).await);
        let call = match self.function.output {
            Output::Plain => quote!(::core::result::Result::Ok::<_, ::core::convert::Infallible>(#call)),
            Output::Result | Output::OptionalResult => call,
        };
        quote! {
            move || {
                #(#own)*
                async move { #call }
            }
        }
    }

    /// Whether what is computed anew may live longer than the call: then it must own what it needs.
    fn is_refreshed_behind(&self) -> bool {
        self.said.stale_while_revalidate.is_some()
    }

    /// Statements that make parameters owned, and what is passed then.
    fn owned(&self) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let [this] = ours(["this"]);
        let (mut own, mut pass) = (Vec::new(), Vec::new());
        if let Some(receiver) = self.function.receiver {
            let span = match &receiver.kind {
                ReceiverKind::Reference(..) => Some(receiver.self_token.span),
                ReceiverKind::Typed(_, kind) if matches!(**kind, Type::Reference(_)) => Some(kind.span()),
                _ => None,
            };
            if let Some(span) = span {
                own.push(quote_spanned!(span=> let #this = ::std::borrow::ToOwned::to_owned(self);));
                pass.push(quote!(&#this));
            } else {
                pass.push(quote!(self));
            }
        }
        for Parameter { name, kind, .. } in &self.function.parameters {
            if matches!(kind, Type::Reference(_)) {
                own.push(quote_spanned!(kind.span()=> let #name = ::std::borrow::ToOwned::to_owned(#name);));
                pass.push(quote!(&#name));
            } else {
                pass.push(quote!(#name));
            }
        }
        (own, pass)
    }

    /// The parameters as they came.
    fn passed(&self) -> Vec<TokenStream> {
        let this = self.function.receiver.map(|_| quote!(self));
        let names = self.function.parameters.iter().map(|parameter| parameter.name.to_token_stream());
        this.into_iter().chain(names).collect()
    }

    /// What the closure gives, as the function gives it.
    pub(crate) fn finish(&self, answer: &TokenStream) -> TokenStream {
        match self.function.output {
            Output::Plain => quote! {
                match #answer {
                    ::core::result::Result::Ok(value) => value,
                    ::core::result::Result::Err(never) => match never {},
                }
            },
            Output::Result | Output::OptionalResult => answer.clone(),
        }
    }

    /// The function as it was written, called with the parameters of this call.
    pub(crate) fn call(&self) -> TokenStream {
        let (path, turbofish, pass) = (self.path(), self.function.turbofish(), self.passed());
        quote!(#path #turbofish(#(#pass),*).await)
    }

    fn path(&self) -> TokenStream {
        let name = self.sibling("uncached");
        if self.function.receiver.is_some() { quote!(Self::#name) } else { quote!(#name) }
    }
}
