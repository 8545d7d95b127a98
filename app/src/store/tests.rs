//! What the store holds, and what it lets go.

use super::*;
use crate::pages;
use miorai_model::{Kind, Topic, Topics, Unit, history::HistorySeries, live::PROTOCOL};

fn key(name: &'static str) -> SeriesKey {
    SeriesKey::new(name, [])
}

fn hello(started_at: i64, names: &[&'static str]) -> Hello {
    let series = names
        .iter()
        .enumerate()
        .map(|(id, name)| Series {
            id: SeriesId(id as u32),
            key: key(name),
            unit: Unit::Count,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        })
        .collect();
    let started_at = Timestamp::from_millis(started_at);
    Hello { protocol: PROTOCOL, interval_ms: 1_000, topics: Topics::NONE, series, seq: 0, started_at }
}

fn frame(at: i64, values: &[(u32, f64)]) -> FrameMessage {
    let values = values.iter().map(|(id, value)| (SeriesId(*id), *value)).collect();
    FrameMessage { topic: Topic::All, seq: at as u64, at: Timestamp::from_millis(at), values }
}

fn answer(name: &'static str, points: &[(i64, f64)]) -> HistoryAnswer {
    HistoryAnswer {
        series: vec![HistorySeries { name: name.into(), labels: miorai_model::Labels::default(), unit: Unit::Count }],
        timestamps: points.iter().map(|(at, _)| Timestamp::from_millis(*at)).collect(),
        values: vec![points.iter().map(|(_, value)| Some(*value)).collect()],
        ..HistoryAnswer::default()
    }
}

fn shown(store: &SeriesStore, name: &'static str) -> Vec<(i64, Option<f64>)> {
    let column = store.column(&key(name)).unwrap_or_default();
    store.times().iter().zip(column).map(|(at, value)| (*at, Some(*value).filter(|v| !v.is_nan()))).collect()
}

#[test]
fn frames_of_several_topics_share_a_second() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a", "b"]));
    store.push(&frame(1_000, &[(0, 1.0)]));
    store.push(&frame(1_000, &[(1, 2.0)]));
    store.push(&frame(2_000, &[(0, 3.0)]));
    assert_eq!(shown(&store, "a"), [(1_000, Some(1.0)), (2_000, Some(3.0))]);
    assert_eq!(shown(&store, "b"), [(1_000, Some(2.0)), (2_000, None)]);
    assert_eq!((store.latest(&key("a")), store.latest(&key("b"))), (Some(3.0), None));
}

#[test]
fn history_fills_what_is_missing_and_changes_nothing_else() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    store.push(&frame(3_000, &[(0, 3.0)]));
    store.merge(&answer("a", &[(1_000, 1.0), (2_000, 2.0), (3_000, 99.0)]));
    assert_eq!(shown(&store, "a"), [(1_000, Some(1.0)), (2_000, Some(2.0)), (3_000, Some(3.0))]);
}

#[test]
fn a_new_run_numbers_series_anew_and_their_past_stays() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a", "b"]));
    store.push(&frame(1_000, &[(0, 1.0), (1, 10.0)]));
    store.hello(&hello(2, &["b", "a"]));
    store.push(&frame(5_000, &[(0, 11.0), (1, 2.0)]));
    assert_eq!(shown(&store, "a"), [(1_000, Some(1.0)), (5_000, Some(2.0))]);
    assert_eq!(shown(&store, "b"), [(1_000, Some(10.0)), (5_000, Some(11.0))]);
}

#[test]
fn a_clock_set_back_keeps_times_growing() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    for at in [10_000, 11_000, 12_000] {
        store.push(&frame(at, &[(0, at as f64)]));
    }
    store.push(&frame(10_500, &[(0, 1.0)]));
    assert_eq!(shown(&store, "a"), [(10_000, Some(10_000.0)), (10_500, Some(1.0))]);
}

#[test]
fn the_oldest_go_when_there_are_too_many() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    for second in 0..5_000 {
        store.push(&frame(second * 1_000, &[(0, second as f64)]));
    }
    assert!(store.times().len() < 2 * KEPT && store.times().len() >= KEPT);
    assert_eq!(store.latest(&key("a")), Some(4_999.0));
}

#[test]
fn label_values_are_in_natural_order() {
    let mut store = SeriesStore::default();
    let mut hello = hello(1, &[]);
    for (id, cpu) in ["10", "2", "0"].into_iter().enumerate() {
        hello.series.push(Series {
            id: SeriesId(id as u32),
            key: SeriesKey::new("busy", [("cpu", cpu)]),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        });
    }
    store.hello(&hello);
    store.push(&frame(1, &[(0, 0.1), (1, 0.2), (2, 0.3)]));
    assert_eq!(store.label_values("busy", "cpu"), ["0", "2", "10"]);
}

fn asked(name: &'static str, view: View, earlier: Option<Earlier>) -> pages::Past {
    pages::Past { series: vec![key(name)], view, earlier }
}

fn drawn(store: &SeriesStore, name: &'static str, view: View) -> Vec<(i64, f64)> {
    let rows = store.rows(view);
    rows.times().iter().copied().zip(rows.column(&key(name)).iter().copied()).collect()
}

const HOUR: View = View::Last(3_600);

#[test]
fn what_comes_in_joins_the_past_in_steps_of_the_past() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    // A second that came in while the past was asked for is not lost.
    store.push(&frame(21_000, &[(0, 2.0)]));
    store.take(&asked("a", HOUR, None), &answer("a", &[(0, 7.0), (10_000, 8.0), (20_000, 9.0)]));
    assert_eq!(drawn(&store, "a", HOUR), [(0, 7.0), (10_000, 8.0), (20_000, 9.0), (21_000, 2.0)]);
    for second in 22..=31 {
        store.push(&frame(second * 1_000, &[(0, 4.0)]));
    }
    let rows = drawn(&store, "a", HOUR);
    assert_eq!(rows.len(), 5, "ten seconds make a row");
    assert_eq!(rows[3].0, 30_000);
    assert!((rows[3].1 - 3.8).abs() < 1e-9, "the mean of one 2 and nine 4");
    assert_eq!(rows[4], (31_000, 4.0), "the line reaches the newest moment");
    assert_eq!(shown(&store, "a").len(), 11, "the seconds are held by themselves");
}

#[test]
fn what_comes_in_widens_the_band_of_the_newest_row() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    let mut past = answer("a", &[(0, 7.0), (10_000, 8.0)]);
    (past.min, past.max) = (vec![vec![Some(1.0), Some(8.0)]], vec![vec![Some(9.0), Some(8.5)]]);
    store.take(&asked("a", HOUR, None), &past);
    for (second, value) in [(11, 4.0), (12, 2.0), (13, 6.0), (14, f64::NAN)] {
        store.push(&frame(second * 1_000, &[(0, value)]));
    }
    let rows = store.rows(HOUR);
    assert_eq!(rows.times(), [0, 10_000, 14_000]);
    assert_eq!(rows.band(&key("a")), [&[1.0, 8.0, 2.0], &[9.0, 8.5, 6.0]]);
    assert_eq!(store.rows(View::Last(900)).band(&key("a")), [&[] as &[f64]; 2], "seconds are what they are");
}

#[test]
fn a_year_on_the_screen_takes_no_more_room_than_an_hour() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    let step = 52_560_000;
    let past: Vec<(i64, f64)> = (0..600).map(|n| (n * step, 1.0)).collect();
    store.take(&asked("a", View::Last(365 * 86_400), None), &answer("a", &past));
    for second in 0..10_000 {
        store.push(&frame(600 * step + second * 1_000, &[(0, 1.0)]));
    }
    assert_eq!(store.rows(View::Last(365 * 86_400)).times().len(), 601);
    assert!(store.times().len() < 2 * KEPT);
}

#[test]
fn a_part_of_time_stays_as_it_was_answered() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    let view = View::Between(0, 20_000);
    store.take(&asked("a", view, None), &answer("a", &[(5_000, 1.0), (15_000, 2.0)]));
    store.push(&frame(90_000, &[(0, 3.0)]));
    assert_eq!(drawn(&store, "a", view), [(5_000, 1.0), (15_000, 2.0)]);
    // Until the past of another view comes, what is there of its time is drawn.
    assert_eq!(drawn(&store, "a", View::Between(4_000, 9_000)).len(), 2);
    assert_eq!(drawn(&store, "a", View::Last(900)), [(90_000, 3.0)]);
}

#[test]
fn what_a_view_is_compared_with_stands_at_the_times_of_the_view() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a"]));
    store.take(&asked("a", HOUR, Some(Earlier::Day)), &answer("a", &[(0, 5.0)]));
    let rows = store.earlier(HOUR, Earlier::Day).expect("it has come");
    assert_eq!((rows.times(), rows.column(&key("a"))), (&[86_400_000][..], &[5.0][..]));
    assert!(store.earlier(HOUR, Earlier::Week).is_none() && store.earlier(View::Last(60), Earlier::Day).is_none());
}

#[test]
fn series_that_are_gone_from_everything_shown_are_forgotten() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["gone", "stays"]));
    store.push(&frame(0, &[(0, 1.0), (1, 2.0)]));
    // Another series takes the number of the one that is gone.
    let mut other = hello(1, &["other"]).series;
    store.announce(&other);
    for second in 1..2_000 {
        store.push(&frame(second * 1_000, &[(0, 3.0), (1, 4.0)]));
    }
    let names: Vec<_> = store.series().map(|series| series.key.name.clone()).collect();
    assert_eq!(names, ["stays", "other"]);
    assert_eq!((store.latest(&key("stays")), store.latest(&key("other"))), (Some(4.0), Some(3.0)));
    other[0].id = SeriesId(7);
    store.announce(&other);
    store.push(&frame(2_000_000, &[(7, 5.0)]));
    assert_eq!(store.latest(&key("other")), Some(5.0));
}

#[test]
fn a_series_that_lacks_its_value_for_a_while_is_still_there() {
    let mut store = SeriesStore::default();
    store.hello(&hello(1, &["a", "b"]));
    store.push(&frame(1_000, &[(0, 1.0), (1, 1.0)]));
    assert!(!store.is_recent(&key("c")));
    for second in 2..=30 {
        store.push(&frame(second * 1_000, &[(0, 1.0)]));
        assert!(store.is_recent(&key("b")), "{second}");
    }
    store.push(&frame(31_000, &[(0, 1.0)]));
    assert!(store.is_recent(&key("a")) && !store.is_recent(&key("b")));
}
