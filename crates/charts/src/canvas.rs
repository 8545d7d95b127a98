//! Charts on a canvas element, at the resolution of the device.
//!
//! Everything that one line or area consists of goes to the browser in a single call: a call into JavaScript costs more
//! than the points that it carries.

use crate::{
    ChartSpec, ChartView, TimeRange,
    axis::{YAxis, time_ticks},
    plot::{self, AREA_OPACITY, Plot, Role, SUBPIXELS},
};
use miorai_model::Unit;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::convert::Infallible;
use wasm_bindgen::{JsCast as _, prelude::*};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Room around the plot in CSS pixels. The style sheet has the same for the server's drawing.
pub const MARGIN: Margin = Margin { left: 62.0, right: 10.0, top: 8.0, bottom: 22.0 };

/// Room around a plot, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// For the labels of the vertical axis.
    pub left: f64,
    /// So that the last label is not clipped.
    pub right: f64,
    /// For half of the topmost label.
    pub top: f64,
    /// For the labels of the time axis.
    pub bottom: f64,
}

/// The font of labels.
const FONT: &str = "11px system-ui, -apple-system, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif";

/// About how wide a digit is in that font; labels of the time axis consist of digits for the most part.
const DIGIT_WIDTH: f64 = 6.5;

/// A line of more numbers than this (two a point) is dense.
const DENSE: usize = 1_200;

/// How wide a label that stands amid the lines is drawn around in the colour behind it.
const HALO: f64 = 3.0;

#[wasm_bindgen(module = "/src/canvas/strokes.js")]
extern "C" {
    /// Strokes a line through `points` (x and y in turn, in subpixels).
    #[wasm_bindgen(js_name = stroke)]
    fn js_stroke(context: &CanvasRenderingContext2d, points: &[i32], scale: f64, colour: &str, width: f64, dash: f64);

    /// Fills the area within `points`.
    #[wasm_bindgen(js_name = fill)]
    fn js_fill(context: &CanvasRenderingContext2d, points: &[i32], scale: f64, colour: &str, opacity: f64);
}

/// The colours in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    /// Of series, by number.
    pub series: [String; 8],
    /// Of the grid.
    pub grid: String,
    /// Of the labels of the axes.
    pub label: String,
    /// Of limits.
    pub threshold: String,
    /// What lies behind the chart: around the labels of limits, which stand amid the lines.
    pub panel: String,
}

/// Where a plot lies on its canvas, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Its left edge.
    pub left: f64,
    /// Its width.
    pub width: f64,
    /// Its upper edge.
    pub top: f64,
    /// Its height.
    pub height: f64,
}

/// Why a canvas could not be painted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanvasError {
    /// The browser gives no context to draw with.
    #[error("the browser gives no two-dimensional context for this canvas")]
    NoContext,
    /// The canvas is too small for its margins.
    #[error("there is no room to paint")]
    NoRoom,
    /// The browser refused a call.
    #[error("the browser refused to paint: {0}")]
    Refused(String),
}

/// A canvas that charts are painted on.
#[derive(Debug)]
pub struct Surface {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    /// In CSS pixels.
    size: (f64, f64),
    /// Device pixels for each CSS pixel.
    scale: f64,
    /// Points of the line that is being handed over, kept for the next.
    points: Vec<i32>,
}

impl Surface {
    /// A surface on this canvas.
    pub fn on(canvas: &HtmlCanvasElement) -> Result<Self, CanvasError> {
        let context = canvas.get_context("2d").ok().flatten().and_then(|context| context.dyn_into().ok());
        let context = context.ok_or(CanvasError::NoContext)?;
        Ok(Self { canvas: canvas.clone(), context, size: (0.0, 0.0), scale: 1.0, points: Vec::new() })
    }

    /// Sets the size in CSS pixels and how many device pixels make one of them. Changes nothing when it is the same.
    pub fn resize(&mut self, width: f64, height: f64, scale: f64) {
        if (self.size, self.scale) == ((width, height), scale) {
            return;
        }
        (self.size, self.scale) = ((width, height), scale);
        self.canvas.set_width((width * scale).round() as u32);
        self.canvas.set_height((height * scale).round() as u32);
    }

    /// Paints a chart with its axes. Times are shown by a clock that is `utc_offset` minutes ahead of UTC.
    pub fn draw(
        &mut self,
        spec: &ChartSpec,
        view: ChartView<'_>,
        range: TimeRange,
        utc_offset: i32,
        colours: &Colours,
    ) -> Result<Layout, CanvasError> {
        let layout = self.layout().ok_or(CanvasError::NoRoom)?;
        let axis = YAxis::of(spec, view, range);
        let ticks = time_ticks(range, utc_offset);
        self.clear()?;
        self.clip(layout)?;
        let columns = (layout.width * self.scale) as usize;
        let plot = Plot { spec, view, range, axis: &axis, columns };
        plot::draw(self.backend((layout.width, layout.height), colours), plot).map_err(|error| refused(&error))?;
        self.context.restore();
        self.labels(spec, &axis, &ticks, range, layout, colours)?;
        Ok(layout)
    }

    /// Paints a small filled line over the whole canvas.
    pub fn sparkline(
        &mut self,
        view: ChartView<'_>,
        range: TimeRange,
        unit: Unit,
        colour: u8,
        colours: &Colours,
    ) -> Result<(), CanvasError> {
        let extent = plot::spark_extent(view.columns.first().copied().unwrap_or_default(), unit);
        let (width, height) = self.size;
        if width < 1.0 || height < 1.0 {
            return Err(CanvasError::NoRoom);
        }
        self.clear()?;
        let columns = (width * self.scale) as usize;
        plot::draw_sparkline(self.backend((width, height), colours), view, range, extent, colour, columns)
            .map_err(|error| refused(&error))
    }

    fn layout(&self) -> Option<Layout> {
        let (width, height) = (self.size.0 - MARGIN.left - MARGIN.right, self.size.1 - MARGIN.top - MARGIN.bottom);
        (width >= 1.0 && height >= 1.0).then_some(Layout { left: MARGIN.left, width, top: MARGIN.top, height })
    }

    fn clear(&self) -> Result<(), CanvasError> {
        let set = self.context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0);
        set.map_err(|error| CanvasError::Refused(format!("{error:?}")))?;
        self.context.clear_rect(0.0, 0.0, self.size.0, self.size.1);
        Ok(())
    }

    /// Lines end at the edges of the plot, with room for half their width; undone by `restore`.
    fn clip(&self, layout: Layout) -> Result<(), CanvasError> {
        self.context.save();
        self.context.begin_path();
        self.context.rect(layout.left, layout.top - 1.0, layout.width, layout.height + 2.0);
        self.context.clip();
        let moved = self.context.translate(layout.left, layout.top);
        moved.map_err(|error| CanvasError::Refused(format!("{error:?}")))
    }

    fn backend<'a>(&'a mut self, (width, height): (f64, f64), colours: &'a Colours) -> Backend<'a> {
        let subpixels = f64::from(SUBPIXELS);
        let size = ((width * subpixels) as u32, (height * subpixels) as u32);
        Backend { context: &self.context, size, points: &mut self.points, colours }
    }

    fn labels(
        &self,
        spec: &ChartSpec,
        axis: &YAxis,
        ticks: &[crate::axis::Tick<i64>],
        range: TimeRange,
        layout: Layout,
        colours: &Colours,
    ) -> Result<(), CanvasError> {
        let context = &self.context;
        let drawn = |outcome: Result<(), JsValue>| outcome.map_err(|error| CanvasError::Refused(format!("{error:?}")));
        let write = |text: &str, x: f64, y: f64| drawn(context.fill_text(text, x, y));
        let y_of = |value: f64| layout.top + layout.height * (axis.max - value) / (axis.max - axis.min);
        context.set_font(FONT);
        context.set_fill_style_str(&colours.label);
        context.set_text_baseline("middle");
        context.set_text_align("right");
        for tick in &axis.ticks {
            write(&tick.label, layout.left - 8.0, y_of(tick.at))?;
        }
        context.set_text_align("center");
        for tick in ticks {
            let x = crate::interact::x_of(tick.at, range, layout.left, layout.left + layout.width);
            // The last label stays on the canvas.
            let half = tick.label.len() as f64 * DIGIT_WIDTH / 2.0;
            write(&tick.label, x.min(self.size.0 - half), layout.top + layout.height + 13.0)?;
        }
        for threshold in spec.thresholds.iter().filter(|limit| (axis.min..=axis.max).contains(&limit.value)) {
            context.set_fill_style_str(&colours.threshold);
            context.set_stroke_style_str(&colours.panel);
            context.set_line_width(HALO);
            context.set_line_join("round");
            context.set_text_align("right");
            let (x, y) = (layout.left + layout.width - 2.0, y_of(threshold.value) - 8.0);
            drawn(context.stroke_text(&threshold.label, x, y))?;
            write(&threshold.label, x, y)?;
        }
        Ok(())
    }
}

fn refused(error: &plotters::drawing::DrawingAreaErrorKind<Infallible>) -> CanvasError {
    CanvasError::Refused(format!("{error:?}"))
}

/// Hands whole lines and areas to the browser. Only what [`plot`] draws is drawn: there are no texts and no pixels.
struct Backend<'a> {
    context: &'a CanvasRenderingContext2d,
    size: (u32, u32),
    points: &'a mut Vec<i32>,
    colours: &'a Colours,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

const SCALE: f64 = 1.0 / SUBPIXELS as f64;

impl Backend<'_> {
    fn take(&mut self, points: impl IntoIterator<Item = BackendCoord>) {
        self.points.clear();
        self.points.extend(points.into_iter().flat_map(|(x, y)| [x, y]));
    }

    fn colour(&self, role: Role) -> &str {
        match role {
            Role::Grid => &self.colours.grid,
            Role::Threshold => &self.colours.threshold,
            Role::Line(number) | Role::Earlier(number) => {
                self.colours.series.get(usize::from(number)).unwrap_or(&self.colours.label)
            }
        }
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
        self.take(path);
        let role = Role::of(style.color());
        let (width, dash) = match role {
            Role::Grid => (1.0, 0.0),
            Role::Threshold => (1.0, 4.0),
            Role::Earlier(_) => (1.0, 3.0),
            // Browsers draw lines of one pixel by a much faster way; among so many points nobody sees the difference.
            Role::Line(_) if self.points.len() > DENSE => (1.0, 0.0),
            Role::Line(_) => (1.5, 0.0),
        };
        js_stroke(self.context, self.points, SCALE, self.colour(role), width, dash);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Drawn {
        self.take(corners);
        js_fill(self.context, self.points, SCALE, self.colour(Role::of(style.color())), AREA_OPACITY);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, _: &str, _: &T, _: BackendCoord) -> Drawn {
        Ok(())
    }
}
