//! Settings in the environment: `MIORAI_SECTION__KEY`.

use super::{ConfigError, Place, nearest};
use std::collections::BTreeMap;
use toml::Value;

const PREFIX: &str = "MIORAI_";

/// The settings among `variables`, by their full names, with the name of the variable. `known` are all settings with
/// their defaults, whose types tell how a text is read.
pub(super) fn read(
    variables: impl IntoIterator<Item = (String, String)>,
    known: &BTreeMap<String, Value>,
) -> Result<BTreeMap<String, (Value, String)>, ConfigError> {
    let mut settings = BTreeMap::new();
    for (variable, text) in variables {
        // Settings have two underscores in a row. What has none is somebody else's: orchestrators tell every program of
        // a service called `miorai` by such variables.
        let Some(rest) = variable.strip_prefix(PREFIX).filter(|rest| rest.contains("__")) else { continue };
        let name = rest.to_lowercase().replace("__", ".");
        let place = || Place::Variable(variable.clone());
        let Some(default) = known.get(&name) else {
            let variables: Vec<String> = known.keys().map(|name| variable_of(name)).collect();
            let hint = nearest(&variable, variables.iter().map(String::as_str));
            return Err(ConfigError::new(place(), format!("there is no such setting; {hint}")));
        };
        let value = parse(&text, default)
            .map_err(|expected| ConfigError::new(place(), format!("'{text}' is not {expected}, as {name} needs")))?;
        settings.insert(name, (value, variable));
    }
    Ok(settings)
}

fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase().replace('.', "__"))
}

/// Reads `text` as a value of the same type as `like`.
fn parse(text: &str, like: &Value) -> Result<Value, &'static str> {
    let text = text.trim();
    match like {
        Value::Integer(_) => text.parse().map(Value::Integer).map_err(|_| "a whole number"),
        Value::Float(_) => text.parse().map(Value::Float).map_err(|_| "a number"),
        Value::Boolean(_) => text.parse().map(Value::Boolean).map_err(|_| "true or false"),
        Value::Array(_) => {
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            Ok(Value::Array(words.map(|word| Value::String(word.to_owned())).collect()))
        }
        _ => Ok(Value::String(text.to_owned())),
    }
}
