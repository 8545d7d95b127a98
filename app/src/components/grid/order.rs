//! The lines of a table: their order, what is found among them, and how they are copied.

use crate::words;
use miorai_model::digits::fixed;
use std::cmp::Ordering;

/// The class of a column of numbers.
pub const NUMBER: &str = "number-column";
/// The same, of one that phones leave out.
pub const MIDDLE: &str = "number-column column-middle";
/// The same, of one that only wide screens show.
pub const WIDE: &str = "number-column column-wide";

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the address.
    pub name: &'static str,
    /// What stands above it.
    pub title: &'static str,
    /// The classes of its cells.
    pub class: &'static str,
}

impl Column {
    /// A column with its name in the address, its title and its class.
    pub const fn new(name: &'static str, title: &'static str, class: &'static str) -> Self {
        Self { name, title, class }
    }
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// What the address becomes when it is chosen.
    pub link: Option<String>,
    /// Whether it is the chosen one.
    pub chosen: bool,
    /// Its cells, one for each column.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// The number behind it, by which it is sorted and copied; texts are sorted as such.
    pub value: Option<f64>,
    /// The class and the shape of a sign before it.
    pub sign: Option<(&'static str, &'static str)>,
    /// Something of less weight behind it.
    pub note: Option<String>,
    /// Numbers that are drawn in small, oldest first.
    pub drawn: Vec<Option<f64>>,
}

impl Cell {
    /// A cell that says this.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A cell with a number; a dash where there is none.
    pub fn number(value: Option<f64>, shown: impl FnOnce(f64) -> String) -> Self {
        Self { text: value.map_or_else(|| "–".to_owned(), shown), value, ..Self::default() }
    }

    /// A cell with a number of things, in full.
    pub fn count(count: u64) -> Self {
        Self::number(Some(count as f64), |_| words::grouped(count))
    }

    /// A cell with bytes.
    pub fn bytes(bytes: Option<u64>) -> Self {
        Self::number(bytes.map(|bytes| bytes as f64), |_| words::bytes(bytes))
    }

    /// A cell with milliseconds.
    pub fn millis(millis: Option<f64>) -> Self {
        Self::number(millis, |_| words::millis(millis))
    }

    /// A cell with a share of a whole.
    pub fn ratio(ratio: Option<f64>) -> Self {
        Self::number(ratio, |_| words::ratio(ratio))
    }

    /// A cell with a small line; it repeats what another cell says, so that nobody has to see it.
    pub fn drawn(numbers: Vec<Option<f64>>) -> Self {
        Self { drawn: numbers, ..Self::default() }
    }

    /// With something of less weight behind it.
    #[must_use]
    pub fn noted(mut self, note: Option<String>) -> Self {
        self.note = note;
        self
    }

    /// With a sign before it.
    #[must_use]
    pub const fn signed(mut self, class: &'static str, sign: &'static str) -> Self {
        self.sign = Some((class, sign));
        self
    }

    /// Numbers up, texts from A, and what has no number last.
    fn compare(&self, other: &Self) -> Ordering {
        match (self.value, other.value) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (Some(_), None) if other.text == "–" => Ordering::Greater,
            (None, Some(_)) if self.text == "–" => Ordering::Less,
            _ => self.text.cmp(&other.text),
        }
    }
}

/// What a table is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    column: usize,
    /// Whether the greatest comes first.
    falling: bool,
}

/// Whether a column holds numbers: those are read from the greatest down.
fn is_number(column: &Column) -> bool {
    column.class.contains("number")
}

impl Order {
    /// The order that `sort=name` or `sort=-name` asks for; a minus turns the usual direction round.
    pub(super) fn from_text(text: Option<&str>, columns: &[Column], usual: &str) -> Self {
        let text = text.unwrap_or(usual);
        let (name, turned) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let column = place(name).or_else(|| place(usual)).unwrap_or_default();
        Self { column, falling: columns.get(column).is_some_and(is_number) != turned }
    }

    /// What the address says when a column's title is pressed.
    pub(super) fn next(self, place: usize, column: &Column) -> String {
        let minus = if self.column == place && self.falling == is_number(column) { "-" } else { "" };
        format!("{minus}{}", column.name)
    }

    /// What `aria-sort` says of a column.
    pub(super) fn aria(self, place: usize) -> &'static str {
        match (self.column == place, self.falling) {
            (false, _) => "none",
            (true, true) => "descending",
            (true, false) => "ascending",
        }
    }

    /// The lines in which the text is found, in this order.
    pub(super) fn arranged(self, lines: &[Line], filter: &str) -> Vec<Line> {
        let filter = filter.trim().to_ascii_lowercase();
        let holds = |text: &str| text.to_ascii_lowercase().contains(&filter);
        let matches =
            |line: &&Line| line.cells.iter().any(|cell| holds(&cell.text) || cell.note.as_deref().is_some_and(holds));
        let mut found: Vec<Line> = lines.iter().filter(matches).cloned().collect();
        let cell = |line: &Line| line.cells.get(self.column).cloned().unwrap_or_default();
        found.sort_by(|a, b| {
            let order = cell(a).compare(&cell(b));
            if self.falling { order.reverse() } else { order }
        });
        found
    }
}

/// Lines as CSV (RFC 4180), numbers unrounded.
pub(super) fn csv(columns: &[Column], lines: &[Line]) -> String {
    let field = |text: &str| {
        // A spreadsheet would take what begins like this for a formula.
        let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
        if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let cell = |cell: &Cell| match (cell.value, &cell.note) {
        (Some(value), _) => fixed(value, 6),
        (None, Some(note)) => field(&format!("{} {note}", cell.text)),
        (None, None) => field(&cell.text),
    };
    let head = columns.iter().map(|column| field(column.title)).collect::<Vec<_>>().join(",");
    let rows = lines.iter().map(|line| line.cells.iter().map(cell).collect::<Vec<_>>().join(","));
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 2] = [
        Column { name: "route", title: "Route", class: "" },
        Column { name: "mean", title: "Mean, ms", class: "number-column" },
    ];

    fn lines() -> Vec<Line> {
        let line = |route: &str, mean: Option<f64>| {
            let number = Cell::number(mean, |mean| format!("{mean} ms"));
            Line { cells: vec![Cell::text(route), number], ..Line::default() }
        };
        vec![line("/b", Some(20.0)), line("/a", Some(3.0)), line("/c", None)]
    }

    fn names(sort: &str, filter: &str) -> Vec<String> {
        let found = Order::from_text(Some(sort), &COLUMNS, "mean").arranged(&lines(), filter);
        found.into_iter().map(|line| line.cells[0].text.clone()).collect()
    }

    #[test]
    fn the_address_says_the_order() {
        for (sort, expected) in [
            ("mean", ["/b", "/a", "/c"]),
            ("-mean", ["/c", "/a", "/b"]),
            ("route", ["/a", "/b", "/c"]),
            ("-route", ["/c", "/b", "/a"]),
            ("nonsense", ["/b", "/a", "/c"]),
        ] {
            assert_eq!(names(sort, ""), expected, "{sort}");
        }
        assert_eq!(names("route", " A "), ["/a"]);
    }

    #[test]
    fn a_title_turns_the_order_round() {
        let order = Order::from_text(None, &COLUMNS, "mean");
        assert_eq!((order.aria(1), order.aria(0)), ("descending", "none"));
        assert_eq!((order.next(1, &COLUMNS[1]), order.next(0, &COLUMNS[0])), ("-mean".to_owned(), "route".to_owned()));
    }

    #[test]
    fn lines_are_copied_as_spreadsheets_read_them() {
        let lines = vec![Line {
            cells: vec![Cell::text("=a \"b\", c"), Cell::number(Some(1.5), |_| "1.50 ms".to_owned())],
            ..Line::default()
        }];
        assert_eq!(csv(&COLUMNS, &lines), "Route,\"Mean, ms\"\r\n\"'=a \"\"b\"\", c\",1.500000\r\n");
    }
}
