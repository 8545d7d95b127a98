//! A small line in a cell.

use leptos::prelude::*;
use std::fmt::Write as _;

/// The box in which it is drawn; it stretches with the cell.
const SIZE: (f64, f64) = (100.0, 20.0);

/// Draws numbers; nothing when there are none.
pub(super) fn spark(numbers: &[Option<f64>]) -> impl IntoView + use<> {
    let path = path(numbers);
    (!path.is_empty()).then(|| {
        view! {
            <svg class="cell-spark" viewBox=format!("0 0 {} {}", SIZE.0, SIZE.1) preserveAspectRatio="none" aria-hidden="true">
                <path d=path></path>
            </svg>
        }
    })
}

/// The path of the line, with gaps where there is no number.
fn path(numbers: &[Option<f64>]) -> String {
    let there = || numbers.iter().flatten().copied().filter(|number| number.is_finite());
    let (least, most) =
        there().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), number| (a.min(number), b.max(number)));
    let step = SIZE.0 / (numbers.len().max(2) - 1) as f64;
    let mut path = String::new();
    let mut pen = 'M';
    for (place, number) in numbers.iter().enumerate() {
        let Some(number) = number.filter(|number| number.is_finite()) else {
            pen = 'M';
            continue;
        };
        // What stands still is a line in the middle.
        let height = if most > least { (number - least) / (most - least) } else { 0.5 };
        let (x, y) = ((step * place as f64).round() as u32, (SIZE.1 - 2.0 - height * (SIZE.1 - 4.0)).round() as u32);
        let _ = write!(path, "{pen}{x} {y}");
        if pen == 'M' {
            // A single number between two gaps is a point.
            path.push_str("h1");
        }
        pen = 'L';
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_from_the_least_to_the_greatest_and_has_gaps() {
        assert_eq!(path(&[Some(0.0), Some(10.0), None, Some(5.0)]), "M0 18h1L33 2M100 10h1");
        assert_eq!(path(&[Some(7.0), Some(7.0)]), "M0 10h1L100 10");
        assert_eq!(path(&[None, Some(f64::NAN)]), "");
        assert_eq!(path(&[]), "");
    }
}
