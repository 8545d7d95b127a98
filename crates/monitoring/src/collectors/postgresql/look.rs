//! What is asked when, and what was answered last.

use super::{
    activity::{self, Activity},
    background::{self, Writer},
    databases::{self, DatabaseFigures},
    hints::{Evidence, hints},
    identity::{self, Identity, OLDEST},
    link::{Answer, Link, LinkError, Refusal},
    objects::{self, ForeignKey, Index, Table},
    rights,
    statements::{self, Extension},
};
use miorai_model::{
    Status,
    counter::Counter,
    database::{MissingRight, PostgresReport, ReplicaReport, ServerStatement, TrafficReport},
};
use std::{collections::BTreeMap, time::Duration};

/// Ticks between two looks at what changes slowly, and at what is big.
const SLOWLY: u64 = 10;
const SELDOM: u64 = 60;
/// The most indexes and tables that are told.
const TOLD: usize = 50;

/// Everything that was answered last.
#[derive(Default)]
pub(super) struct Looks {
    ticks: u64,
    pub identity: Identity,
    pub activity: Activity,
    pub databases: Vec<DatabaseFigures>,
    pub sizes: Vec<(String, i64)>,
    pub writer: Option<Writer>,
    pub locks: Vec<(String, i64)>,
    pub log_position: Option<f64>,
    pub log_age: Option<f64>,
    pub replicas: Vec<ReplicaReport>,
    pub tables: Vec<Table>,
    pub indexes: Vec<Index>,
    foreign_keys: Vec<ForeignKey>,
    statements: Vec<ServerStatement>,
    extension: Extension,
    /// Questions that were refused, with what cannot be shown because of it.
    refused: BTreeMap<&'static str, Refusal>,
    transactions: Counter,
    transactions_per_second: Option<f64>,
}

impl Looks {
    /// Asks everything that is due. What is refused is noted, and what was known of it stays.
    pub(super) async fn look(&mut self, link: &mut Link) -> Result<(), LinkError> {
        let is_first = self.identity.version_number == 0;
        if is_first || self.ticks.is_multiple_of(SELDOM) {
            // A right may have been granted meanwhile.
            let identity = link.ask(async |connection| identity::ask(connection).await).await?;
            keep(&mut self.refused, "The version", identity, &mut self.identity);
        }
        if self.identity.version_number < OLDEST {
            return Ok(());
        }
        let activity = link.ask(async |connection| activity::ask(connection).await).await?;
        keep(&mut self.refused, "What backends do", activity, &mut self.activity);
        let databases = link.ask(async |connection| databases::ask(connection).await).await?;
        keep(&mut self.refused, "What databases have done", databases, &mut self.databases);
        if self.ticks.is_multiple_of(SLOWLY) {
            self.look_behind(link).await?;
        }
        // Not all in one tick: a server that is slow shall not be asked everything at once.
        match self.ticks % SELDOM {
            1 => self.look_at_objects(link).await?,
            2 => self.look_at_indexes(link).await?,
            3 | 33 => self.look_at_statements(link).await?,
            _ => {}
        }
        self.ticks += 1;
        Ok(())
    }

    async fn look_behind(&mut self, link: &mut Link) -> Result<(), LinkError> {
        let (version, is_replica) = (self.identity.version_number, self.activity.is_replica);
        let refused = &mut self.refused;
        let writer = link.ask(async |connection| background::writer(connection, version).await.map(Some)).await?;
        keep(refused, "The background writer", writer, &mut self.writer);
        let locks = link.ask(async |connection| background::locks(connection).await).await?;
        keep(refused, "Locks by mode", locks, &mut self.locks);
        let position = link.ask(async |connection| background::log_position(connection).await.map(Some)).await?;
        keep(refused, "The log of changes", position, &mut self.log_position);
        let age = link.ask(async |connection| background::log_age(connection).await).await?;
        keep(refused, "The age of the log of changes", age, &mut self.log_age);
        let replicas = link.ask(async |connection| background::replicas(connection, is_replica).await).await?;
        keep(refused, "Replicas", replicas, &mut self.replicas);
        Ok(())
    }

    async fn look_at_objects(&mut self, link: &mut Link) -> Result<(), LinkError> {
        let sizes = link.ask(async |connection| databases::sizes(connection).await).await?;
        keep(&mut self.refused, "Sizes of databases", sizes, &mut self.sizes);
        let tables = link.ask(async |connection| objects::tables(connection).await).await?;
        keep(&mut self.refused, "Tables", tables, &mut self.tables);
        Ok(())
    }

    async fn look_at_indexes(&mut self, link: &mut Link) -> Result<(), LinkError> {
        let indexes = link.ask(async |connection| objects::indexes(connection).await).await?;
        keep(&mut self.refused, "Indexes", indexes, &mut self.indexes);
        let keys = link.ask(async |connection| objects::unindexed_foreign_keys(connection).await).await?;
        keep(&mut self.refused, "Foreign keys", keys, &mut self.foreign_keys);
        Ok(())
    }

    async fn look_at_statements(&mut self, link: &mut Link) -> Result<(), LinkError> {
        let may_read_settings = self.identity.may_read_settings;
        let question = async |connection: &mut _| statements::extension(connection, may_read_settings).await;
        let extension = link.ask(question).await?;
        keep(&mut self.refused, "Extensions", extension, &mut self.extension);
        let Some(schema) = self.extension.schema.clone() else {
            self.statements.clear();
            return Ok(());
        };
        let statements = link.ask(async |connection| statements::ask(connection, &schema).await).await?;
        keep(&mut self.refused, STATEMENTS, statements, &mut self.statements);
        Ok(())
    }

    /// The database that is looked into.
    pub(super) fn own(&self) -> Option<&DatabaseFigures> {
        self.databases.iter().find(|database| database.name == self.identity.database)
    }

    /// Puts everything into the report; `now` is the time of this reading on the clock that never jumps.
    pub(super) fn tell(&mut self, report: &mut PostgresReport, now: Duration) {
        let Self { identity, activity, .. } = self;
        if identity.version_number == 0 {
            report.status = Status::Degraded;
            report.message = match self.refused.get("The version") {
                Some(Refusal::Right(said) | Refusal::Unknown(said)) => {
                    format!("It does not say which version it is: {said}.")
                }
                _ => "It takes longer than statement_timeout to say which version it is.".to_owned(),
            };
            return;
        }
        report.version.clone_from(&identity.version);
        if identity.version_number < OLDEST {
            report.status = Status::Degraded;
            report.message = format!("Version {} is too old: 13 and newer are understood.", identity.version);
            return;
        }
        report.user.clone_from(&identity.user);
        report.database.clone_from(&identity.database);
        if activity.is_replica { "replica" } else { "primary" }.clone_into(&mut report.role);
        report.uptime_seconds = Some(activity.uptime_seconds);
        report.connections = activity.connections.clone();
        report.activity = activity.told();
        report.blocking = activity.blocking();
        self.tell_traffic(report, now);
        report.database_bytes =
            self.sizes.iter().find(|(name, _)| *name == self.identity.database).map(|(_, bytes)| *bytes as u64);
        report.replicas.clone_from(&self.replicas);
        report.tables = self.tables.iter().map(|table| table.report.clone()).collect();
        report.indexes = self.indexes.iter().take(TOLD).map(|index| index.report.clone()).collect();
        report.statements.clone_from(&self.statements);
        report.missing_rights = self.missing();
        report.hints = hints(Evidence {
            tables: &self.tables,
            indexes: &self.indexes,
            foreign_keys: &self.foreign_keys,
            activity: &report.activity,
            connections: &report.connections,
            blocks: self.own().map_or((0, 0), |own| (own.blocks_hit, own.blocks_read)),
            counted_seconds: self.own().and_then(|own| own.reset_seconds_ago),
        });
        (report.status, report.message) = verdict(report);
    }

    fn tell_traffic(&mut self, report: &mut PostgresReport, now: Duration) {
        let Some(own) = self.databases.iter().find(|database| database.name == self.identity.database) else { return };
        let transactions = (own.commits + own.rollbacks).max(0) as u64;
        self.transactions_per_second = self.transactions.rate(transactions, now);
        let count = |number: i64| number.max(0) as u64;
        report.traffic = TrafficReport {
            commits: count(own.commits),
            rollbacks: count(own.rollbacks),
            transactions_per_second: self.transactions_per_second,
            cache_hit_ratio: own.hit_ratio(),
            rows_returned: count(own.returned),
            rows_changed: count(own.inserted + own.updated + own.deleted),
            deadlocks: count(own.deadlocks),
            conflicts: count(own.conflicts),
            temp_files: count(own.temp_files),
            temp_bytes: count(own.temp_bytes),
            oldest_transaction_seconds: self.activity.oldest_transaction(),
        };
    }

    fn missing(&self) -> Vec<MissingRight> {
        let mut missing = rights::of_identity(&self.identity);
        if self.ticks > 3 {
            missing.extend(rights::of_extension(&self.extension, &self.identity, self.refused.get(STATEMENTS)));
        }
        let others = self.refused.iter().filter(|(what, _)| **what != STATEMENTS);
        missing.extend(others.map(|(what, refusal)| rights::of_refusal(what, refusal, &self.identity.user)));
        missing
    }
}

/// What `pg_stat_statements` tells.
const STATEMENTS: &str = "Statements of the server";

/// Keeps an answer, or notes why there is none.
fn keep<T>(refused: &mut BTreeMap<&'static str, Refusal>, what: &'static str, answer: Answer<T>, kept: &mut T) {
    match answer {
        Ok(answer) => {
            refused.remove(what);
            *kept = answer;
        }
        Err(refusal) => {
            refused.insert(what, refusal);
        }
    }
}

/// How the server is, in one sentence.
fn verdict(report: &PostgresReport) -> (Status, String) {
    if let Some(root) = report.blocking.iter().find(|blocking| blocking.is_root) {
        let waiting = report.blocking.iter().filter(|blocking| blocking.blocking_pid == root.blocking_pid).count();
        let seconds = root.waiting_seconds.unwrap_or_default();
        if seconds >= 1.0 && root.blocking_pid == 0 {
            let words = format!(
                "A prepared transaction blocks {waiting} other{} for {seconds:.0} s: find it in pg_prepared_xacts, and end it \
                by COMMIT PREPARED or ROLLBACK PREPARED.",
                if waiting == 1 { "" } else { "s" }
            );
            return (Status::Degraded, words);
        }
        if seconds >= 1.0 {
            let words = format!(
                "Backend {} ({}) blocks {waiting} other{} for {seconds:.0} s: look at what it does, or end it.",
                root.blocking_pid,
                root.blocking_state,
                if waiting == 1 { "" } else { "s" }
            );
            return (Status::Degraded, words);
        }
    }
    if let (Some(used), Some(max)) = (report.connections.used, report.connections.max)
        && used as f64 >= 0.9 * max as f64
    {
        return (Status::Degraded, format!("{used} of {max} connections are in use."));
    }
    let behind = report.replicas.iter().find(|replica| replica.lag_seconds.is_some_and(|seconds| seconds >= 30.0));
    if let Some(replica) = behind {
        let seconds = replica.lag_seconds.unwrap_or_default();
        return (Status::Degraded, format!("The replica {} is {seconds:.0} s behind.", replica.name));
    }
    (Status::Healthy, "It answers.".to_owned())
}
