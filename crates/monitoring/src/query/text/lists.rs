//! Lists of values as `(…)`, however long they are.

use super::{Piece, Sort};

/// `IN (?, ?)`, `VALUES (?, ?), (?, ?)` and `ARRAY[?, ?]` with their lists as `(…)`, however long.
pub(super) fn lists_shortened(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut short: Vec<Piece> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while at < pieces.len() {
        let opens = match &pieces[at] {
            piece if piece.is("(") => Some(("(", ")", "(…)")),
            piece if piece.is("[") => Some(("[", "]", "[…]")),
            _ => None,
        };
        let follows = short.last().and_then(Piece::word).is_some_and(|word| LISTS.contains(&word.as_str()));
        let continues = short.len() > 1
            && short[short.len() - 1].is(",")
            && short[short.len() - 2].sort == Sort::List
            && pieces[at].is("(");
        let end = opens.filter(|_| follows || continues).and_then(|(open, close, list)| {
            let end = closing(&pieces[at..], open, close)?;
            pieces[at..=at + end].iter().all(Piece::is_of_list).then_some((at + end, list))
        });
        match end {
            // One more row of the same list.
            Some((end, _)) if continues => {
                short.pop();
                at = end + 1;
            }
            Some((end, list)) => {
                short.push(Piece::new(Sort::List, list, pieces[at].is_apart));
                at = end + 1;
            }
            None => {
                short.push(pieces[at].clone());
                at += 1;
            }
        }
    }
    short
}

/// Words after which a list may come.
const LISTS: [&str; 3] = ["IN", "VALUES", "ARRAY"];

/// The place of the bracket that closes the first of `pieces`.
fn closing(pieces: &[Piece], open: &str, close: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, piece) in pieces.iter().enumerate() {
        if piece.is(open) {
            depth += 1;
        } else if piece.is(close) {
            depth -= 1;
            if depth == 0 {
                return Some(place);
            }
        }
    }
    None
}
