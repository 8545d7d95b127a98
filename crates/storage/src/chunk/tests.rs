//! Chunks come back as they were, and nothing else does harm.

use super::*;
use proptest::prelude::*;

const START: i64 = 1_700_000_000_000;

/// Values as machines have them: standing still, whole, rates, whatever.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => Just(0.0),
        3 => (0_u32..1_000).prop_map(f64::from),
        2 => 0.0..1.0_f64,
        2 => 0.0..1e10_f64,
        1 => any::<f64>().prop_filter("history keeps numbers only", |value| value.is_finite()),
    ]
}

fn point() -> impl Strategy<Value = Point> {
    prop_oneof![
        value().prop_map(Point::of),
        prop::collection::vec(0.0..1e6_f64, 2..20).prop_map(|values| {
            let mut points = values.into_iter().map(Point::of);
            let first = points.next().unwrap();
            points.fold(first, |mut all, one| {
                all.merge(&one);
                all
            })
        }),
    ]
}

/// Single seconds that stay near one number, swing, or are whole.
fn seconds() -> impl Strategy<Value = Vec<(i64, Point)>> {
    let value = prop_oneof![
        (1.0..1e6_f64, 0.0..2.0_f64).prop_flat_map(|(base, swing)| {
            prop::collection::vec((0.0..=1.0_f64).prop_map(move |part| base * (1.0 + swing * part)), 1..100)
        }),
        prop::collection::vec((-32_768_i32..=32_768).prop_map(f64::from), 1..100),
    ];
    value.prop_map(|values| (1..).zip(values).map(|(i, value)| (START + i * 1_000, Point::of(value))).collect())
}

fn points() -> impl Strategy<Value = Vec<(i64, Point)>> {
    let steps = prop_oneof![4 => Just(1_000_i64), 1 => 1_i64..20_000];
    (0_i64..5_000, prop::collection::vec((steps, point()), 0..300)).prop_map(|(first, points)| {
        let mut at = START + first;
        points
            .into_iter()
            .map(|(step, point)| {
                at += step;
                (at, point)
            })
            .collect()
    })
}

/// Whether a number is another one to five figures, or to those that are kept when `short`.
fn near(a: f64, b: f64, short: bool) -> bool {
    let error = if short { 1.0 / 6_500.0 } else { 6.2e-5 };
    (a - b).abs() <= a.abs().max(b.abs()) * error + f64::MIN_POSITIVE
}

/// Whether points may come back with fewer figures: each is one second, not all are small whole numbers, and they swing over
/// half of the greatest (and a little, because that is looked at after rounding).
fn may_be_short(points: &[(i64, Point)]) -> bool {
    let values = || points.iter().map(|(_, point)| point.sum);
    let (least, greatest) = values().fold((f64::MAX, f64::MIN), |(min, max), value| (min.min(value), max.max(value)));
    let whole = values().all(|value| value.fract() == 0.0 && value.abs() <= 32_768.0);
    let swing = greatest - least >= least.abs().max(greatest.abs()) * 0.499;
    points.iter().all(|(_, point)| point.count == 1) && !whole && swing
}

proptest! {
    #[test]
    fn points_come_back_to_the_figures_that_are_promised(points in prop_oneof![points(), seconds()]) {
        let short = may_be_short(&points);
        let bytes = encode(START, &Content::Points(points.clone()));
        let Content::Points(back) = decode(START, points.len(), &bytes).unwrap() else { unreachable!("points stay points") };
        prop_assert_eq!(back.len(), points.len());
        for ((at, then), (time, now)) in points.iter().zip(&back) {
            prop_assert_eq!((at, then.count), (time, now.count));
            prop_assert!(near(then.min, now.min, short) && near(then.max, now.max, short), "{:?} {:?}", then, now);
            prop_assert!(near(then.mean(), now.mean(), short), "{:?} {:?}", then, now);
        }
        let Content::Points(means) = decode_means(START, points.len(), &bytes).unwrap() else { unreachable!("points stay points") };
        let told = |points: &[(i64, Point)]| -> Vec<_> { points.iter().map(|(at, p)| (*at, p.sum.to_bits(), p.count)).collect() };
        prop_assert_eq!(told(&means), told(&back));
        prop_assert_eq!(decode_times(START, points.len(), &bytes), Ok(back.iter().map(|(at, _)| *at).collect()));
        prop_assert_eq!(encode(START, &Content::Points(back)), bytes, "what came back is written as it was");
    }

    #[test]
    fn bytes_that_are_no_chunk_are_refused_or_read_as_something_but_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200), count in 0_usize..1_000,
    ) {
        let _ = decode(START, count, &bytes);
        let _ = decode_means(START, count, &bytes);
    }

    #[test]
    fn a_chunk_with_a_byte_changed_never_panics(points in points(), at in any::<prop::sample::Index>(), by in 1_u8..) {
        let mut bytes = encode(START, &Content::Points(points.clone()));
        let place = at.index(bytes.len());
        bytes[place] = bytes[place].wrapping_add(by);
        let _ = decode(START, points.len(), &bytes);
    }
}

#[test]
fn fewer_figures_are_kept_only_of_what_swings_and_small_whole_numbers_stay() {
    let back = |values: &[f64]| {
        let points = values.iter().zip(1..).map(|(value, i)| (START + i * 1_000, Point::of(*value))).collect();
        match decode(START, values.len(), &encode(START, &Content::Points(points))).unwrap() {
            Content::Points(points) => points.iter().map(|(_, point)| point.sum).collect::<Vec<_>>(),
            Content::Sketches(_) => unreachable!("points stay points"),
        }
    };
    let near = |a: f64, b: f64, error: f64| (a / b - 1.0).abs() <= error;
    let (calm, swinging) = (back(&[60_001.25, 70_000.5]), back(&[30_001.25, 70_000.5]));
    assert!(near(calm[0], 60_001.25, 3.1e-5) && near(calm[1], 70_000.5, 3.1e-5), "{calm:?}");
    assert!(near(swinging[0], 30_001.25, 1.0 / 6_500.0) && !near(swinging[0], 30_001.25, 3.1e-5), "{swinging:?}");
    assert_eq!(back(&[0.0, 32_767.0, -1.0, 20_001.0]), [0.0, 32_767.0, -1.0, 20_001.0]);
}

#[test]
fn ten_minutes_of_what_stands_still_take_a_dozen_bytes() {
    for value in [0.0, 1.0, 0.25, 33_554_432_000.0, 0.1] {
        let points: Vec<(i64, Point)> = (0..600).map(|i| (START + i * 1_000, Point::of(value))).collect();
        assert!(encode(START, &Content::Points(points)).len() <= 12, "{value}");
    }
}

#[test]
fn sketches_come_back_as_they_were() {
    let sketch = |seed: i64| {
        let mut sketch = miorai_model::Sketch::new();
        (1..=seed).for_each(|i| sketch.add(i as f64 / 1_000.0));
        (START + seed * 1_000, sketch)
    };
    let content = Content::Sketches((1..100).map(sketch).collect());
    let bytes = encode(START, &content);
    assert_eq!(decode(START, content.len(), &bytes), Ok(content));
    assert!(decode(START, 99, &bytes[..bytes.len() / 2]).is_err());
}
