//! What every store of events must do.

use super::super::frames::at;
use miorai_model::Severity;
use miorai_storage::{
    Journal, JournalFilter,
    journal::{MAX_DETAIL, MAX_EVENTS, MAX_MESSAGE},
};
use std::sync::Arc;

/// The contract of a store of events; `make` gives an empty one with room for a thousand.
pub(crate) async fn journal_contract<J: Journal>(make: impl AsyncFn() -> Arc<J>) {
    events_come_newest_first_and_are_filtered(&*make().await).await;
    messages_are_bounded(&*make().await);
    details_are_kept_and_bounded(&*make().await).await;
    what_is_searched_for_is_found_among_many(&*make().await).await;
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

async fn details_are_kept_and_bounded(journal: &impl Journal) {
    let fits = format!("\"{}\"", "x".repeat(MAX_DETAIL - 2));
    let too_large = format!("{fits} ");
    for detail in [None, Some("{\"took_ms\":7}"), Some(&fits), Some(&too_large)] {
        journal.append_detailed(at(1), Severity::Info, "slow", "It took long.", detail);
    }
    let events = journal.recent(&JournalFilter::default()).await.unwrap();
    let details: Vec<Option<&str>> = events.iter().rev().map(|event| event.detail.as_deref()).collect();
    assert_eq!(details, [None, Some("{\"took_ms\":7}"), Some(&*fits), None]);
}

async fn what_is_searched_for_is_found_among_many(journal: &impl Journal) {
    let detail = format!("\"{}\"", "x".repeat(MAX_DETAIL / 8));
    for number in 1..=900 {
        let message = if number % 300 == 0 { "Der Tisch ist ÜBERVOLL." } else { "Nothing." };
        journal.append_detailed(at(number), Severity::Info, "test", message, Some(&detail));
    }
    let search = async |limit, before_id| {
        let text = Some("übervoll".to_owned());
        let filter = JournalFilter { limit, before_id, text, ..JournalFilter::default() };
        journal.recent(&filter).await.unwrap().iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(search(2, None).await, [900, 600], "the newest first, and no more than were asked for");
    assert_eq!(search(2, Some(600)).await, [300]);
    assert_eq!(search(100, Some(300)).await, [0_u64; 0]);
}
