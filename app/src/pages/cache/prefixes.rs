//! The prefixes of keys that take most memory, on demand: looking at many keys costs the server some work.

use super::{Board, keys::failure};
use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line, NUMBER},
    words,
};
use leptos::{either::EitherOf4, prelude::*};
use miorai_model::cache::{PrefixLine, PrefixReport};

/// The panel of the biggest prefixes.
#[component]
pub fn Prefixes() -> impl IntoView {
    let board = Board::here();
    let wanted = Memo::new(move |_| board.wanted.with(|wanted| wanted.prefixes));
    let body = move || match (wanted.get(), board.prefixes.get()) {
        (false, _) => EitherOf4::A(view! {
            <p class="dim">"Looks at a sample of the keys, and says which beginnings take most memory."</p>
            <p class="choices">
                <a class="button" href=move || board.within(&[("prefixes", Some("1"))])>"Take a sample"</a>
            </p>
        }),
        (true, None) => EitherOf4::B(view! { <p class="empty">"Looking at keys …"</p> }),
        (true, Some(Err(words))) => EitherOf4::C(failure(words)),
        (true, Some(Ok(report))) => EitherOf4::D(table(board, report)),
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Biggest prefixes"</h2>
            </div>
            {body}
        </article>
    }
}

fn table(board: Board, report: PrefixReport) -> impl IntoView {
    let sample = match (report.sampled, report.complete) {
        (0, _) => "There are no keys to look at.".to_owned(),
        (sampled, true) => format!("All {} of the space.", words::keys(sampled)),
        (sampled, false) => format!("A sample of {}: shares are estimates.", words::keys(sampled)),
    };
    let grid = Grid {
        id: "prefixes-found",
        label: "Biggest prefixes",
        columns: vec![
            Column::new("prefix", "Prefix", "path"),
            Column::new("keys", "Keys", NUMBER),
            Column::new("bytes", "Bytes", NUMBER),
            Column::new("share", "Share", NUMBER),
        ],
        usual: "bytes",
        filter: "",
        empty: "",
    };
    let lines = Signal::derive(move || {
        let line = |line: &PrefixLine| {
            let pattern = format!("{}*", escaped(&line.prefix));
            Line {
                link: Some(board.within(&[("pattern", Some(&pattern)), ("cursor", None), ("key", None)])),
                chosen: false,
                cells: vec![
                    Cell::text(line.prefix.clone()),
                    Cell::count(line.keys),
                    Cell::bytes(Some(line.bytes)),
                    Cell::ratio(Some(line.share_ratio)),
                ],
            }
        };
        report.prefixes.iter().map(line).collect()
    });
    view! {
        <GridView grid lines />
        <p class="dim">{sample}</p>
    }
}

/// A text as a glob that matches it and nothing else.
fn escaped(text: &str) -> String {
    let mut glob = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '\\') {
            glob.push('\\');
        }
        glob.push(letter);
    }
    glob
}

#[cfg(test)]
mod unit {
    use super::escaped;

    #[test]
    fn a_prefix_leads_to_its_own_keys_alone() {
        assert_eq!(escaped(r"a[1]*\:"), r"a\[1\]\*\\:");
    }
}
