//! Charts as SVG, right at every width before any script has run.
//!
//! The width of the viewer's screen is not known on the server. The plot is drawn into a view box that stretches to its
//! place while its lines keep their width (`vector-effect` in the style sheet), and the labels of the axes are text
//! beside it, placed by percent. Colours are classes: `line colour-1`, `area colour-1`, `grid`, `threshold`.

use crate::{
    ChartSpec, ChartView, TimeRange,
    axis::{YAxis, time_ticks},
    plot::{self, Plot, Role, SUBPIXELS},
};
use miorai_model::Unit;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::{convert::Infallible, fmt::Write as _};

/// The view box of a plot.
const PLOT: (u32, u32) = (900, 200);
/// The view box of a sparkline.
const SPARK: (u32, u32) = (150, 40);
/// Columns that points are reduced to, before the width is known.
const COLUMNS: usize = 180;

/// A chart as HTML with an SVG in it: labels of the axes, grid, lines, areas and thresholds. Times are shown by a clock
/// that is `utc_offset` minutes ahead of UTC.
pub fn figure(spec: &ChartSpec, view: ChartView<'_>, range: TimeRange, utc_offset: i32) -> String {
    let axis = YAxis::of(spec, view, range);
    let ticks = time_ticks(range, utc_offset);
    let mut html = String::with_capacity(8_192);
    html.push_str("<div class=\"chart-y\">");
    let from_top = |value: f64| 100.0 * (axis.max - value) / (axis.max - axis.min);
    for tick in &axis.ticks {
        write(&mut html, format_args!("<span style=\"top:{}%\">{}</span>", short(from_top(tick.at)), tick.label));
    }
    html.push_str("</div><div class=\"chart-x\">");
    for tick in &ticks {
        let left = 100.0 * (tick.at - range.from_ms) as f64 / range.length_ms() as f64;
        write(&mut html, format_args!("<span style=\"left:{}%\">{}</span>", short(left), tick.label));
    }
    html.push_str("</div><div class=\"chart-plot\">");
    let plot = Plot { spec, view, range, axis: &axis, columns: COLUMNS };
    drawing(&mut html, PLOT, |backend| plot::draw(backend, plot));
    for threshold in &spec.thresholds {
        if (axis.min..=axis.max).contains(&threshold.value) {
            let top = short(from_top(threshold.value));
            let label = escape(&threshold.label);
            write(&mut html, format_args!("<span class=\"chart-limit\" style=\"top:{top}%\">{label}</span>"));
        }
    }
    html.push_str("</div>");
    html
}

/// A small filled line without axes.
pub fn sparkline(view: ChartView<'_>, range: TimeRange, unit: Unit, colour: u8) -> String {
    let extent = plot::spark_extent(view.columns.first().copied().unwrap_or_default(), unit);
    let mut html = String::with_capacity(2_048);
    let columns = COLUMNS / 4;
    drawing(&mut html, SPARK, |backend| plot::draw_sparkline(backend, view, range, extent, colour, columns));
    html
}

/// Wraps what is drawn into an SVG element.
fn drawing<E>(html: &mut String, (width, height): (u32, u32), draw: impl FnOnce(Backend<'_>) -> Result<(), E>) {
    let (w, h) = (width as i32 * SUBPIXELS, height as i32 * SUBPIXELS);
    // Subpixels are the units of the view box, so that all numbers are whole.
    write(html, format_args!("<svg viewBox=\"0 0 {w} {h}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"));
    // Writing text cannot fail; what plotters could refuse (a size of zero) is a constant here.
    let drawn = draw(Backend { out: html, size: (w as u32, h as u32) });
    debug_assert!(drawn.is_ok(), "drawing into text does not fail");
    html.push_str("</svg>");
}

/// Writes into a string, which does not fail.
fn write(out: &mut String, text: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(text);
    debug_assert!(written.is_ok(), "writing into a string does not fail");
}

/// A percentage with at most two decimals.
fn short(percent: f64) -> String {
    let text = format!("{percent:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// `text` as it may stand between the tags of HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Writes paths with classes for colours. Only what [`plot`] draws is drawn: there are no texts and no pixels.
struct Backend<'a> {
    out: &'a mut String,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Backend<'_> {
    fn path(&mut self, class: &str, role: Role, points: impl IntoIterator<Item = BackendCoord>, end: &str) {
        let colour = match role {
            Role::Line(number) | Role::Earlier(number) if number < plot::SUM => format!(" colour-{}", number + 1),
            _ => String::new(),
        };
        write(self.out, format_args!("<path class=\"{class}{colour}\" d=\""));
        let mut last: Option<BackendCoord> = None;
        for (x, y) in points {
            match last {
                None => write(self.out, format_args!("M{x} {y}l")),
                // Steps are shorter than places; a minus separates by itself.
                Some((from_x, from_y)) => {
                    let (dx, dy) = (x - from_x, y - from_y);
                    let before = if self.out.ends_with('l') || dx < 0 { "" } else { " " };
                    let between = if dy < 0 { "" } else { " " };
                    write(self.out, format_args!("{before}{dx}{between}{dy}"));
                }
            }
            last = Some((x, y));
        }
        // A point without neighbours is a dot.
        if self.out.ends_with('l') {
            self.out.push_str("0 0");
        }
        self.out.push_str(end);
        self.out.push_str("\"/>");
    }
}

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Drawn {
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let role = Role::of(style.color());
        let class = match role {
            Role::Grid => "grid",
            Role::Threshold => "threshold",
            Role::Line(_) => "line",
            Role::Earlier(_) => "earlier",
        };
        self.path(class, role, path, "");
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        self.path("area", Role::of(style.color()), corners, "z");
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, _: &str, _: &T, _: BackendCoord) -> Drawn {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fill, Line, Stacking, Threshold, YScale};
    use miorai_model::Kind;

    fn spec(stacking: Stacking) -> ChartSpec {
        let line = |label: &str, colour, fill| Line { label: label.to_owned(), colour, fill };
        ChartSpec {
            id: "cpu".to_owned(),
            title: "CPU".to_owned(),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            lines: vec![line("user", 0, Fill::Below), line("system", 1, Fill::Below)],
            y: YScale::Fixed { min: 0.0, max: 1.0 },
            stacking,
            thresholds: vec![Threshold { value: 0.8, label: "limit <80 %>".to_owned() }],
        }
    }

    fn drawn(stacking: Stacking) -> String {
        let times: Vec<i64> = (0..12).map(|second| second * 1_000).collect();
        let user: Vec<f64> = (0..12).map(|n| if n == 6 { f64::NAN } else { 0.3 + 0.02 * f64::from(n) }).collect();
        let system: Vec<f64> = (0..12).map(|n| if n == 6 { f64::NAN } else { 0.1 + 0.01 * f64::from(n % 3) }).collect();
        let columns: &[&[f64]] = &[&user, &system];
        let view = ChartView::new(&times, columns);
        let html = figure(&spec(stacking), view, TimeRange { from_ms: 0, to_ms: 11_000 }, 0);
        html.replace("><", ">\n<")
    }

    #[test]
    fn a_chart_has_its_axes_areas_lines_gaps_and_limits() {
        insta::assert_snapshot!("apart", drawn(Stacking::Apart));
    }

    #[test]
    fn stacked_lines_lie_one_upon_the_other() {
        insta::assert_snapshot!("stacked", drawn(Stacking::Stacked));
    }

    #[test]
    fn what_a_chart_is_compared_with_is_dashed_behind_it() {
        let (times, values): (Vec<i64>, Vec<f64>) = ((0..5).map(|n| n * 1_000).collect(), vec![0.2; 5]);
        let columns: &[&[f64]] = &[&values, &values];
        let earlier = ChartView::new(&times, columns);
        let range = TimeRange { from_ms: 0, to_ms: 4_000 };
        let compared = |stacking| figure(&spec(stacking), ChartView { earlier: Some(&earlier), ..earlier }, range, 0);
        let apart = compared(Stacking::Apart);
        assert!(apart.contains("\"earlier colour-1\"") && apart.contains("\"earlier colour-2\""), "{apart}");
        assert_eq!(compared(Stacking::Stacked).matches("class=\"earlier\"").count(), 1, "the sum");
    }

    #[test]
    fn lines_that_lie_apart_have_bands_and_room_for_them() {
        let times = [0, 1_000, 2_000, 3_000];
        let (mean, low, high) = ([0.2, 0.3, f64::NAN, 0.2], [0.1, 0.1, f64::NAN, 0.2], [0.5, 1.9, f64::NAN, 0.2]);
        let (columns, bands): (&[&[f64]], _) = (&[&mean, &mean], [[&low[..], &high[..]], [&[], &[]]]);
        let view = ChartView { bands: &bands, ..ChartView::new(&times, columns) };
        let range = TimeRange { from_ms: 0, to_ms: 3_000 };
        let drawn = |stacking| {
            let mut spec = spec(stacking);
            spec.y = YScale::Auto;
            spec.lines.iter_mut().for_each(|line| line.fill = Fill::None);
            figure(&spec, view, range, 0)
        };
        let apart = drawn(Stacking::Apart);
        assert_eq!(apart.matches("class=\"area colour-1\"").count(), 2, "one before the gap and one behind: {apart}");
        assert_eq!(apart.matches("class=\"area").count(), 2, "none around the other line: {apart}");
        assert!(apart.contains("200\u{a0}%"), "room for what is greatest: {apart}");
        let stacked = drawn(Stacking::Stacked);
        assert!(!stacked.contains("class=\"area") && !stacked.contains("200\u{a0}%"), "{stacked}");
    }

    #[test]
    fn a_chart_without_values_has_its_axes_all_the_same() {
        let view = ChartView::new(&[], &[&[], &[]]);
        let html = figure(&spec(Stacking::Stacked), view, TimeRange { from_ms: 0, to_ms: 900_000 }, 0);
        assert!(html.contains("100\u{a0}%") && html.contains("00:05") && !html.contains("class=\"line"), "{html}");
    }

    #[test]
    fn a_sparkline_is_one_line_with_its_area() {
        let view = ChartView::new(&[0, 1_000, 2_000], &[&[1.0, 3.0, 2.0]]);
        let html = sparkline(view, TimeRange { from_ms: 0, to_ms: 2_000 }, Unit::Count, 4);
        assert_eq!(html.matches("<path").count(), 2);
        assert!(html.contains("line colour-5") && html.contains("area colour-5"), "{html}");
    }
}
