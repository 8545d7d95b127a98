//! What every store must do. A new store adds one line at the end of this file.

#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use miorai_model::{
    Frame, Kind, Series, SeriesId, SeriesKey, Severity, Timestamp, Topics, Unit,
    history::{HistoryAnswer, HistoryQuery},
};
use miorai_storage::{
    History, HistoryError, Journal, JournalFilter, MemoryHistory, MemoryJournal,
    history::{MAX_POINTS, MAX_SERIES},
    journal::{MAX_EVENTS, MAX_MESSAGE},
};
use std::sync::Arc;

const NAN: f64 = f64::NAN;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn key(name: &'static str) -> SeriesKey {
    SeriesKey::new(name, [])
}

fn series(names: &[&'static str]) -> Arc<Vec<Series>> {
    let one = |(id, name): (usize, &&'static str)| Series {
        id: SeriesId(id as u32),
        key: key(name),
        unit: Unit::Bytes,
        kind: Kind::Gauge,
        topics: Topics::NONE,
    };
    Arc::new(names.iter().enumerate().map(one).collect())
}

fn frame(seq: u64, seconds: i64, values: &[f64]) -> Frame {
    Frame {
        seq,
        at: at(seconds),
        values: values.into(),
        totals: Arc::default(),
        sketches: Arc::default(),
        processes: Arc::default(),
    }
}

fn query(names: &[&'static str], from: i64, to: i64, points: usize) -> HistoryQuery {
    HistoryQuery { series: names.iter().map(|name| key(name)).collect(), from: at(from), to: at(to), points }
}

fn seconds(answer: &HistoryAnswer) -> Vec<f64> {
    answer.timestamps.iter().map(|time| time.as_seconds()).collect()
}

/// The contract of a store of frames; `make` gives an empty one with room for at least a hundred frames.
async fn history_contract<H: History>(make: impl Fn() -> H) {
    answers_have_frames_as_they_were(&make()).await;
    answers_are_reduced_without_making_anything_up(&make()).await;
    a_series_that_comes_later_has_no_value_before(&make()).await;
    times_grow_after_the_clock_was_set_back(&make()).await;
    a_frame_given_twice_changes_nothing(&make()).await;
    bad_questions_are_refused_with_their_reason(&make()).await;
}

async fn answers_have_frames_as_they_were(history: &impl History) {
    assert_eq!(history.extent(), None);
    let series = series(&["a", "b"]);
    for second in 1..=5 {
        history.record(&frame(second, 100 + second as i64, &[second as f64, NAN]), &series);
    }
    assert_eq!(history.extent(), Some((at(101), at(105))));
    assert!(history.memory_bytes() > 0);
    let answer = history.query(&query(&["b", "a"], 102, 104, 100)).await.unwrap();
    assert_eq!(
        answer.series.iter().map(|s| (s.name.as_ref(), s.unit)).collect::<Vec<_>>(),
        [("b", Unit::Bytes), ("a", Unit::Bytes)]
    );
    assert_eq!(seconds(&answer), [102.0, 103.0, 104.0]);
    assert_eq!(answer.values, [vec![None; 3], vec![Some(2.0), Some(3.0), Some(4.0)]]);
    let nothing = history.query(&query(&["a"], 500, 600, 10)).await.unwrap();
    assert_eq!((nothing.timestamps.len(), nothing.values), (0, vec![vec![]]));
}

async fn answers_are_reduced_without_making_anything_up(history: &impl History) {
    let series = series(&["a"]);
    // Ten seconds, a gap of twenty, ten seconds; in the second half only every other second has a value.
    let times = (100..110).chain(130..140);
    for (seq, second) in (1..).zip(times) {
        let value = if second < 130 || second % 2 == 0 { second as f64 } else { NAN };
        history.record(&frame(seq, second, &[value]), &series);
    }
    let answer = history.query(&query(&["a"], 0, 1_000, 9)).await.unwrap();
    assert_eq!(seconds(&answer), [102.0, 107.0, 132.0, 137.0]);
    assert_eq!(answer.values, [[Some(102.0), Some(107.0), Some(132.0), Some(137.0)]]);
    let one = history.query(&query(&["a"], 130, 139, 1)).await.unwrap();
    assert_eq!(one.values, [[Some(134.0)]]);
}

async fn a_series_that_comes_later_has_no_value_before(history: &impl History) {
    history.record(&frame(1, 101, &[1.0]), &series(&["a"]));
    history.record(&frame(2, 102, &[2.0, 20.0]), &series(&["a", "b"]));
    let answer = history.query(&query(&["b"], 0, 200, 10)).await.unwrap();
    assert_eq!(answer.values, [[None, Some(20.0)]]);
}

async fn times_grow_after_the_clock_was_set_back(history: &impl History) {
    let series = series(&["a"]);
    for (seq, second) in [(1, 100), (2, 101), (3, 102), (4, 103), (5, 101), (6, 102)] {
        history.record(&frame(seq, second, &[seq as f64]), &series);
    }
    let answer = history.query(&query(&["a"], 0, 1_000, 100)).await.unwrap();
    assert_eq!(seconds(&answer), [100.0, 101.0, 102.0]);
    assert_eq!(answer.values, [[Some(1.0), Some(5.0), Some(6.0)]], "what was made later is right");
    assert_eq!(history.extent(), Some((at(100), at(102))));
}

async fn a_frame_given_twice_changes_nothing(history: &impl History) {
    let series = series(&["a"]);
    for seq in [1, 2, 2, 1] {
        history.record(&frame(seq, 100 + seq as i64, &[seq as f64]), &series);
    }
    let answer = history.query(&query(&["a"], 0, 1_000, 100)).await.unwrap();
    assert_eq!(answer.values, [[Some(1.0), Some(2.0)]]);
}

async fn bad_questions_are_refused_with_their_reason(history: &impl History) {
    history.record(&frame(1, 100, &[1.0]), &series(&["a"]));
    let many = vec!["a"; MAX_SERIES + 1];
    let reversed = HistoryError::Reversed { from: at(2), to: at(1) };
    for (question, expected) in [
        (query(&["a", "cash"], 0, 1, 1), HistoryError::UnknownSeries(key("cash"))),
        (query(&[], 0, 1, 1), HistoryError::NoSeries),
        (query(&many, 0, 1, 1), HistoryError::TooManySeries { asked: MAX_SERIES + 1 }),
        (query(&["a"], 0, 1, 0), HistoryError::Points { asked: 0 }),
        (query(&["a"], 0, 1, MAX_POINTS + 1), HistoryError::Points { asked: MAX_POINTS + 1 }),
        (query(&["a"], 2, 1, 1), reversed),
    ] {
        assert_eq!(history.query(&question).await, Err(expected));
    }
}

/// The contract of a store of events; `make` gives an empty one with room for at least a hundred.
async fn journal_contract<J: Journal>(make: impl Fn() -> J) {
    events_come_newest_first_and_are_filtered(&make()).await;
    messages_are_bounded(&make());
}

async fn events_come_newest_first_and_are_filtered(journal: &impl Journal) {
    for (severity, source, message) in [
        (Severity::Info, "server", "Started."),
        (Severity::Warning, "collector", "The collector Disk hangs."),
        (Severity::Error, "collector", "The collector network failed."),
        (Severity::Info, "collector", "The collector disk works again."),
    ] {
        journal.append(at(7), severity, source, message);
    }
    let all = JournalFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![4, 3, 2, 1]),
        (JournalFilter { limit: 2, ..all.clone() }, vec![4, 3]),
        (JournalFilter { limit: 2, before_id: Some(3), ..all.clone() }, vec![2, 1]),
        (JournalFilter { min_severity: Some(Severity::Warning), ..all.clone() }, vec![3, 2]),
        (JournalFilter { source: Some("server".to_owned()), ..all.clone() }, vec![1]),
        (JournalFilter { text: Some("dISK".to_owned()), ..all.clone() }, vec![4, 2]),
        (JournalFilter { limit: 0, ..all.clone() }, vec![]),
        (JournalFilter { limit: MAX_EVENTS * 2, ..all }, vec![4, 3, 2, 1]),
    ] {
        let ids: Vec<u64> = journal.recent(&filter).await.unwrap().iter().map(|event| event.id).collect();
        assert_eq!(ids, expected, "{filter:?}");
    }
}

fn messages_are_bounded(journal: &impl Journal) {
    let event = journal.append(at(1), Severity::Info, "server", &"ä".repeat(MAX_MESSAGE + 1));
    assert_eq!(event.message.chars().count(), MAX_MESSAGE);
    assert!(event.message.ends_with('…'));
    let fits = "ä".repeat(MAX_MESSAGE);
    assert_eq!(journal.append(at(1), Severity::Info, "server", &fits).message, fits);
}

#[tokio::test]
async fn frames_in_memory_keep_the_contract() {
    history_contract(MemoryHistory::default).await;
}

#[tokio::test]
async fn events_in_memory_keep_the_contract() {
    journal_contract(MemoryJournal::default).await;
}
