//! Charts from one description: as SVG on the server, on a canvas in the browser.
//!
//! ```text
//! ChartSpec (what it looks like)  ┐                 ┌─► svg::figure      text, fluid in width
//! ChartView (times and columns)   ├─► plot::draw ───┤
//! TimeRange (what part is shown)  ┘  by plotters    └─► canvas::Surface  device pixels
//! ```
//!
//! Both ways use the same [`decimate`] (no more points than pixels, no peak lost), the same [`axis`] (round ticks) and
//! the same `plot::draw`, so that the canvas looks like the drawing that it takes the place of.
//!
//! ```
//! use miorai_charts::{ChartSpec, ChartView, Fill, Line, Stacking, TimeRange, YScale};
//! use miorai_model::{Kind, Unit};
//!
//! let spec = ChartSpec {
//!     id: "load".to_owned(),
//!     title: "Load".to_owned(),
//!     unit: Unit::Count,
//!     kind: Kind::Gauge,
//!     lines: vec![Line { label: "1 min".to_owned(), colour: 0, fill: Fill::Below }],
//!     y: YScale::Auto,
//!     stacking: Stacking::Apart,
//!     thresholds: Vec::new(),
//! };
//! let view = ChartView::new(&[0, 1_000, 2_000], &[&[0.5, 0.7, f64::NAN]]);
//! # #[cfg(feature = "svg")]
//! let svg = miorai_charts::svg::figure(&spec, view, TimeRange { from_ms: 0, to_ms: 2_000 }, 0);
//! # #[cfg(feature = "svg")]
//! assert!(svg.contains("<svg"));
//! ```

pub mod axis;
#[cfg(feature = "canvas")]
pub mod canvas;
pub mod decimate;
pub mod interact;
#[cfg(any(feature = "svg", feature = "canvas"))]
mod plot;
mod spec;
#[cfg(feature = "svg")]
pub mod svg;

pub use spec::{ChartSpec, ChartView, Fill, Line, Stacking, Threshold, TimeRange, YScale};
