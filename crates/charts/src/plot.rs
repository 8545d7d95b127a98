//! The drawing of a plot by plotters: the same calls whatever draws them.

use crate::{
    ChartSpec, ChartView, Fill, Stacking, TimeRange,
    axis::YAxis,
    decimate::{Run, runs},
};
use plotters::{
    coord::{Shift, cartesian::Cartesian2d, types::RangedCoordf64},
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{PathElement, Polygon},
    style::{Color as _, RGBAColor, RGBColor, ShapeStyle},
};
use plotters_backend::{BackendColor, DrawingBackend};

/// What a stroke or an area is drawn for. Plotters knows colours only, so a role travels as one: backends turn it into
/// what the theme has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A line of the grid.
    Grid,
    /// A limit.
    Threshold,
    /// The line of a series with the number of its colour.
    Line(u8),
    /// What such a line is compared with; [`SUM`] for that of a sum.
    Earlier(u8),
}

/// The colour of what is compared with a sum: that of no series.
pub(crate) const SUM: u8 = 8;

impl Role {
    fn colour(self) -> RGBColor {
        match self {
            Self::Grid => RGBColor(0, 0, 0),
            Self::Threshold => RGBColor(1, 0, 0),
            Self::Line(number) => RGBColor(2, number, 0),
            Self::Earlier(number) => RGBColor(3, number, 0),
        }
    }

    pub(crate) const fn of(colour: BackendColor) -> Self {
        match colour.rgb {
            (0, ..) => Self::Grid,
            (1, ..) => Self::Threshold,
            (2, number, _) => Self::Line(number % 8),
            (_, number, _) => Self::Earlier(number),
        }
    }

    fn stroke(self, width: u32) -> ShapeStyle {
        ShapeStyle { color: self.colour().to_rgba(), filled: false, stroke_width: width }
    }

    fn area(self) -> RGBAColor {
        self.colour().mix(AREA_OPACITY)
    }
}

/// How opaque areas below lines are.
pub(crate) const AREA_OPACITY: f64 = 0.2;

/// The width of lines of series in units of [`SUBPIXELS`].
const LINE: u32 = 1;

/// Plotters counts in whole numbers: so many make one pixel, so that lines are smooth.
pub(crate) const SUBPIXELS: i32 = 8;

type Plane = Cartesian2d<RangedCoordf64, RangedCoordf64>;
type Result<DB> = std::result::Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// What is drawn.
#[derive(Clone, Copy)]
pub(crate) struct Plot<'a> {
    pub spec: &'a ChartSpec,
    pub view: ChartView<'a>,
    pub range: TimeRange,
    pub axis: &'a YAxis,
    /// Columns of pixels across.
    pub columns: usize,
}

/// Draws grid, lines, areas and thresholds over the whole of a backend.
pub(crate) fn draw<DB: DrawingBackend>(backend: DB, plot: Plot<'_>) -> Result<DB> {
    let area = plane(backend, plot.range, (plot.axis.min, plot.axis.max));
    let end = plot.range.length_ms() as f64;
    for tick in &plot.axis.ticks {
        area.draw(&PathElement::new(vec![(0.0, tick.at), (end, tick.at)], Role::Grid.stroke(1)))?;
    }
    let stacked;
    let columns = match plot.spec.stacking {
        Stacking::Apart => plot.view.columns,
        Stacking::Stacked => {
            stacked = stack(plot.view);
            &stacked.iter().map(Vec::as_slice).collect::<Vec<_>>()
        }
    };
    let drawn: Vec<Vec<Run>> = columns.iter().map(|column| visible(plot, plot.view.times, column)).collect();
    for (place, line) in plot.spec.lines.iter().enumerate().rev() {
        if line.fill == Fill::Below
            && let Some(upper) = drawn.get(place)
        {
            let lower = match plot.spec.stacking {
                Stacking::Stacked => drawn[..place].iter().rev().find(|runs| !runs.is_empty()),
                Stacking::Apart => None,
            };
            fill(&area, plot, upper, lower, Role::Line(line.colour))?;
        }
    }
    if plot.spec.stacking == Stacking::Apart {
        for (line, band) in plot.spec.lines.iter().zip(plot.view.bands).rev() {
            let [low, high] = band.map(|column| visible(plot, plot.view.times, column));
            fill(&area, plot, &high, Some(&low), Role::Line(line.colour))?;
        }
    }
    if let Some(earlier) = plot.view.earlier {
        compare(&area, plot, earlier)?;
    }
    // The first line is drawn last: where several are at one place (nothing is stacked upon it), it is seen.
    for (line, runs) in plot.spec.lines.iter().zip(&drawn).rev() {
        stroke(&area, plot.range, runs, Role::Line(line.colour))?;
    }
    for threshold in &plot.spec.thresholds {
        if (plot.axis.min..=plot.axis.max).contains(&threshold.value) {
            let ends = vec![(0.0, threshold.value), (end, threshold.value)];
            area.draw(&PathElement::new(ends, Role::Threshold.stroke(1)))?;
        }
    }
    area.present()
}

/// Draws one filled line over the whole of a backend.
pub(crate) fn draw_sparkline<DB: DrawingBackend>(
    backend: DB,
    view: ChartView<'_>,
    range: TimeRange,
    (low, high): (f64, f64),
    colour: u8,
    columns: usize,
) -> Result<DB> {
    let area = plane(backend, range, (low, high));
    let Some(values) = view.columns.first() else { return Ok(()) };
    let drawn = runs(view.times, values, (range.from_ms, range.to_ms), columns);
    for run in &drawn {
        area.draw(&Polygon::new(outline(run, range, low), Role::Line(colour).area()))?;
    }
    stroke(&area, range, &drawn, Role::Line(colour))?;
    area.present()
}

fn plane<DB: DrawingBackend>(backend: DB, range: TimeRange, (low, high): (f64, f64)) -> DrawingArea<DB, Plane> {
    let root: DrawingArea<DB, Shift> = backend.into_drawing_area();
    let (width, height) = root.dim_in_pixel();
    // Times as milliseconds since the left edge: all of them are exact.
    let times = 0.0..range.length_ms() as f64;
    root.apply_coord_spec(Plane::new(times, low..high, (0..width as i32, height as i32..0)))
}

/// Draws what the lines are compared with: a line for each, or one for the sum of those that are stacked.
fn compare<DB: DrawingBackend>(area: &DrawingArea<DB, Plane>, plot: Plot<'_>, earlier: &ChartView<'_>) -> Result<DB> {
    let of_line = |column: &[f64], colour: u8| {
        stroke(area, plot.range, &visible(plot, earlier.times, column), Role::Earlier(colour))
    };
    match plot.spec.stacking {
        Stacking::Apart => {
            plot.spec.lines.iter().zip(earlier.columns).try_for_each(|(line, column)| of_line(column, line.colour))
        }
        Stacking::Stacked => {
            let sums = stack(*earlier);
            sums.iter().rfind(|sum| !sum.is_empty()).map_or(Ok(()), |sum| of_line(sum, SUM))
        }
    }
}

/// The runs of a column that reach into what is shown.
fn visible(plot: Plot<'_>, times: &[i64], column: &[f64]) -> Vec<Run> {
    let places = plot.range.places(times);
    match column.get(places.clone()) {
        Some(values) => runs(&times[places], values, (plot.range.from_ms, plot.range.to_ms), plot.columns),
        None => Vec::new(),
    }
}

/// Each column as the sum of those up to it. Where one has no value it adds nothing; where none has, there is none.
fn stack(view: ChartView<'_>) -> Vec<Vec<f64>> {
    let mut sums = vec![f64::NAN; view.times.len()];
    let add = |column: &&[f64]| {
        if column.is_empty() {
            return Vec::new();
        }
        for (sum, value) in sums.iter_mut().zip(*column) {
            if !value.is_nan() {
                *sum = if sum.is_nan() { *value } else { *sum + *value };
            }
        }
        sums.clone()
    };
    view.columns.iter().map(add).collect()
}

fn point((time, value): (i64, f64), range: TimeRange) -> (f64, f64) {
    ((time - range.from_ms) as f64, value)
}

fn stroke<DB: DrawingBackend>(area: &DrawingArea<DB, Plane>, range: TimeRange, runs: &[Run], role: Role) -> Result<DB> {
    for run in runs {
        let points: Vec<_> = run.iter().map(|at| point(*at, range)).collect();
        // A single value between two gaps is a dot.
        let points = if let [only] = points[..] { vec![only, only] } else { points };
        area.draw(&PathElement::new(points, role.stroke(LINE)))?;
    }
    Ok(())
}

fn fill<DB: DrawingBackend>(
    area: &DrawingArea<DB, Plane>,
    plot: Plot<'_>,
    upper: &[Run],
    lower: Option<&Vec<Run>>,
    role: Role,
) -> Result<DB> {
    for (place, run) in upper.iter().enumerate() {
        // The sums below have their gaps where all have: run for run they cover the same time.
        let floor = lower.filter(|lower| lower.len() == upper.len()).and_then(|lower| lower.get(place));
        let outline = match floor {
            Some(floor) => run.iter().chain(floor.iter().rev()).map(|at| point(*at, plot.range)).collect(),
            None => outline(run, plot.range, plot.axis.min.max(0.0).min(plot.axis.max)),
        };
        area.draw(&Polygon::new(outline, role.area()))?;
    }
    Ok(())
}

/// The corners of the area between a run and `floor`.
fn outline(run: &Run, range: TimeRange, floor: f64) -> Vec<(f64, f64)> {
    let corner = |at: Option<&(i64, f64)>| at.map(|(time, _)| point((*time, floor), range));
    let points = run.iter().map(|at| point(*at, range));
    points.chain(corner(run.last())).chain(corner(run.first())).collect()
}

/// The extent of a sparkline: with some air, and never so narrow that noise looks like a storm.
pub(crate) fn spark_extent(values: &[f64], unit: miorai_model::Unit) -> (f64, f64) {
    let there = || values.iter().copied().filter(|value| !value.is_nan());
    let low = there().reduce(f64::min).unwrap_or(0.0);
    let high = there().reduce(f64::max).unwrap_or(0.0);
    let axis = YAxis::between(0.0, (high - low).abs(), unit, miorai_model::Kind::Gauge);
    let least = axis.max.max(high * 0.05);
    let air = least * 0.1;
    (low - air, (low + least).max(high) + air)
}
