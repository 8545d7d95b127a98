//! Statements without their values: what tells one statement from another, and what may be shown.
//!
//! Literals, parameters and comments are left out, lists become `(…)`. Two statements that differ in nothing else, or in
//! spaces and the case of words, have the same fingerprint. The tokenizer is that of `sqlparser`; what it cannot read,
//! such as a text that was cut in the middle of a string, ends in `…`, and nothing of that string is shown.

mod lists;
mod summary;

use self::{
    lists::lists_shortened,
    summary::{CHANGES, operations, summary},
};
use sqlparser::{
    dialect::{Dialect, PostgreSqlDialect, SQLiteDialect},
    keywords::Keyword,
    tokenizer::{Token, Tokenizer, Word},
};

/// The most of a text that is looked at, in bytes.
const LOOKED_AT: usize = 64 * 1_024;
/// The most of a normalised text that is kept, in bytes.
const KEPT: usize = 4 * 1_024;
/// The most of a summary, in bytes: OpenTelemetry's advice is to keep it below 255.
const SUMMARY: usize = 120;
/// What is left out.
const LEFT_OUT: &str = "…";

/// A statement without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementText {
    /// The same for the same statement, on every machine.
    pub fingerprint: u64,
    /// The text.
    pub text: String,
    /// What is done and to what: `SELECT players matches`.
    pub summary: String,
    /// Whether it changes rows, so that rows affected are what counts.
    pub is_change: bool,
    /// Whether it stands alone: a list of statements has no plan.
    pub is_single: bool,
}

/// In which tongue a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// SQLite's.
    Sqlite,
    /// PostgreSQL's, which is also taken for those that are not known.
    Postgres,
}

/// `sql` without its values.
pub fn normalise(sql: &str, tongue: Tongue) -> StatementText {
    let mut pieces = Pieces::default();
    pieces.read(beginning(sql, LOOKED_AT), tongue);
    if sql.len() > LOOKED_AT {
        pieces.push(Piece::new(Sort::Symbol, LEFT_OUT, false));
    }
    let pieces = lists_shortened(pieces.0);
    StatementText {
        fingerprint: fingerprint(&pieces),
        text: shown(&pieces),
        summary: summary(&pieces),
        is_change: operations(&pieces).any(|(_, word)| CHANGES.contains(&word)),
        is_single: !pieces.iter().rev().skip_while(|piece| piece.text == ";").any(|piece| piece.text == ";"),
    }
}

/// What a piece of a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// A keyword, in capital letters as far as it is compared.
    Keyword,
    /// A name.
    Name,
    /// A value or a parameter, always `?`.
    Value,
    /// A list of values, always `(…)` or `[…]`.
    List,
    /// Anything else.
    Symbol,
}

/// One token that is kept.
#[derive(Clone, Debug)]
struct Piece {
    sort: Sort,
    text: String,
    /// Whether a space stood before it.
    is_apart: bool,
}

impl Piece {
    fn new(sort: Sort, text: impl Into<String>, is_apart: bool) -> Self {
        Self { sort, text: text.into(), is_apart }
    }

    /// The word in capital letters that it is, if it is one and not in quotes.
    fn word(&self) -> Option<String> {
        matches!(self.sort, Sort::Keyword | Sort::Name).then(|| self.text.to_ascii_uppercase())
    }

    fn is(&self, symbol: &str) -> bool {
        self.sort == Sort::Symbol && self.text == symbol
    }

    /// Whether a list of values may contain it.
    fn is_of_list(&self) -> bool {
        match self.sort {
            Sort::Value | Sort::List => true,
            Sort::Symbol => ["(", ")", ",", "::", "[", "]"].contains(&self.text.as_str()),
            Sort::Keyword => {
                ["NULL", "DEFAULT", "TRUE", "FALSE", "ARRAY", "ROW"].contains(&self.text.to_ascii_uppercase().as_str())
            }
            Sort::Name => false,
        }
    }
}

/// The pieces of a statement so far.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn read(&mut self, sql: &str, tongue: Tongue) {
        let dialect: &dyn Dialect = match tongue {
            Tongue::Sqlite => &SQLiteDialect {},
            Tongue::Postgres => &PostgreSqlDialect {},
        };
        let mut tokens = Vec::new();
        let whole = Tokenizer::new(dialect, sql).with_unescape(false).tokenize_with_location_into_buf(&mut tokens);
        let mut is_apart = false;
        let mut tokens = tokens.into_iter().map(|token| token.token).peekable();
        while let Some(token) = tokens.next() {
            let is_named = matches!(tokens.peek(), Some(Token::Word(_)));
            let piece = match token {
                Token::Whitespace(_) => {
                    is_apart = true;
                    continue;
                }
                Token::EOF => continue,
                Token::Word(word) => word_piece(word, is_apart),
                // A named parameter, `:name` or `@name`, is two tokens.
                Token::Colon | Token::AtSign if is_named => {
                    tokens.next();
                    Piece::new(Sort::Value, "?", is_apart)
                }
                token if is_value(&token) => Piece::new(Sort::Value, "?", is_apart),
                token => Piece::new(Sort::Symbol, token.to_string(), is_apart),
            };
            self.push(piece);
            is_apart = false;
        }
        if whole.is_err() {
            self.push(Piece::new(Sort::Symbol, LEFT_OUT, true));
        }
    }

    fn push(&mut self, mut piece: Piece) {
        if piece.sort == Sort::Value {
            if let Some(sign) = self.take_sign() {
                piece.is_apart = sign.is_apart;
            }
            // `'a' 'b'` is one string; `E'…'` and `B'…'` may come as a word and a string.
            if self.0.last().is_some_and(|last| last.sort == Sort::Value) {
                return;
            }
        }
        self.0.push(piece);
    }

    /// A sign before a value belongs to it, unless there is something to subtract from.
    fn take_sign(&mut self) -> Option<Piece> {
        let [.., before, sign] = self.0.as_slice() else { return None };
        let is_sign = sign.is("-") || sign.is("+");
        let has_left_side =
            matches!(before.sort, Sort::Name | Sort::Value | Sort::List) || before.is(")") || before.is("]");
        if is_sign && !has_left_side { self.0.pop() } else { None }
    }
}

fn word_piece(word: Word, is_apart: bool) -> Piece {
    let sort =
        if word.keyword == Keyword::NoKeyword || word.quote_style.is_some() { Sort::Name } else { Sort::Keyword };
    Piece::new(sort, word.to_string(), is_apart)
}

fn is_value(token: &Token) -> bool {
    matches!(
        token,
        Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::TripleSingleQuotedString(_)
            | Token::TripleDoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::DoubleQuotedByteStringLiteral(_)
            | Token::TripleSingleQuotedByteStringLiteral(_)
            | Token::TripleDoubleQuotedByteStringLiteral(_)
            | Token::SingleQuotedRawStringLiteral(_)
            | Token::DoubleQuotedRawStringLiteral(_)
            | Token::TripleSingleQuotedRawStringLiteral(_)
            | Token::TripleDoubleQuotedRawStringLiteral(_)
            | Token::NationalStringLiteral(_)
            | Token::QuoteDelimitedStringLiteral(_)
            | Token::NationalQuoteDelimitedStringLiteral(_)
            | Token::EscapedStringLiteral(_)
            | Token::UnicodeStringLiteral(_)
            | Token::HexStringLiteral(_)
            | Token::Placeholder(_)
            | Token::CopyData { .. }
    )
}

/// FNV-1a of 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>) over the words: it is the same for ever.
fn fingerprint(pieces: &[Piece]) -> u64 {
    let last = pieces.iter().rposition(|piece| !piece.is(";")).map_or(0, |last| last + 1);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for piece in &pieces[..last] {
        let is_folded = matches!(piece.sort, Sort::Keyword | Sort::Name) && !piece.text.starts_with('"');
        piece.text.bytes().for_each(|byte| take(if is_folded { byte.to_ascii_uppercase() } else { byte }));
        take(0);
    }
    hash
}

fn shown(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        if text.len() > KEPT {
            text.push_str(LEFT_OUT);
            break;
        }
        if piece.is_apart && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&piece.text);
    }
    text
}

/// The first `bytes` bytes, or fewer, so that no character is cut.
fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests;
