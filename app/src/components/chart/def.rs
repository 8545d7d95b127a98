//! What a chart is: how it is drawn, and which series its lines show.

use miorai_charts::{ChartSpec, Fill, Line, Stacking, Threshold, YScale};
use miorai_model::{Kind, SeriesKey, Unit};

/// A chart and the series that its lines show.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartDef {
    /// How it is drawn.
    pub spec: ChartSpec,
    /// What it shows, in a few words behind the title.
    pub note: &'static str,
    /// A series for each line.
    pub keys: Vec<SeriesKey>,
}

impl ChartDef {
    /// A chart without lines yet.
    pub fn new(id: &str, title: &str, note: &'static str, unit: Unit) -> Self {
        let spec = ChartSpec {
            id: id.to_owned(),
            title: title.to_owned(),
            unit,
            kind: Kind::Gauge,
            lines: Vec::new(),
            y: YScale::Auto,
            stacking: Stacking::Apart,
            thresholds: Vec::new(),
        };
        Self { spec, note, keys: Vec::new() }
    }

    /// With a line.
    #[must_use]
    pub fn line(self, key: SeriesKey, label: &str) -> Self {
        self.with(key, label, Fill::None)
    }

    /// With a line above a filled area.
    #[must_use]
    pub fn area(self, key: SeriesKey, label: &str) -> Self {
        self.with(key, label, Fill::Below)
    }

    /// With its lines one upon the other.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.spec.stacking = Stacking::Stacked;
        self
    }

    /// With values that are rates per second.
    #[must_use]
    pub fn rates(mut self) -> Self {
        self.spec.kind = Kind::Counter;
        self
    }

    /// With an axis from zero up to `top`.
    #[must_use]
    pub fn up_to(mut self, top: f64) -> Self {
        self.spec.y = YScale::Fixed { min: 0.0, max: top };
        self
    }

    /// With a dashed line at a limit.
    #[must_use]
    pub fn limit(mut self, value: f64, label: &str) -> Self {
        self.spec.thresholds.push(Threshold { value, label: label.to_owned() });
        self
    }

    fn with(mut self, key: SeriesKey, label: &str, fill: Fill) -> Self {
        let colour = (self.keys.len() % 8) as u8;
        self.spec.lines.push(Line { label: label.to_owned(), colour, fill });
        self.keys.push(key);
        self
    }
}
