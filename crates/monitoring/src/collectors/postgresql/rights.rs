//! What could not be read, and the exact statement that changes it.

use super::{identity::Identity, link::Refusal, statements::Extension};
use miorai_model::database::MissingRight;

/// The role that is enough for everything that is read.
const MONITOR: &str = "pg_monitor";

/// What is missing besides what a question has been refused for.
pub(super) fn of_identity(identity: &Identity) -> Vec<MissingRight> {
    let mut missing = Vec::new();
    if !identity.may_read_statistics {
        missing.push(MissingRight {
            what: "Statements and waits of other users".to_owned(),
            reason: format!("{} is not a member of {MONITOR}, and sees its own connections only.", identity.user),
            statements: vec![grant(MONITOR, &identity.user)],
            also: None,
        });
    }
    if !identity.may_signal {
        missing.push(MissingRight {
            what: "Cancelling and ending backends".to_owned(),
            reason: format!("{} may not signal backends of other users.", identity.user),
            statements: vec![grant("pg_signal_backend", &identity.user)],
            also: None,
        });
    }
    missing
}

/// What is missing because a question was refused.
pub(super) fn of_refusal(what: &str, refusal: &Refusal, user: &str) -> MissingRight {
    let what = what.to_owned();
    match refusal {
        Refusal::Right(message) => MissingRight {
            what,
            reason: format!("The server says: {message}."),
            statements: vec![grant(MONITOR, user)],
            also: None,
        },
        Refusal::TooSlow => MissingRight {
            what,
            reason: "The question took longer than it may, or a table was locked; it is asked again.".to_owned(),
            statements: Vec::new(),
            also: Some("If it stays so, raise statement_timeout of this server in the configuration.".to_owned()),
        },
        Refusal::Unknown(message) => {
            MissingRight { what, reason: format!("The server says: {message}."), statements: Vec::new(), also: None }
        }
    }
}

/// What is missing for `pg_stat_statements`, if anything is. `refusal` is what the server said when it was asked.
pub(super) fn of_extension(
    extension: &Extension,
    identity: &Identity,
    refusal: Option<&Refusal>,
) -> Option<MissingRight> {
    let missing = |reason: &str, statements, also: Option<String>| {
        Some(MissingRight { what: "Statements of the server".to_owned(), reason: reason.to_owned(), statements, also })
    };
    let create = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;".to_owned();
    let restart = || Some("Restart the server between the two: libraries are loaded at its start.".to_owned());
    if !extension.is_available {
        let package = "Install PostgreSQL's contrib modules on the server (Debian: the package postgresql, Fedora: \
            postgresql-contrib).";
        return missing("The extension pg_stat_statements is not on the server.", Vec::new(), Some(package.to_owned()));
    }
    let is_loaded = match (&extension.preloaded, refusal) {
        // SQLSTATE 55000: created, but the library is not loaded.
        (_, Some(Refusal::Unknown(message))) if message.contains("shared_preload_libraries") => false,
        (Some(libraries), _) => libraries.contains("pg_stat_statements"),
        // Who may not see the setting finds out by creating it.
        (None, _) => true,
    };
    match (&extension.schema, is_loaded) {
        (_, false) => {
            let statements = vec![preload(extension.preloaded.as_deref()), create];
            missing("The library of pg_stat_statements is not loaded by the server.", statements, restart())
        }
        (None, true) => {
            let reason = format!("The extension pg_stat_statements was not created in {}.", identity.database);
            missing(&reason, vec![create], None)
        }
        (Some(schema), true) if !extension.may_use_schema => {
            let reason = format!("The extension is in the schema {schema}, which {} may not use.", identity.user);
            let statement = format!("GRANT USAGE ON SCHEMA {schema} TO {};", identifier(&identity.user));
            missing(&reason, vec![statement], None)
        }
        (Some(_), true) if extension.is_outdated => {
            let reason = format!("The extension pg_stat_statements of {} is older than the server.", identity.database);
            missing(&reason, vec!["ALTER EXTENSION pg_stat_statements UPDATE;".to_owned()], None)
        }
        (Some(_), true) => refusal.map(|refusal| of_refusal("Statements of the server", refusal, &identity.user)),
    }
}

/// `ALTER SYSTEM SET shared_preload_libraries`, which takes a list of all.
fn preload(libraries: Option<&str>) -> String {
    let before: Vec<&str> =
        libraries.unwrap_or_default().split(',').map(str::trim).filter(|library| !library.is_empty()).collect();
    let all: Vec<String> = before.into_iter().chain(["pg_stat_statements"]).map(literal).collect();
    format!("ALTER SYSTEM SET shared_preload_libraries = {};", all.join(", "))
}

pub(super) fn grant(role: &str, user: &str) -> String {
    format!("GRANT {role} TO {};", identifier(user))
}

/// A name in double quotes, when it needs them.
fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.trim_matches('"').replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity { user: "Web App".to_owned(), database: "shop".to_owned(), ..Identity::default() }
    }

    #[test]
    fn each_missing_right_has_the_statement_that_grants_it() {
        let missing = of_identity(&identity());
        assert_eq!(missing[0].statements, ["GRANT pg_monitor TO \"Web App\";"]);
        assert_eq!(missing[1].statements, ["GRANT pg_signal_backend TO \"Web App\";"]);
        let all = Identity { may_read_statistics: true, may_signal: true, ..identity() };
        assert!(of_identity(&all).is_empty());
    }

    #[test]
    fn the_way_to_the_extension_is_told_from_wherever_it_is() {
        let there = Extension {
            is_available: true,
            schema: Some("public".to_owned()),
            may_use_schema: true,
            ..Extension::default()
        };
        let of = |extension: &Extension, refusal: Option<&Refusal>| of_extension(extension, &identity(), refusal);
        assert_eq!(of(&there, None), None);
        let not_loaded = Refusal::Unknown("pg_stat_statements must be loaded via shared_preload_libraries".to_owned());
        let load = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements';";
        let create = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements;";
        assert_eq!(of(&there, Some(&not_loaded)).unwrap().statements, [load, create]);
        let loaded =
            |libraries: &str| Extension { schema: None, preloaded: Some(libraries.to_owned()), ..there.clone() };
        assert_eq!(of(&loaded("pg_stat_statements"), None).unwrap().statements, [create]);
        let others = of(&loaded("auto_explain, \"$libdir/other\""), None).unwrap();
        let all = "ALTER SYSTEM SET shared_preload_libraries = 'auto_explain', '$libdir/other', 'pg_stat_statements';";
        assert_eq!(others.statements[0], all);
        let hidden = Extension { schema: Some("\"Odd one\"".to_owned()), may_use_schema: false, ..there.clone() };
        assert_eq!(of(&hidden, None).unwrap().statements, ["GRANT USAGE ON SCHEMA \"Odd one\" TO \"Web App\";"]);
        let old = Extension { is_outdated: true, ..there.clone() };
        let unknown = Refusal::Unknown("column s.total_exec_time does not exist".to_owned());
        assert_eq!(of(&old, Some(&unknown)).unwrap().statements, ["ALTER EXTENSION pg_stat_statements UPDATE;"]);
        let absent = of(&Extension::default(), None).unwrap();
        assert!(absent.statements.is_empty() && absent.also.unwrap().contains("contrib"));
        let right = Refusal::Right("permission denied for view pg_stat_statements".to_owned());
        assert_eq!(of(&there, Some(&right)).unwrap().statements, ["GRANT pg_monitor TO \"Web App\";"]);
    }
}
