//! The chart of processor time, which the overview and the machine's page share.

use crate::{components::chart::ChartDef, snapshot::Limits};
use miorai_model::{Kind, SeriesKey, Unit, names, quantity::quantity};

/// Processor time by state, for the whole machine.
pub(super) fn chart(limits: &Limits) -> ChartDef {
    let state = |state| SeriesKey::new(names::CPU_UTILIZATION, [("state", state)]);
    ChartDef::new("cpu", "CPU", "by state", Unit::Ratio)
        .area(state("user"), "user")
        .area(state("system"), "system")
        .area(state("iowait"), "I/O wait")
        .area(state("steal"), "stolen")
        .stacked()
        .up_to(1.0)
        .limit(limits.cpu, &limit_label(limits.cpu))
}

/// What stands at the dashed line of a limit.
pub(super) fn limit_label(share: f64) -> String {
    format!("limit {}", quantity(share, Unit::Ratio, Kind::Gauge))
}
