//! What the address asks the page to show.

use crate::address::Query;
use miorai_model::database::{BackendSignal, DatabaseReport};

/// What is asked to be done to a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// Its process.
    pub pid: i32,
    /// What.
    pub signal: BackendSignal,
}

impl Ending {
    /// The name of what is done, in the address and in forms.
    pub(crate) const fn name(signal: BackendSignal) -> &'static str {
        match signal {
            BackendSignal::Cancel => "cancel",
            BackendSignal::Terminate => "terminate",
        }
    }

    /// What has this name.
    pub(crate) fn signal(name: &str) -> Option<BackendSignal> {
        [BackendSignal::Cancel, BackendSignal::Terminate].into_iter().find(|signal| Self::name(*signal) == name)
    }
}

/// What is to be shown besides all databases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The name of the chosen pool or server.
    pub database: Option<String>,
    /// The id of the statement whose plan is shown.
    pub plan: Option<String>,
    /// What is asked to be done to a backend, and has to be confirmed.
    pub ending: Option<Ending>,
}

impl Wanted {
    /// What `?database=…&plan=…` asks for.
    pub(crate) fn from_query(query: &Query) -> Self {
        let text = |name| query.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let pid = text("pid").and_then(|pid| pid.parse().ok());
        Self {
            database: text("database"),
            plan: text("plan"),
            ending: pid.zip(query.get("end").and_then(Ending::signal)).map(|(pid, signal)| Ending { pid, signal }),
        }
    }

    /// The name of the database that is shown in full: the chosen one, or the first server, or the first pool.
    pub(crate) fn shown(&self, report: &DatabaseReport) -> String {
        let known = |name: &&String| report.server(name).is_some() || report.pool(name).is_some();
        let first = || report.servers.first().map(|server| &server.name);
        let name = self.database.as_ref().filter(known).or_else(first);
        name.or_else(|| report.pools.first().map(|pool| &pool.name)).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn the_address_says_what_is_shown() {
        let wanted = Wanted::from_query(&Query::parse("database=main&plan=a1&pid=4711&end=terminate"));
        assert_eq!((wanted.database.as_deref(), wanted.plan.as_deref()), (Some("main"), Some("a1")));
        assert_eq!(wanted.ending, Some(Ending { pid: 4_711, signal: BackendSignal::Terminate }));
        for text in ["pid=4711", "pid=x&end=cancel", "pid=1&end=destroy", "database="] {
            assert_eq!(Wanted::from_query(&Query::parse(text)), Wanted::default(), "{text}");
        }
    }
}
