//! The configuration file.

use super::{ConfigError, FILE_NAME, Place};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use toml_edit::{Document, Item};

/// A setting of the file: its value, and the line it is in.
pub(super) struct Entry {
    pub(super) value: toml::Value,
    pub(super) line: usize,
    /// Of a list of sections: the settings of each, with their lines.
    pub(super) inner: Vec<(String, usize)>,
}

/// The settings of the file at `path` by their full names, `server.addr`.
pub(super) fn read(path: &Path) -> Result<BTreeMap<String, Entry>, ConfigError> {
    let whole = |message: String| ConfigError::new(Place::File(path.to_owned()), message);
    let text = std::fs::read_to_string(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let at_line = |at: Option<usize>, message: String| match at {
        Some(at) => ConfigError::new(Place::Line(path.to_owned(), line_of(at)), message),
        None => whole(message),
    };
    let document = Document::parse(text.as_str())
        .map_err(|error| at_line(error.span().map(|span| span.start), error.message().trim().to_string()))?;
    let values: toml::Table = toml::from_str(&text)
        .map_err(|error| at_line(error.span().map(|span| span.start), error.message().to_owned()))?;
    let mut entries = BTreeMap::new();
    for (section, item) in document.as_table() {
        let start = document.key(section).and_then(toml_edit::Key::span).map(|span| span.start);
        if let Some(list) = item.as_array_of_tables() {
            let value = values.get(section).cloned().unwrap_or(toml::Value::Boolean(false));
            let entry = Entry { value, line: start.map_or(1, line_of), inner: inner(list, &line_of) };
            entries.insert(section.to_owned(), entry);
            continue;
        }
        let Some(table) = item.as_table_like() else {
            return Err(at_line(
                start,
                format!("'{section}' stands alone: settings are in sections, such as [server]"),
            ));
        };
        for (key, item) in table.iter() {
            let start =
                table.key(key).and_then(toml_edit::Key::span).or_else(|| Item::span(item)).map(|span| span.start);
            let value = values.get(section).and_then(|table| table.get(key)).cloned();
            let line = start.map_or(1, line_of);
            entries.insert(
                format!("{section}.{key}"),
                Entry {
                    value: value.unwrap_or(toml::Value::Boolean(false)),
                    line,
                    inner: item.as_array_of_tables().map(|list| inner(list, &line_of)).unwrap_or_default(),
                },
            );
        }
    }
    Ok(entries)
}

/// The settings of each section of a list, with their lines.
fn inner(list: &toml_edit::ArrayOfTables, line_of: &dyn Fn(usize) -> usize) -> Vec<(String, usize)> {
    let line = |table: &toml_edit::Table, key: &str| table.key(key)?.span().map(|span| line_of(span.start));
    let settings = |table: &toml_edit::Table| -> Vec<(String, usize)> {
        table.iter().map(|(key, _)| (key.to_owned(), line(table, key).unwrap_or(1))).collect()
    };
    list.iter().flat_map(settings).collect()
}

/// The file to read: the one named, else the first that there is in the working folder and the system's configuration
/// folder.
pub(super) fn find(named: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = named {
        return Some(path.to_owned());
    }
    [PathBuf::from(FILE_NAME), Path::new("/etc/miorai").join(FILE_NAME)].into_iter().find(|path| path.exists())
}
