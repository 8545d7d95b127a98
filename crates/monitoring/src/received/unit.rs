//! Units as OpenTelemetry writes them (UCUM, <https://ucum.org/ucum>), as units of series.

use miorai_model::Unit;

/// What a metric is measured in: the unit of its series, and what one of the sender's is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    /// The unit of the series.
    pub(super) unit: Unit,
    /// What the sender's values are multiplied by.
    pub(super) factor: f64,
}

/// The units that have another name or size here: theirs, ours, and what one of theirs is in ours.
const KNOWN: [(&str, Unit, f64); 21] = [
    ("s", Unit::Seconds, 1.0),
    ("ms", Unit::Seconds, 1e-3),
    ("us", Unit::Seconds, 1e-6),
    ("ns", Unit::Seconds, 1e-9),
    ("min", Unit::Seconds, 60.0),
    ("h", Unit::Seconds, 3_600.0),
    ("d", Unit::Seconds, 86_400.0),
    ("By", Unit::Bytes, 1.0),
    ("kBy", Unit::Bytes, 1e3),
    ("MBy", Unit::Bytes, 1e6),
    ("GBy", Unit::Bytes, 1e9),
    ("TBy", Unit::Bytes, 1e12),
    ("KiBy", Unit::Bytes, 1_024.0),
    ("MiBy", Unit::Bytes, 1_048_576.0),
    ("GiBy", Unit::Bytes, 1_073_741_824.0),
    ("TiBy", Unit::Bytes, 1_099_511_627_776.0),
    ("Cel", Unit::Celsius, 1.0),
    ("%", Unit::Ratio, 0.01),
    // What programs send that were not written by the conventions.
    ("seconds", Unit::Seconds, 1.0),
    ("milliseconds", Unit::Seconds, 1e-3),
    ("bytes", Unit::Bytes, 1.0),
];

impl Measure {
    /// The measure of a metric called `name` in `unit`. What has no unit is a share of a whole when its name says so, and
    /// a number otherwise; what is in a unit that is not known here is a number too.
    pub(super) fn of(name: &str, unit: &str) -> Self {
        // By the second: amounts of time keep the unit of the amount, as rates of counters do.
        let unit = unit.strip_suffix("/s").unwrap_or(unit);
        if let Some((_, unit, factor)) = KNOWN.into_iter().find(|(known, ..)| *known == unit) {
            return Self { unit, factor };
        }
        let is_share = matches!(unit, "" | "1") && ["utilization", "ratio"].iter().any(|end| name.ends_with(end));
        Self { unit: if is_share { Unit::Ratio } else { Unit::Count }, factor: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_as_opentelemetry_writes_them() {
        for (name, unit, expected, factor) in [
            ("http.server.request.duration", "s", Unit::Seconds, 1.0),
            ("http.server.duration", "ms", Unit::Seconds, 0.001),
            ("process.memory.usage", "By", Unit::Bytes, 1.0),
            ("jvm.memory.used", "MiBy", Unit::Bytes, 1_048_576.0),
            ("network.io", "By/s", Unit::Bytes, 1.0),
            ("jvm.cpu.recent_utilization", "1", Unit::Ratio, 1.0),
            ("hit.ratio", "", Unit::Ratio, 1.0),
            ("load", "%", Unit::Ratio, 0.01),
            ("http.server.active_requests", "{request}", Unit::Count, 1.0),
            ("orders", "1", Unit::Count, 1.0),
            ("hw.voltage", "V", Unit::Count, 1.0),
            ("queue.length", "", Unit::Count, 1.0),
        ] {
            assert_eq!(Measure::of(name, unit), Measure { unit: expected, factor }, "{name} in {unit}");
        }
    }
}
