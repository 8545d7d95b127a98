//! What a statement does and to what, in few words, as OpenTelemetry wants `db.query.summary`.

use super::{Piece, SUMMARY};

/// Words that say that rows are changed.
pub(super) const CHANGES: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"];
/// Words that say what is done, where a statement or a part of it begins.
const OPERATIONS: [&str; 22] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "REPLACE",
    "CREATE",
    "ALTER",
    "DROP",
    "TRUNCATE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "PRAGMA",
    "VACUUM",
    "ANALYZE",
    "SET",
    "SHOW",
    "EXPLAIN",
    "COPY",
];
/// Words after which a table is named.
const BEFORE_TABLES: [&str; 6] = ["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "PRAGMA"];

/// The places of the words that say what is done.
pub(super) fn operations(pieces: &[Piece]) -> impl Iterator<Item = (usize, &'static str)> {
    pieces.iter().enumerate().filter_map(|(place, piece)| {
        let word = piece.word()?;
        let operation = OPERATIONS.into_iter().find(|operation| *operation == word)?;
        let before = place.checked_sub(1).and_then(|before| pieces[before].word());
        let is_called = pieces.get(place + 1).is_some_and(|next| next.is("("));
        // `FOR UPDATE`, `DO UPDATE SET`, `INSERT OR REPLACE`, `replace(…)`, and `SET` of an update are parts of others.
        let is_part = matches!(before.as_deref(), Some("FOR" | "DO" | "OR" | "ON" | "KEY"))
            || (operation == "SET" && place > 0)
            || (is_called && operation == "REPLACE");
        (!is_part).then_some((place, operation))
    })
}

pub(super) fn summary(pieces: &[Piece]) -> String {
    let starts: Vec<(usize, &str)> = operations(pieces).collect();
    let mut summary = String::new();
    let mut add = |word: &str| {
        if summary.len() + word.len() < SUMMARY {
            if !summary.is_empty() {
                summary.push(' ');
            }
            summary.push_str(word);
        }
    };
    if starts.is_empty() {
        pieces.iter().filter_map(Piece::word).take(2).for_each(|word| add(&word));
    }
    for (place, piece) in pieces.iter().enumerate() {
        if let Some((_, operation)) = starts.iter().find(|(start, _)| *start == place) {
            add(operation);
        }
        let before = place.checked_sub(1).and_then(|before| pieces[before].word());
        let is_table = before.is_some_and(|word| BEFORE_TABLES.contains(&word.as_str()));
        // Names that are also keywords are tables too, but not the `SELECT` of a `FROM (SELECT`.
        if is_table && piece.word().is_some_and(|word| !["IF", "ONLY", "LATERAL", "SET"].contains(&word.as_str())) {
            add(&qualified(&pieces[place..]));
        }
    }
    summary
}

/// A name with the schema before it.
fn qualified(pieces: &[Piece]) -> String {
    let mut name = pieces[0].text.clone();
    let mut rest = &pieces[1..];
    while let [dot, next, after @ ..] = rest
        && dot.is(".")
    {
        name = format!("{name}.{}", next.text);
        rest = after;
    }
    name
}
