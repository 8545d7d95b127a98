//! Numbers as they are written into messages: short.

/// Writes a finite number in its shortest form, rounded to six significant figures: more is below what any chart or
/// tile shows, and frames are sent every second to everybody.
pub(crate) fn write_number(out: &mut Vec<u8>, value: f64) {
    let rounded = six_figures(value);
    // Whole numbers without a point; above 2^53 the form with an exponent is shorter anyway.
    let written = if rounded.fract() == 0.0 && rounded.abs() < 9e15 {
        serde_json::to_writer(out, &(rounded as i64))
    } else {
        serde_json::to_writer(out, &rounded)
    };
    written.expect("writing into memory does not fail");
}

/// `value` rounded to six significant figures: the double nearest to that decimal number, whose shortest form has no
/// more figures.
pub fn six_figures(value: f64) -> f64 {
    if value == 0.0 || (value.fract() == 0.0 && value.abs() < 1e6) {
        return value;
    }
    let places = 5 - value.abs().log10().floor() as i32;
    match places {
        // Powers of ten are exact up to 10^22, so that each side is rounded once.
        0..=22 => {
            let scale = 10_f64.powi(places);
            (value * scale).round() / scale
        }
        -22..0 => {
            let scale = 10_f64.powi(-places);
            (value / scale).round() * scale
        }
        _ => format!("{value:.5e}").parse().unwrap_or(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: f64) -> String {
        let mut out = Vec::new();
        write_number(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (3.0, "3"),
            (0.5, "0.5"),
            (1.0 / 3.0, "0.333333"),
            (0.1 + 0.2, "0.3"),
            (999_999.5, "1000000"),
            (13_912_345_678.0, "13912300000"),
            (-1234.5678, "-1234.57"),
            (1.234_567_89e-9, "1.23457e-9"),
            (1.234_567_89e30, "1.23457e30"),
        ] {
            assert_eq!(written(value).replace("e+", "e"), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn every_finite_number_is_read_back_to_six_figures(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            let text = written(value);
            let back: f64 = text.parse().unwrap();
            let error = (back - value).abs();
            prop_assert!(error <= value.abs() * 5.1e-6 || !back.is_finite(), "{value} became {text}");
            let figures = text.split('e').next().unwrap().chars().filter(char::is_ascii_digit).collect::<String>();
            prop_assert!(figures.trim_matches('0').len() <= 6, "{value} became {text}");
        }
    }
}
