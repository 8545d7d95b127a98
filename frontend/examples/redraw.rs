//! A chart for measuring how long a redraw takes in a browser: see `cargo xtask bench redraw`.

use miorai_charts::{
    ChartSpec, ChartView, Fill, Line, Stacking, TimeRange, YScale,
    canvas::{Colours, Surface},
};
use miorai_model::{Kind, Unit};
use wasm_bindgen::prelude::wasm_bindgen;

/// A chart on a canvas.
#[wasm_bindgen]
pub struct Bench {
    surface: Surface,
    spec: ChartSpec,
    colours: Colours,
}

#[wasm_bindgen]
impl Bench {
    /// A chart of `lines` lines on a canvas of 800 × 300.
    #[wasm_bindgen(constructor)]
    pub fn new(canvas: &web_sys::HtmlCanvasElement, lines: u8) -> Bench {
        let mut surface = Surface::on(canvas).expect("the browser draws");
        surface.resize(800.0, 300.0, 1.0);
        let spec = ChartSpec {
            id: "bench".to_owned(),
            title: "Bench".to_owned(),
            unit: Unit::Count,
            kind: Kind::Gauge,
            lines: (0..lines).map(|n| Line { label: n.to_string(), colour: n, fill: Fill::None }).collect(),
            y: YScale::Auto,
            stacking: Stacking::Apart,
            thresholds: Vec::new(),
        };
        let colours = Colours {
            series: std::array::from_fn(|n| format!("hsl({} 70% 50%)", n * 45)),
            grid: "#ddd".to_owned(),
            label: "#555".to_owned(),
            threshold: "#b00".to_owned(),
            panel: "#fff".to_owned(),
        };
        Bench { surface, spec, colours }
    }

    /// Draws `values`, one line after the other, over `times` in milliseconds.
    pub fn draw(&mut self, times: &[f64], values: &[f64]) {
        let times: Vec<i64> = times.iter().map(|time| *time as i64).collect();
        let columns: Vec<&[f64]> = values.chunks(times.len()).collect();
        let range = TimeRange { from_ms: times[0], to_ms: times[times.len() - 1] };
        let view = ChartView::new(&times, &columns);
        self.surface.draw(&self.spec, view, range, 0, &self.colours).expect("there is room");
    }
}
