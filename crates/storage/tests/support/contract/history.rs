//! What every store of frames must do.

use super::super::frames::{NAN, at, frame, key, query, seconds, series, sketched};
use miorai_model::{Kind, Unit, history::HistoryQuery};
use miorai_storage::{
    History, HistoryError,
    history::{MAX_POINTS, MAX_SERIES, MAX_VALUES},
};
use std::sync::Arc;

/// The contract of a store of frames; `make` gives an empty one with room for at least a hundred frames.
pub(crate) async fn history_contract<H: History>(make: impl AsyncFn() -> Arc<H>) {
    answers_have_frames_as_they_were(&*make().await).await;
    answers_are_reduced_without_making_anything_up(&*make().await).await;
    a_series_that_comes_later_has_no_value_before(&*make().await).await;
    times_grow_after_the_clock_was_set_back(&*make().await).await;
    a_frame_given_twice_changes_nothing(&*make().await).await;
    bad_questions_are_refused_with_their_reason(&*make().await).await;
    what_is_no_number_is_no_value(&*make().await).await;
    quantiles_are_taken_from_merged_sketches(&*make().await).await;
    a_series_that_has_gone_is_still_answered(&*make().await).await;
    the_least_and_the_greatest_are_told_of_points_that_stand_for_many(&*make().await).await;
    what_stands_still_and_what_is_alike_is_answered_as_it_was(&*make().await).await;
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
    let (most, too_much) = (vec!["a"; 500], HistoryError::TooMuch { series: 500, points: MAX_VALUES / 500 + 1 });
    assert_eq!(history.query(&query(&most, 0, 200, MAX_VALUES / 500)).await.unwrap().values, vec![[Some(1.0)]; 500]);
    let reversed = HistoryError::Reversed { from: at(2), to: at(1) };
    for (question, expected) in [
        (query(&["a", "cash"], 0, 1, 1), HistoryError::UnknownSeries(key("cash"))),
        (query(&[], 0, 1, 1), HistoryError::NoSeries),
        (query(&many, 0, 1, 1), HistoryError::TooManySeries { asked: MAX_SERIES + 1 }),
        (query(&["a"], 0, 1, 0), HistoryError::Points { asked: 0 }),
        (query(&["a"], 0, 1, MAX_POINTS + 1), HistoryError::Points { asked: MAX_POINTS + 1 }),
        (query(&most, 0, 1, MAX_VALUES / 500 + 1), too_much),
        (query(&["a"], 2, 1, 1), reversed),
    ] {
        assert_eq!(history.query(&question).await, Err(expected));
    }
}

async fn what_is_no_number_is_no_value(history: &impl History) {
    let series = series(&["a"]);
    for (seq, value) in (1..).zip([1.0, f64::INFINITY, f64::NEG_INFINITY, NAN, 3.0]) {
        history.record(&frame(seq, 100 + seq as i64, &[value]), &series);
    }
    let answer = history.query(&query(&["a"], 0, 200, 100)).await.unwrap();
    assert_eq!(answer.values, [[Some(1.0), None, None, None, Some(3.0)]]);
    let one = history.query(&query(&["a"], 0, 200, 1)).await.unwrap();
    assert_eq!(one.values, [[Some(2.0)]]);
}

async fn quantiles_are_taken_from_merged_sketches(history: &impl History) {
    let mut list = series(&["took", "took{quantile=\"0.99\"}"]).to_vec();
    list[0].kind = Kind::Distribution;
    let list = Arc::new(list);
    // A second of a thousand fast ones, and one with a single slow one: of the two, the slow one is one in a thousand.
    history.record(&sketched(1, 101, &[NAN, 0.01], 0, &[(0.01, 1_000)]), &list);
    history.record(&sketched(2, 102, &[NAN, 5.0], 0, &[(5.0, 1)]), &list);
    let ask = async |name, points| history.query(&query(&[name], 0, 200, points)).await.unwrap().values[0].clone();
    let near = |values: Vec<Option<f64>>, expected: &[f64]| {
        let good = values.iter().zip(expected).all(|(value, expected)| (value.unwrap() / expected - 1.0).abs() < 0.011);
        assert!(good && values.len() == expected.len(), "{values:?}, {expected:?}");
    };
    near(ask("took{quantile=\"0.99\"}", 10).await, &[0.01, 5.0]);
    near(ask("took{quantile=\"0.99\"}", 1).await, &[0.01]);
    near(ask("took{quantile=\"0.25\"}", 1).await, &[0.01]);
    near(ask("took{quantile=\"1\"}", 1).await, &[5.0]);
    near(ask("took", 1).await, &[(1_000.0 * 0.01 + 5.0) / 1_001.0]);
}

async fn the_least_and_the_greatest_are_told_of_points_that_stand_for_many(history: &impl History) {
    let mut list = series(&["a", "still", "took"]).to_vec();
    list[2].kind = Kind::Distribution;
    let list = Arc::new(list);
    for (seq, value) in (0_u32..).zip([3.0, 1.0, NAN, 9.0, 5.0, NAN, NAN, NAN]) {
        let values = &[value, 7.0, NAN];
        history.record(&sketched(u64::from(seq) + 1, 100 + i64::from(seq), values, 2, &[(0.5, 2)]), &list);
    }
    let question = |points| HistoryQuery { extremes: true, ..query(&["still", "a", "took"], 0, 200, points) };
    let answer = history.query(&question(4)).await.unwrap();
    assert_eq!(seconds(&answer), [100.5, 103.0, 106.0]);
    assert_eq!(answer.values[1], [Some(2.0), Some(7.0), None]);
    assert_eq!(answer.min, [vec![], vec![Some(1.0), Some(5.0), None], vec![]]);
    assert_eq!(answer.max, [vec![], vec![Some(3.0), Some(9.0), None], vec![]]);
    let whole = history.query(&question(100)).await.unwrap();
    assert_eq!((whole.timestamps.len(), &whole.min, &whole.max), (8, &vec![vec![]; 3], &vec![vec![]; 3]));
    let means = history.query(&query(&["a"], 0, 200, 4)).await.unwrap();
    assert_eq!((means.min.len(), means.max.len()), (0, 0), "nothing that was not asked for");
}

async fn a_series_that_has_gone_is_still_answered(history: &impl History) {
    let list = series(&["a", "b"]);
    history.record(&frame(1, 101, &[1.0, 10.0]), &list);
    history.record(&frame(2, 102, &[2.0]), &list);
    let answer = history.query(&query(&["b", "a"], 0, 200, 10)).await.unwrap();
    assert_eq!(answer.values, [[Some(10.0), None], [Some(1.0), Some(2.0)]]);
}

async fn what_stands_still_and_what_is_alike_is_answered_as_it_was(history: &impl History) {
    let list = series(&["varies", "alike", "still", "late"]);
    // Across two chunks of ten minutes, with a question, before which stores may be closed, in the midst of the second.
    let value = |second: i64| [(second % 7) as f64, if second == 1_250 { 9.0 } else { (second % 7) as f64 }, 3.0, 5.0];
    let told = |seconds: std::ops::Range<i64>| {
        for second in seconds {
            let values = value(second);
            history.record(&frame(second as u64, second, &values[..if second < 1_230 { 3 } else { 4 }]), &list);
        }
    };
    let ask = async |from, to| history.query(&query(&["alike", "still", "varies"], from, to, 1_000)).await.unwrap();
    told(1_170..1_220);
    assert_eq!(ask(1_180, 1_210).await.values[1], vec![Some(3.0); 31]);
    told(1_220..1_260);
    let answer = ask(1_175, 1_255).await;
    for (place, second) in (1_175..=1_255).enumerate() {
        let there: Vec<_> = answer.values.iter().map(|column| column[place]).collect();
        let [varies, alike, still, _] = value(second);
        assert_eq!(there, [Some(alike), Some(still), Some(varies)], "{second}");
    }
    let late = history.query(&query(&["late"], 1_228, 1_231, 10)).await.unwrap();
    assert_eq!(late.values, [[None, None, Some(5.0), Some(5.0)]]);
}
