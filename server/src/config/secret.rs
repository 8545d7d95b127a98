//! Secrets in values are not shown.

use toml::Value;

/// `value` with the password of every address in it masked.
pub(super) fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_password(text)),
        Value::Array(values) => Value::Array(values.iter().map(masked).collect()),
        Value::Table(table) => Value::Table(table.iter().map(|(key, value)| (key.clone(), masked(value))).collect()),
        other => other.clone(),
    }
}

/// `scheme://user:***@host…`, also where the password is a parameter.
fn without_password(text: &str) -> String {
    let Some((before, parameters)) = text.split_once('?').filter(|(before, _)| before.contains("://")) else {
        return without_login(text);
    };
    let parameter = |parameter: &str| match parameter.split_once('=') {
        Some((name, _)) if name.contains("password") => format!("{name}=***"),
        _ => parameter.to_owned(),
    };
    // A password may have a question mark that nobody has escaped.
    if parameters.contains('@') {
        return without_login(text);
    }
    let parameters: Vec<String> = parameters.split('&').map(parameter).collect();
    format!("{}?{}", without_login(before), parameters.join("&"))
}

fn without_login(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    // A password may have an @ that nobody has escaped: the last one counts.
    let Some((login, host)) = rest.rsplit_once('@') else { return text.to_owned() };
    match login.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_and_everything_else_stays() {
        for (text, expected) in [
            ("redis://:secret@host:6379/0", "redis://:***@host:6379/0"),
            ("rediss://user:sec@ret@host", "rediss://user:***@host"),
            ("redis://user@host", "redis://user@host"),
            ("postgres://user:secret@host/db?sslmode=require", "postgres://user:***@host/db?sslmode=require"),
            ("postgres://user:se?cret@host/db", "postgres://user:***@host/db"),
            ("postgres://host/db?user=a&password=secret", "postgres://host/db?user=a&password=***"),
            ("redis://host:6379", "redis://host:6379"),
            ("plain: text@x", "plain: text@x"),
        ] {
            assert_eq!(without_password(text), expected);
        }
    }
}
