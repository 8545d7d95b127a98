//! Checks, and the health that follows from them.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How something is. Ordered: the worst of several is the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing to watch: what the check would look at is not set up.
    #[default]
    NotConfigured,
    /// As it should be.
    Healthy,
    /// It works, but something needs attention.
    Degraded,
    /// It does not work.
    Unhealthy,
}

impl Status {
    /// The word for it, as people read it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotConfigured => "Not configured",
            Self::Healthy => "Healthy",
            Self::Degraded => "Degraded",
            Self::Unhealthy => "Unhealthy",
        }
    }
}

/// The outcome of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// What is checked: `system`, `collectors`, `database`.
    pub name: String,
    /// How it is.
    pub status: Status,
    /// How long the check took; nothing when there was nothing to ask.
    pub response_time_ms: Option<f64>,
    /// One sentence for people: what was found, and for anything but healthy what to do.
    pub message: String,
}

/// The health of the whole, from all checks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The worst of the checks, [`Status::Healthy`] when there is nothing to check.
    pub status: Status,
    /// Since when it is so.
    pub since: Timestamp,
    /// The checks, in a fixed order.
    pub checks: Vec<Check>,
}

impl Health {
    /// The health that follows from `checks`; `since` carries on from `before` while the status is the same.
    pub fn of(checks: Vec<Check>, at: Timestamp, before: Option<&Self>) -> Self {
        let status = checks.iter().map(|check| check.status).fold(Status::Healthy, Status::max);
        let since = before.filter(|health| health.status == status).map_or(at, |health| health.since);
        Self { status, since, checks }
    }

    /// The first of the worst checks, when anything is not as it should be.
    pub fn worst(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.status == self.status && check.status > Status::Healthy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, status: Status) -> Check {
        Check { name: name.to_owned(), status, response_time_ms: None, message: String::new() }
    }

    #[test]
    fn the_worst_check_decides() {
        let at = Timestamp::from_millis;
        for (statuses, expected) in [
            (vec![], Status::Healthy),
            (vec![Status::NotConfigured], Status::Healthy),
            (vec![Status::Healthy, Status::NotConfigured], Status::Healthy),
            (vec![Status::Healthy, Status::Degraded], Status::Degraded),
            (vec![Status::Unhealthy, Status::Degraded], Status::Unhealthy),
        ] {
            let checks = statuses.iter().map(|status| check("x", *status)).collect();
            assert_eq!(Health::of(checks, at(1), None).status, expected, "{statuses:?}");
        }
    }

    #[test]
    fn since_stays_while_the_status_does() {
        let at = Timestamp::from_millis;
        let first = Health::of(vec![check("a", Status::Degraded)], at(1), None);
        let second = Health::of(vec![check("b", Status::Degraded)], at(2), Some(&first));
        let third = Health::of(vec![], at(3), Some(&second));
        assert_eq!((first.since, second.since, third.since), (at(1), at(1), at(3)));
        assert_eq!(second.worst().map(|check| check.name.as_str()), Some("b"));
        assert_eq!(third.worst(), None);
    }
}
