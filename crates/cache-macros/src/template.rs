//! Texts with values of parameters in them: `"tournament:{id}:{page.number}"`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use std::str::FromStr;
use syn::{Ident, Index, LitStr, Member};

/// What a text is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It names one entry or tag.
    Name,
    /// It may be a glob.
    Pattern,
}

/// A text, taken apart.
pub(crate) struct Template {
    /// Where mistakes in it are shown.
    span: Span,
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// Module and name of the function.
    Function(String),
    /// A parameter, and the way from it to the value.
    Value {
        parameter: String,
        fields: Vec<String>,
    },
}

impl Template {
    /// Takes a text apart; whether its values name parameters is checked against `known`.
    pub(crate) fn new(literal: &LitStr, usage: Use, known: &[String]) -> syn::Result<Self> {
        let pieces = pieces(&literal.value()).map_err(|message| syn::Error::new(literal.span(), message))?;
        for piece in &pieces {
            match piece {
                Piece::Text(text) => {
                    if let (Use::Name, Some(found)) = (usage, text.find(is_glob)) {
                        let found = &text[found..=found];
                        let message = format!(
                            "`{found}` makes a pattern of it, and here a single entry is named; patterns are for `#[invalidates]`"
                        );
                        return Err(syn::Error::new(literal.span(), message));
                    }
                }
                Piece::Value { parameter, .. } if !known.contains(parameter) => {
                    return Err(syn::Error::new(literal.span(), unknown_parameter(parameter, known)));
                }
                Piece::Value { .. } | Piece::Function(_) => {}
            }
        }
        Ok(Self { span: literal.span(), pieces })
    }

    /// A key of a function's name and the parameters that differ from call to call.
    pub(crate) fn of_call(function: &Ident, parameters: impl Iterator<Item = String>) -> Self {
        let values = parameters
            .flat_map(|parameter| [Piece::Text(":".to_owned()), Piece::Value { parameter, fields: Vec::new() }]);
        let pieces = std::iter::once(Piece::Function(function.to_string())).chain(values).collect();
        Self { span: function.span(), pieces }
    }

    /// The text as it was written, as a constant expression.
    pub(crate) fn schema(&self) -> TokenStream {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => quote!(#text),
            Piece::Function(name) => function_name(name),
            Piece::Value { parameter, fields } => {
                let way = [std::slice::from_ref(parameter), fields].concat().join(".");
                let value = format!("{{{way}}}");
                quote!(#value)
            }
        });
        quote!(::core::concat!(#(#pieces),*))
    }

    /// Whether more than one entry can match.
    pub(crate) fn is_glob(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Text(text) if text.contains(is_glob)))
    }

    /// Whether a value of this parameter is in it.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Value { parameter, .. } if parameter == name))
    }

    /// The expression that makes the text of the values.
    pub(crate) fn expression(&self) -> TokenStream {
        let span = self.span;
        let steps = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => quote!(.text(#text)),
            Piece::Function(name) => {
                let name = function_name(name);
                quote!(.text(#name))
            }
            Piece::Value { parameter, fields } => {
                let parameter = identifier(parameter, span);
                let fields = fields.iter().map(|field| member(field, span));
                quote_spanned!(span=> .value(&#parameter #(.#fields)*))
            }
        });
        quote!(::miorai_cache::key::KeyText::new() #(#steps)* .finish())
    }
}

/// Signs that make a glob of a text.
fn is_glob(sign: char) -> bool {
    matches!(sign, '*' | '?' | '[' | ']' | '\\')
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        if rest[at..].starts_with('}') {
            return Err("a `}` without a `{` before it".to_owned());
        }
        if at > 0 {
            pieces.push(Piece::Text(rest[..at].to_owned()));
        }
        let inside = &rest[at + 1..];
        let end = inside
            .find(['{', '}'])
            .filter(|end| inside[*end..].starts_with('}'))
            .ok_or_else(|| format!("the `{{` in `{}` is not closed", &rest[at..]))?;
        pieces.push(value(&inside[..end])?);
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// `player.rating.0`
fn value(text: &str) -> Result<Piece, String> {
    let mut way = text.split('.').map(str::trim);
    let parameter = way.next().unwrap_or_default().to_owned();
    let fields: Vec<String> = way.map(str::to_owned).collect();
    let is_name = |name: &str| name == "self" || syn::parse_str::<Ident>(name).is_ok();
    if !is_name(&parameter) {
        return Err(format!("`{{{text}}}` does not name a parameter: write `{{name}}` or `{{name.field}}`"));
    }
    match fields.iter().find(|field| !is_name(field) && u32::from_str(field).is_err()) {
        Some(field) => Err(format!("`{field}` in `{{{text}}}` is not a field's name")),
        None => Ok(Piece::Value { parameter, fields }),
    }
}

fn function_name(name: &str) -> TokenStream {
    quote!(::core::concat!(::core::module_path!(), "::", #name))
}

fn identifier(name: &str, span: Span) -> TokenStream {
    let name = Ident::new(name, span);
    quote!(#name)
}

fn member(name: &str, span: Span) -> Member {
    match u32::from_str(name) {
        Ok(index) => Member::Unnamed(Index { index, span }),
        Err(_) => Member::Named(Ident::new(name, span)),
    }
}

fn unknown_parameter(name: &str, known: &[String]) -> String {
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("there is no parameter `{name}`; did you mean `{near}`?"),
        None if known.is_empty() => format!("there is no parameter `{name}`: the function has none"),
        None => format!("there is no parameter `{name}`; there are `{}`", known.join("`, `")),
    }
}

/// Of what is known, what was probably meant.
pub(crate) fn nearest<'known>(name: &str, known: impl Iterator<Item = &'known str>) -> Option<&'known str> {
    known
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, known)| *distance <= known.chars().count().max(name.chars().count()).div_ceil(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    fn value(parameter: &str, fields: &[&str]) -> Piece {
        Piece::Value { parameter: parameter.to_owned(), fields: fields.iter().map(|&field| field.to_owned()).collect() }
    }

    #[test]
    fn a_text_is_taken_apart() {
        let all = pieces("tournament:{id}:{page.number}{point.0.x}.");
        let expected = [
            text("tournament:"),
            value("id", &[]),
            text(":"),
            value("page", &["number"]),
            value("point", &["0", "x"]),
            text("."),
        ];
        assert_eq!(all.unwrap(), expected);
        assert_eq!(pieces("").unwrap(), []);
    }

    #[test]
    fn what_is_not_a_template_is_refused_with_a_reason() {
        for (bad, reason) in [
            ("a:{id", "not closed"),
            ("a:{id:{b}", "not closed"),
            ("a:id}", "without a `{`"),
            ("a:{}", "does not name a parameter"),
            ("a:{1}", "does not name a parameter"),
            ("a:{a b}", "does not name a parameter"),
            ("a:{a.}", "not a field's name"),
            ("a:{a.b()}", "not a field's name"),
        ] {
            let message = pieces(bad).unwrap_err();
            assert!(message.contains(reason), "{bad}: {message}");
        }
    }

    #[test]
    fn the_nearest_name_is_one_that_is_near() {
        let known = || ["tournament", "player", "id"].into_iter();
        assert_eq!(nearest("tournamnet", known()), Some("tournament"));
        assert_eq!(nearest("ids", known()), Some("id"));
        assert_eq!(nearest("score", known()), None);
    }
}
