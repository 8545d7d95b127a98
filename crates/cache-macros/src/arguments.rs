//! What is said in the parentheses of the attributes.

use crate::template::nearest;
use proc_macro2::Span;
use std::time::Duration;
use syn::{
    Expr, Ident, LitFloat, LitInt, LitStr, Token, bracketed,
    ext::IdentExt as _,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    token::{Bracket, Paren},
};

/// The arguments of `#[cached]`.
#[derive(Default)]
pub(crate) struct Cached {
    pub space: Option<Space>,
    pub ttl: Option<Duration>,
    pub key: Option<LitStr>,
    pub tags: Option<Vec<LitStr>>,
    pub stale_while_revalidate: Option<Duration>,
    pub stale_if_error: Option<Duration>,
    /// With the name of the argument, for a message that points at it.
    pub negative: Option<(Ident, Duration)>,
    pub skip: Option<Vec<Ident>>,
    pub cache: Option<Expr>,
}

/// The arguments of `#[invalidates]`.
#[derive(Default)]
pub(crate) struct Invalidates {
    pub patterns: Vec<LitStr>,
    pub space: Option<Space>,
    pub tags: Option<Vec<LitStr>>,
    pub always: Option<()>,
    pub cache: Option<Expr>,
}

/// A space that is used, and perhaps declared.
pub(crate) struct Space {
    pub name: LitStr,
    pub declared: Option<DeclaredSpace>,
}

/// A space that is declared where it is used.
#[derive(Default)]
pub(crate) struct DeclaredSpace {
    pub ttl: Option<Duration>,
    pub prefix: Option<LitStr>,
    pub database: Option<LitInt>,
    pub hit_ratio_objective: Option<LitFloat>,
}

impl Parse for Cached {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut said = Self::default();
        each(input, |name, input| match name.to_string().as_str() {
            "space" => set(&mut said.space, name, space(input)?),
            "ttl" => set(&mut said.ttl, name, duration(input)?),
            "key" => set(&mut said.key, name, text(input)?),
            "tags" => set(&mut said.tags, name, texts(input)?),
            "stale_while_revalidate" => set(&mut said.stale_while_revalidate, name, duration(input)?),
            "stale_if_error" => set(&mut said.stale_if_error, name, duration(input)?),
            "negative" => set(&mut said.negative, name, (name.clone(), duration(input)?)),
            "skip" => set(&mut said.skip, name, names(input)?),
            "cache" => set(&mut said.cache, name, expression(input)?),
            _ => Err(unknown(
                name,
                &[
                    "space",
                    "ttl",
                    "key",
                    "tags",
                    "stale_while_revalidate",
                    "stale_if_error",
                    "negative",
                    "skip",
                    "cache",
                ],
            )),
        })?;
        Ok(said)
    }
}

impl Parse for Invalidates {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut said = Self::default();
        while input.peek(LitStr) {
            said.patterns.push(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        each(input, |name, input| match name.to_string().as_str() {
            "space" => set(&mut said.space, name, space(input)?),
            "tags" => set(&mut said.tags, name, texts(input)?),
            "always" => set(&mut said.always, name, ()),
            "cache" => set(&mut said.cache, name, expression(input)?),
            _ => Err(unknown(name, &["space", "tags", "always", "cache"])),
        })?;
        if said.patterns.is_empty() && said.tags.is_none() {
            let message = "say what becomes out of date: `#[invalidates(\"tournament:{id}\")]`";
            return Err(syn::Error::new(Span::call_site(), message));
        }
        Ok(said)
    }
}

/// Reads `name …, name …`; what follows a name is read by `read`.
fn each(input: ParseStream<'_>, mut read: impl FnMut(&Ident, ParseStream<'_>) -> syn::Result<()>) -> syn::Result<()> {
    while !input.is_empty() {
        read(&input.call(Ident::parse_any)?, input)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn set<T>(place: &mut Option<T>, name: &Ident, value: T) -> syn::Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new(name.span(), format!("`{name}` is said twice"))),
    }
}

fn unknown(name: &Ident, known: &[&str]) -> syn::Error {
    let message = match nearest(&name.to_string(), known.iter().copied()) {
        Some(near) => format!("there is no argument `{name}`; did you mean `{near}`?"),
        None => format!("there is no argument `{name}`; there are `{}`", known.join("`, `")),
    };
    syn::Error::new(name.span(), message)
}

fn text(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn texts(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    input.parse::<Token![=]>()?;
    if !input.peek(Bracket) {
        return Err(input.error("a list is wanted: `[\"tournament:{id}\"]`"));
    }
    let inside;
    bracketed!(inside in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?.into_iter().collect())
}

fn names(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let inside;
    parenthesized!(inside in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated_with(&inside, Ident::parse_any)?.into_iter().collect())
}

fn expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `"1h 30m"`
fn duration(input: ParseStream<'_>) -> syn::Result<Duration> {
    let literal = text(input)?;
    let wrong = |message| Err(syn::Error::new(literal.span(), message));
    match humantime::parse_duration(&literal.value()) {
        Ok(Duration::ZERO) => wrong("nothing lives for no time at all"),
        Ok(duration) => Ok(duration),
        Err(_) => wrong("this is not a duration: write it as `90s`, `5m`, `1h 30m` or `7d`"),
    }
}

fn space(input: ParseStream<'_>) -> syn::Result<Space> {
    if !input.peek(Paren) {
        return Ok(Space { name: text(input)?, declared: None });
    }
    let inside;
    let parenthesis = parenthesized!(inside in input);
    let (mut name, mut declared) = (None, DeclaredSpace::default());
    each(&inside, |argument, input| match argument.to_string().as_str() {
        "name" => set(&mut name, argument, text(input)?),
        "ttl" => set(&mut declared.ttl, argument, duration(input)?),
        "prefix" => set(&mut declared.prefix, argument, text(input)?),
        "database" => {
            input.parse::<Token![=]>()?;
            set(&mut declared.database, argument, input.parse()?)
        }
        "hit_ratio_objective" => {
            input.parse::<Token![=]>()?;
            set(&mut declared.hit_ratio_objective, argument, input.parse()?)
        }
        _ => Err(unknown(argument, &["name", "ttl", "prefix", "database", "hit_ratio_objective"])),
    })?;
    let missing = |what| syn::Error::new(parenthesis.span.join(), format!("a space that is declared needs {what}"));
    let name = name.ok_or_else(|| missing("a `name`"))?;
    if declared.ttl.is_none() {
        return Err(missing("a `ttl`"));
    }
    Ok(Space { name, declared: Some(declared) })
}
