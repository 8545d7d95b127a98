//! Entries of the slow log and of the latency monitor, without what may be secret.

use miorai_model::cache::{LatencyEvent, SlowCommand};
use redis::Value;

/// The longest part of an argument that is shown, in characters.
const ARGUMENT: usize = 48;

/// The entries of `SLOWLOG GET`, newest first. `now` is the server's time in seconds since the epoch.
pub(super) fn slow_commands(answer: &Value, now: f64) -> Vec<SlowCommand> {
    let entry = |entry: &Value| {
        let [id, at, microseconds, arguments, rest @ ..] = list(entry)? else { return None };
        let client: Vec<String> = rest.iter().filter_map(text).filter(|part| !part.is_empty()).collect();
        let arguments: Vec<String> = list(arguments)?.iter().filter_map(text).collect();
        Some(SlowCommand {
            id: number(id)? as u64,
            age_seconds: (now - number(at)?).max(0.0),
            duration_seconds: number(microseconds)? / 1e6,
            command: shown(&arguments),
            client: client.join(" "),
        })
    };
    list(answer).unwrap_or_default().iter().filter_map(entry).collect()
}

/// The entries of `LATENCY LATEST`, as the server has them.
pub(super) fn latency_events(answer: &Value, now: f64) -> Vec<LatencyEvent> {
    let event = |entry: &Value| {
        let [event, at, latest, worst, ..] = list(entry)? else { return None };
        Some(LatencyEvent {
            event: text(event)?,
            age_seconds: (now - number(at)?).max(0.0),
            latest_seconds: number(latest)? / 1e3,
            worst_seconds: number(worst)? / 1e3,
        })
    };
    list(answer).unwrap_or_default().iter().filter_map(event).collect()
}

/// A command with those of its arguments that are keys, patterns or names; the rest may be values or passwords and is
/// only counted.
fn shown(arguments: &[String]) -> String {
    let Some((command, arguments)) = arguments.split_first() else { return String::new() };
    let name = command.to_ascii_uppercase();
    let harmless = match name.as_str() {
        "AUTH" | "HELLO" | "MIGRATE" => 0,
        // The name of what is configured, not what to.
        "CONFIG" | "MEMORY" | "OBJECT" | "HGET" | "ZSCORE" | "EVALSHA" | "FCALL" => 2,
        "DEL" | "UNLINK" | "EXISTS" | "MGET" | "TOUCH" | "SUNION" | "SINTER" | "SDIFF" => 4,
        "SCAN" | "SSCAN" | "HSCAN" | "ZSCAN" | "KEYS" | "SORT" | "LRANGE" | "ZRANGE" | "ZRANGEBYSCORE" => 7,
        // The key, or what is done: `SLOWLOG GET`, `ACL SETUSER`.
        _ => 1,
    };
    let mut shown = shortened(&name);
    for argument in arguments.iter().take(harmless) {
        shown.push(' ');
        shown.push_str(&shortened(argument));
    }
    match arguments.len().saturating_sub(harmless) {
        0 => shown,
        1 => shown + " (1 more argument)",
        more => format!("{shown} ({more} more arguments)"),
    }
}

/// A text of one line that is not too long.
fn shortened(text: &str) -> String {
    let short: String = text.chars().take(ARGUMENT).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(ARGUMENT).is_some() { short + "…" } else { short }
}

fn list(value: &Value) -> Option<&[Value]> {
    if let Value::Array(values) = value { Some(values) } else { None }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    if let Value::Int(number) = value { Some(*number as f64) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn secrets_and_values_are_left_out() {
        let long = "k".repeat(60);
        for (command, expected) in [
            ("GET a", "GET a"),
            ("set session:1:x secret ex 5", "SET session:1:x (3 more arguments)"),
            ("AUTH user secret", "AUTH (2 more arguments)"),
            ("HELLO 3 AUTH user secret", "HELLO (4 more arguments)"),
            ("CONFIG SET requirepass secret", "CONFIG SET requirepass (1 more argument)"),
            ("ACL SETUSER user >secret", "ACL SETUSER (2 more arguments)"),
            ("MIGRATE host 6379 key 0 1 AUTH secret", "MIGRATE (7 more arguments)"),
            ("EVALSHA abc 1 key secret", "EVALSHA abc 1 (2 more arguments)"),
            ("MSET a secret b secret", "MSET a (3 more arguments)"),
            ("KEYS *", "KEYS *"),
            ("SCAN 0 MATCH a:* COUNT 100", "SCAN 0 MATCH a:* COUNT 100"),
            ("UNKNOWN.MODULE a secret", "UNKNOWN.MODULE a (1 more argument)"),
            ("", ""),
        ] {
            let arguments: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
            assert_eq!(shown(&arguments), expected);
            assert!(!shown(&arguments).contains("secret"));
        }
        assert_eq!(shown(&["get".to_owned(), long]), format!("GET {}…", "k".repeat(48)));
        assert_eq!(shown(&["get".to_owned(), "a\nb\u{1b}[0m".to_owned()]), "GET a·b·[0m");
    }

    #[test]
    fn entries_are_read_as_servers_send_them() {
        let arguments = Value::Array(vec![bulk("get"), bulk("a")]);
        let entry = |rest: &[Value]| {
            let mut entry = vec![Value::Int(7), Value::Int(90), Value::Int(25_000), arguments.clone()];
            entry.extend_from_slice(rest);
            Value::Array(entry)
        };
        let answer = Value::Array(vec![entry(&[bulk("127.0.0.1:5"), bulk("web")]), entry(&[]), Value::Nil]);
        let commands = slow_commands(&answer, 100.0);
        assert_eq!(commands.len(), 2);
        assert_eq!((commands[0].id, commands[0].client.as_str()), (7, "127.0.0.1:5 web"));
        assert!((commands[0].age_seconds - 10.0).abs() < 1e-9);
        assert!((commands[0].duration_seconds - 0.025).abs() < 1e-9);
        let event = Value::Array(vec![bulk("command"), Value::Int(200), Value::Int(3), Value::Int(40)]);
        let events = latency_events(&Value::Array(vec![event]), 100.0);
        assert_eq!((events[0].event.as_str(), events[0].age_seconds), ("command", 0.0));
        assert!((events[0].worst_seconds - 0.04).abs() < 1e-9);
        assert!(slow_commands(&Value::Nil, 0.0).is_empty());
    }
}
