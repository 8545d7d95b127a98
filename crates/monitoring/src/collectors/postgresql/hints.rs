//! What could be better, with the evidence. A hint is no order: what it costs to be wrong is said with it.

use super::objects::{ForeignKey, Index, Table};
use miorai_model::{
    Kind, Unit,
    database::{BackendReport, ConnectionsReport, Hint, HintKind},
    quantity,
};

/// Indexes that take less are not worth a word.
const SMALL_INDEX: u64 = 128 * 1_024;
/// Tables with fewer rows are best read from one end to the other.
const SMALL_TABLE: u64 = 10_000;
/// From this age on a transaction is long: it keeps what others have deleted from being cleared away.
const LONG_TRANSACTION: f64 = 300.0;
/// Below this share of blocks found in memory, and above so many blocks, memory is too small.
const HIT_RATIO: f64 = 0.9;
const BLOCKS: i64 = 100_000;

/// What the hints are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub tables: &'a [Table],
    pub indexes: &'a [Index],
    pub foreign_keys: &'a [ForeignKey],
    pub activity: &'a [BackendReport],
    pub connections: &'a ConnectionsReport,
    /// Blocks of the database found in memory, and read.
    pub blocks: (i64, i64),
    /// For how long the server has counted, if it is known.
    pub counted_seconds: Option<f64>,
}

/// Every hint, what matters at once first.
pub(super) fn hints(evidence: Evidence<'_>) -> Vec<Hint> {
    let mut hints = Vec::new();
    hints.extend(connections(evidence.connections));
    hints.extend(evidence.activity.iter().filter_map(long_transaction));
    hints.extend(hit_ratio(evidence.blocks));
    hints.extend(evidence.tables.iter().filter_map(missing_index));
    hints.extend(evidence.foreign_keys.iter().filter_map(unindexed_key));
    hints.extend(evidence.tables.iter().filter_map(dead_rows));
    hints.extend(evidence.indexes.iter().filter_map(|index| of_index(index, evidence)));
    hints
}

fn connections(connections: &ConnectionsReport) -> Option<Hint> {
    let (used, max) = (connections.used?, connections.max?);
    (used as f64 >= 0.8 * max as f64).then(|| Hint {
        kind: HintKind::Connections,
        subject: "max_connections".to_owned(),
        evidence: format!("{used} of {max} connections are in use, {} of them idle.", connections.idle),
        advice: "End idle connections, put a pooler in front, or raise max_connections (needs a restart).".to_owned(),
        statement: None,
    })
}

fn long_transaction(backend: &BackendReport) -> Option<Hint> {
    let seconds = backend.transaction_seconds.filter(|seconds| *seconds >= LONG_TRANSACTION)?;
    Some(Hint {
        kind: HintKind::LongTransaction,
        subject: format!("{} ({})", backend.pid, backend.user),
        evidence: format!(
            "Its transaction has been open for {}; it is {}.",
            quantity::duration(seconds as u64),
            backend.state
        ),
        advice: "Rows that others delete cannot be cleared away until it ends. Look at what it waits for, or end it."
            .to_owned(),
        statement: Some(format!("SELECT pg_terminate_backend({});", backend.pid)),
    })
}

fn hit_ratio((hit, read): (i64, i64)) -> Option<Hint> {
    let ratio = hit as f64 / (hit + read).max(1) as f64;
    (hit + read >= BLOCKS && ratio < HIT_RATIO).then(|| Hint {
        kind: HintKind::CacheHitRatio,
        subject: "shared_buffers".to_owned(),
        evidence: format!("{:.1} % of {} blocks were found in memory.", ratio * 100.0, hit + read),
        advice: "Look for tables that are read as a whole first; then raise shared_buffers (needs a restart)."
            .to_owned(),
        statement: None,
    })
}

fn missing_index(table: &Table) -> Option<Hint> {
    let report = &table.report;
    let rows_each = report.sequential_rows / report.sequential_scans.max(1);
    let is_scanned = report.sequential_scans >= 50 && report.sequential_scans > report.index_scans;
    (report.live_rows >= SMALL_TABLE && is_scanned && rows_each >= SMALL_TABLE).then(|| Hint {
        kind: HintKind::MissingIndex,
        subject: report.name.clone(),
        evidence: format!(
            "It was read as a whole {} times, {rows_each} rows each, and {} times by an index; it has {} rows.",
            report.sequential_scans, report.index_scans, report.live_rows
        ),
        advice:
            "Find the statement that reads it in the list of statements, ask for its plan, and index the columns of \
            its condition."
                .to_owned(),
        statement: None,
    })
}

fn unindexed_key(key: &ForeignKey) -> Option<Hint> {
    (key.rows as u64 >= SMALL_TABLE).then(|| Hint {
        kind: HintKind::UnindexedForeignKey,
        subject: format!("{} of {}", key.name, key.table),
        evidence: format!(
            "No index begins with {}: each row deleted from {} reads all {} rows.",
            key.columns, key.refers_to, key.rows
        ),
        advice: "Index it, unless nothing is ever deleted there.".to_owned(),
        statement: Some(format!("CREATE INDEX CONCURRENTLY ON {} ({});", key.table, key.columns)),
    })
}

fn dead_rows(table: &Table) -> Option<Hint> {
    let report = &table.report;
    let is_many = report.dead_rows >= SMALL_TABLE && report.dead_rows * 5 >= report.live_rows;
    is_many.then(|| Hint {
        kind: HintKind::DeadRows,
        subject: report.name.clone(),
        evidence: format!(
            "{} rows are deleted or outdated, {} are alive; it was last vacuumed {}.",
            report.dead_rows,
            report.live_rows,
            report
                .vacuumed_seconds_ago
                .map_or("never".to_owned(), |ago| format!("{} ago", quantity::duration(ago as u64)))
        ),
        advice: "Look for a long transaction that keeps them; else vacuum it, and let autovacuum come sooner."
            .to_owned(),
        statement: Some(format!("VACUUM (ANALYZE) {};", report.name)),
    })
}

fn of_index(index: &Index, evidence: Evidence<'_>) -> Option<Hint> {
    let report = &index.report;
    let bytes = quantity::quantity(report.bytes as f64, Unit::Bytes, Kind::Gauge);
    let drop = || Some(format!("DROP INDEX CONCURRENTLY {};", report.name));
    if !report.is_valid {
        return Some(Hint {
            kind: HintKind::InvalidIndex,
            subject: report.name.clone(),
            evidence: format!("It is not valid: its build broke off. It takes {bytes} and is written all the same."),
            advice: "Unless it is being built just now, drop it and build it again.".to_owned(),
            statement: drop(),
        });
    }
    if !may_go(index) {
        return None;
    }
    if let Some(other) = evidence.indexes.iter().find(|other| covers(other, index)) {
        return Some(Hint {
            kind: HintKind::DuplicateIndex,
            subject: report.name.clone(),
            evidence: format!("Its columns are the first of {}. It takes {bytes}.", other.report.name),
            advice: "Whatever it is used for, the other one serves; drop it if the other one is not much bigger."
                .to_owned(),
            statement: drop(),
        });
    }
    // What takes the place of another one that is told to go will be used.
    let stands_in = || evidence.indexes.iter().any(|other| may_go(other) && covers(index, other));
    (report.scans == 0 && !stands_in()).then(|| Hint {
        kind: HintKind::UnusedIndex,
        subject: report.name.clone(),
        evidence: match evidence.counted_seconds {
            Some(seconds) => {
                format!("It was not used once in {}. It takes {bytes}.", quantity::duration(seconds as u64))
            }
            None => format!("It was not used once since statistics are kept. It takes {bytes}."),
        },
        advice: "Make sure that a whole business cycle is in that time and that no replica uses it; then drop it."
            .to_owned(),
        statement: drop(),
    })
}

/// Whether an index is worth a word, and holds nothing else up.
fn may_go(Index { report, .. }: &Index) -> bool {
    report.is_valid && !report.is_constraint && report.bytes >= SMALL_INDEX
}

/// Whether `other` can do all that `index` can.
fn covers(other: &Index, index: &Index) -> bool {
    let (this, that) = (&index.report, &other.report);
    let is_prefix = other.columns.starts_with(&index.columns);
    // Of two that are the same, the one that is used less is the duplicate, and of two used alike that with the greater name.
    let is_preferred = that.is_constraint || (that.scans, &this.name) > (this.scans, &that.name);
    let is_more = other.columns.len() > index.columns.len() || is_preferred;
    that.name != this.name
        && that.table == this.table
        && that.is_valid
        && other.method == "btree"
        && index.method == "btree"
        && !(other.is_special || index.is_special)
        && is_prefix
        && is_more
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::database::{IndexReport, TableReport};

    fn index(name: &str, columns: &[u8], scans: u64) -> Index {
        let report = IndexReport {
            name: name.to_owned(),
            table: "public.a".to_owned(),
            bytes: 1_000_000,
            scans,
            is_valid: true,
            ..IndexReport::default()
        };
        let columns = columns.iter().map(ToString::to_string).collect();
        Index { report, columns, is_special: false, method: "btree".to_owned() }
    }

    fn kinds(tables: &[Table], indexes: &[Index]) -> Vec<(HintKind, String)> {
        let connections = ConnectionsReport { used: Some(90), max: Some(100), ..ConnectionsReport::default() };
        let activity = [BackendReport { pid: 7, transaction_seconds: Some(900.0), ..BackendReport::default() }];
        let evidence = Evidence {
            tables,
            indexes,
            foreign_keys: &[],
            activity: &activity,
            connections: &connections,
            blocks: (50, 50),
            counted_seconds: Some(86_400.0),
        };
        hints(evidence).into_iter().map(|hint| (hint.kind, hint.subject)).collect()
    }

    #[test]
    fn indexes_that_nobody_needs_are_told_and_those_of_constraints_are_not() {
        let mut unique = index("unique", &[1], 0);
        unique.report.is_constraint = true;
        let mut broken = index("broken", &[9], 0);
        broken.report.is_valid = false;
        let mut small = index("small", &[8], 0);
        small.report.bytes = 8_192;
        let mut partial = index("partial", &[2], 5);
        partial.is_special = true;
        let all =
            [unique, index("one", &[2], 5), index("two", &[2, 3], 5), index("idle", &[4], 0), broken, small, partial];
        let told = kinds(&[], &all);
        let of_index: Vec<_> = told
            .iter()
            .filter(|(kind, _)| ![HintKind::Connections, HintKind::LongTransaction].contains(kind))
            .collect();
        assert_eq!(
            of_index,
            [
                &(HintKind::DuplicateIndex, "one".to_owned()),
                &(HintKind::UnusedIndex, "idle".to_owned()),
                &(HintKind::InvalidIndex, "broken".to_owned())
            ]
        );
    }

    #[test]
    fn of_indexes_that_stand_in_for_each_other_one_stays() {
        let twins = [index("first", &[1], 0), index("second", &[1], 9)];
        let unused_twins = [index("third", &[2], 0), index("fourth", &[2], 0)];
        let wider = [index("narrow", &[3], 9), index("wide", &[3, 4], 0)];
        // Of this one nothing is told, so that nobody needs the other in its place.
        let mut small = index("small", &[5], 9);
        small.report.bytes = 8_192;
        let beside_small = [small, index("large", &[5, 6], 0)];
        let told = kinds(&[], &[twins, unused_twins, wider, beside_small].concat());
        let of_index: Vec<_> = told.iter().skip(2).map(|(kind, name)| (*kind, name.as_str())).collect();
        let duplicates = ["first", "third", "narrow"].map(|name| (HintKind::DuplicateIndex, name));
        assert_eq!(of_index, [&duplicates[..], &[(HintKind::UnusedIndex, "large")]].concat());
    }

    #[test]
    fn tables_read_as_a_whole_again_and_again_are_told() {
        let table = |name: &str, scans, rows| Table {
            report: TableReport {
                name: name.to_owned(),
                live_rows: 50_000,
                sequential_scans: scans,
                sequential_rows: scans * rows,
                ..TableReport::default()
            },
            ..Table::default()
        };
        let told = kinds(&[table("often", 100, 50_000), table("seldom", 3, 50_000), table("little", 100, 10)], &[]);
        let tables: Vec<&str> =
            told.iter().filter(|(kind, _)| *kind == HintKind::MissingIndex).map(|(_, of)| of.as_str()).collect();
        assert_eq!(tables, ["often"]);
        assert_eq!(told[0].0, HintKind::Connections);
        assert_eq!(told[1], (HintKind::LongTransaction, "7 ()".to_owned()));
    }
}
