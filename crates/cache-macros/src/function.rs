//! The function behind an attribute: its parameters, how it is called, what it gives.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, GenericParam, Ident, ItemFn, Pat, PathArguments, Receiver, ReturnType,
    Type, ext::IdentExt as _, parse_quote, punctuated::Punctuated, spanned::Spanned as _,
};

/// A function, looked at.
pub(crate) struct Function<'item> {
    pub item: &'item ItemFn,
    pub receiver: Option<&'item Receiver>,
    pub parameters: Vec<Parameter<'item>>,
    pub output: Output,
    /// Where the cache is.
    pub cache: Expr,
}

/// A parameter that is not `self`.
pub(crate) struct Parameter<'item> {
    pub name: &'item Ident,
    pub kind: &'item Type,
    /// Whether the cache is found by it.
    pub is_cache: bool,
}

/// What the function gives, as far as can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// A value.
    Plain,
    /// `Result<T, E>`
    Result,
    /// `Result<Option<T>, E>`
    OptionalResult,
}

impl<'item> Function<'item> {
    /// Looks at a function whose cache is found by `cache`, where that is said.
    pub(crate) fn new(item: &'item ItemFn, cache: Option<&Expr>) -> syn::Result<Self> {
        if item.sig.asyncness.is_none() {
            let message = "this works on asynchronous functions: write `async fn`";
            return Err(syn::Error::new(item.sig.fn_token.span, message));
        }
        let receiver = item.sig.receiver();
        let mut parameters = item.sig.inputs.iter().filter_map(parameter).collect::<syn::Result<Vec<_>>>()?;
        let cache = match cache {
            Some(cache) => cache.clone(),
            None if receiver.is_some() => parse_quote!(self),
            None if parameters.iter().any(|parameter| parameter.name == "cache") => parse_quote!(cache),
            None => {
                let message =
                    "where is the cache? Say `cache = EXPR` in the attribute, or take a parameter named `cache`";
                return Err(syn::Error::new(item.sig.ident.span(), message));
            }
        };
        for parameter in &mut parameters {
            parameter.is_cache = mentions(cache.to_token_stream(), parameter.name);
        }
        Ok(Self { item, receiver, parameters, output: output(&item.sig.output)?, cache })
    }

    /// The names that may stand in a template.
    pub(crate) fn names(&self) -> Vec<String> {
        let this = self.receiver.map(|_| "self".to_owned());
        let constants = self.item.sig.generics.const_params().map(|constant| constant.ident.to_string());
        let parameters = self.parameters.iter().map(|parameter| parameter.name.unraw().to_string());
        parameters.chain(constants).chain(this).collect()
    }

    /// Generic parameters as arguments of a call (`::<T, N>`), without lifetimes.
    pub(crate) fn turbofish(&self) -> TokenStream {
        let mut arguments = Punctuated::<&Ident, syn::Token![,]>::new();
        for parameter in &self.item.sig.generics.params {
            match parameter {
                GenericParam::Type(parameter) => arguments.push(&parameter.ident),
                GenericParam::Const(parameter) => arguments.push(&parameter.ident),
                GenericParam::Lifetime(_) => {}
            }
        }
        if arguments.is_empty() { TokenStream::new() } else { quote!(::<#arguments>) }
    }

    /// Attributes that hold for everything that is made of the function: conditions and permissions.
    pub(crate) fn shared_attributes(&self) -> impl Iterator<Item = &'item Attribute> + use<'item> {
        self.item.attrs.iter().filter(|attribute| ["cfg", "allow"].iter().any(|name| attribute.path().is_ident(name)))
    }
}

/// Whether a name stands in an expression.
pub(crate) fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

fn parameter(argument: &FnArg) -> Option<syn::Result<Parameter<'_>>> {
    let FnArg::Typed(argument) = argument else { return None };
    Some(match &*argument.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
            Ok(Parameter { name: &pattern.ident, kind: &argument.ty, is_cache: false })
        }
        pattern => Err(syn::Error::new(pattern.span(), "give the parameter a name, and take it apart in the body")),
    })
}

fn output(output: &ReturnType) -> syn::Result<Output> {
    let ReturnType::Type(_, kind) = output else { return Ok(Output::Plain) };
    if let Type::ImplTrait(kind) = &**kind {
        return Err(syn::Error::new(kind.span(), "name the type: what it is must be known to be kept"));
    }
    let Some(arguments) = named(kind, "Result") else { return Ok(Output::Plain) };
    let is_optional = match arguments {
        PathArguments::AngleBracketed(arguments) => {
            matches!(arguments.args.first(), Some(GenericArgument::Type(kind)) if named(kind, "Option").is_some())
        }
        _ => false,
    };
    Ok(if is_optional { Output::OptionalResult } else { Output::Result })
}

/// The generic arguments of a type of this name.
fn named<'kind>(kind: &'kind Type, name: &str) -> Option<&'kind PathArguments> {
    let Type::Path(path) = kind else { return None };
    path.path.segments.last().filter(|segment| segment.ident == name).map(|segment| &segment.arguments)
}
