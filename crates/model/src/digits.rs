//! Numbers in plain digits, and short lists in order: what the standard library does for every number and every length
//! takes a tenth of the browser part, and the dashboard needs neither.

/// `value` with so many decimals (at most six), rounded to the nearest, halves away from zero. A minus stands only before
/// what is not zero as shown.
///
/// ```
/// use miorai_model::digits::fixed;
/// assert_eq!(fixed(3.14159, 2), "3.14");
/// assert_eq!(fixed(-0.04, 1), "0.0");
/// ```
pub fn fixed(value: f64, decimals: usize) -> String {
    const SCALES: [u64; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
    let decimals = decimals.min(SCALES.len() - 1);
    let scale = SCALES[decimals];
    // Beyond what fits, which no quantity is, the largest number stands.
    let scaled = (value.abs() * scale as f64).round() as u64;
    let minus = if value < 0.0 && scaled > 0 { "-" } else { "" };
    let (whole, part) = (scaled / scale, scaled % scale);
    if decimals == 0 { format!("{minus}{whole}") } else { format!("{minus}{whole}.{part:0decimals$}") }
}

/// Puts a short list in order by insertion; what is equal keeps its order.
///
/// ```
/// let mut items = [(2, 'a'), (1, 'b'), (2, 'c')];
/// miorai_model::digits::sort_short(&mut items, |a, b| a.0.cmp(&b.0));
/// assert_eq!(items, [(1, 'b'), (2, 'a'), (2, 'c')]);
/// ```
pub fn sort_short<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> std::cmp::Ordering) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && compare(&items[at], &items[at - 1]).is_lt() {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_are_within_half_a_step_of_the_number(value in -1e9_f64..1e9, decimals in 0_usize..=6) {
            let shown: f64 = fixed(value, decimals).parse().unwrap();
            prop_assert!((shown - value).abs() <= 0.5 / 10_f64.powi(decimals as i32) + 1e-6);
        }

        #[test]
        fn short_lists_are_as_the_standard_library_sorts_them(mut items in prop::collection::vec((0_u8..9, any::<u8>()), 0..40)) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort_short(&mut items, |a, b| a.0.cmp(&b.0));
            prop_assert_eq!(items, expected);
        }
    }
}
