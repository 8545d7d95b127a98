//! Axes: where they end, and where their round ticks stand.

use crate::{ChartSpec, ChartView, Stacking, TimeRange, YScale};
use miorai_model::{Kind, Unit, digits::fixed, quantity::quantity};
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset};

/// A tick: its place and its label.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick<T> {
    /// Where it stands.
    pub at: T,
    /// What is written there.
    pub label: String,
}

/// The vertical axis.
#[derive(Clone, Debug, PartialEq)]
pub struct YAxis {
    /// The lower end.
    pub min: f64,
    /// The upper end.
    pub max: f64,
    /// Four to six ticks from below, both ends among them.
    pub ticks: Vec<Tick<f64>>,
}

/// Intervals between the ticks of a vertical axis.
const INTERVALS: f64 = 4.0;

impl YAxis {
    /// The axis for what a view shows of a chart.
    pub fn of(spec: &ChartSpec, view: ChartView<'_>, range: TimeRange) -> Self {
        let (min, max) = match spec.y {
            YScale::Fixed { min, max } => (min, max),
            YScale::Auto => {
                let (min, max) = extent(spec, view, range);
                view.earlier.map_or((min, max), |earlier| {
                    let (low, high) = extent(spec, *earlier, range);
                    (min.min(low), max.max(high))
                })
            }
        };
        Self::between(min, max, spec.unit, spec.kind)
    }

    /// The axis from `min` up to the first round number at or above `max`. It ends in round steps, so that it stands
    /// still while values move a little.
    ///
    /// ```
    /// use miorai_charts::axis::YAxis;
    /// use miorai_model::{Kind, Unit, digits::fixed};
    ///
    /// let axis = YAxis::between(0.0, 730.0, Unit::Count, Kind::Counter);
    /// assert_eq!(axis.max, 800.0);
    /// assert_eq!(axis.ticks.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["0/s", "200/s", "400/s", "600/s", "800/s"]);
    /// ```
    pub fn between(min: f64, max: f64, unit: Unit, kind: Kind) -> Self {
        let max = if max > min { max } else { min + smallest_extent(unit) };
        let round = if unit == Unit::Seconds && kind != Kind::Counter { round_time } else { round_step };
        let step = round((max - min) / INTERVALS);
        // A hair below a tick belongs to that tick: sums of decimal fractions are not exact.
        let low = (min / step + 1e-9).floor();
        let high = (max / step - 1e-9).ceil().max(low + 1.0);
        let places = (low as i64..=high as i64).map(|n| n as f64 * step);
        let labels = Labels::new(high * step, step, unit, kind);
        let ticks = places.map(|at| Tick { at, label: labels.of(at) }).collect();
        Self { min: low * step, max: high * step, ticks }
    }
}

/// The extent of what a view shows: from zero, or from the lowest value if that is below.
fn extent(spec: &ChartSpec, view: ChartView<'_>, range: TimeRange) -> (f64, f64) {
    let places = range.places(view.times);
    let shown = |column: &'_ &[f64]| -> Option<(f64, f64)> {
        let values = column.get(places.clone())?.iter().copied().filter(|value| !value.is_nan());
        values.fold(None, |ends, v| Some(ends.map_or((v, v), |(low, high): (f64, f64)| (low.min(v), high.max(v)))))
    };
    let bands: &[[&[f64]; 2]] = if spec.stacking == Stacking::Apart { view.bands } else { &[] };
    let columns = || view.columns.iter().chain(bands.as_flattened());
    let high = match spec.stacking {
        Stacking::Apart => columns().filter_map(&shown).map(|(_, high)| high).reduce(f64::max),
        Stacking::Stacked => {
            let there =
                |index: usize| view.columns.iter().filter_map(move |c| c.get(index).copied().filter(|v| !v.is_nan()));
            places.clone().map(|index| there(index).sum()).reduce(f64::max)
        }
    };
    let low = columns().filter_map(shown).map(|(low, _)| low).reduce(f64::min);
    (low.unwrap_or(0.0).min(0.0), high.unwrap_or(0.0).max(smallest_extent(spec.unit)))
}

/// The smallest upper end: below it, noise would fill the chart.
const fn smallest_extent(unit: Unit) -> f64 {
    match unit {
        Unit::Ratio => 0.04,
        Unit::Bytes => 4_000.0,
        Unit::Seconds => 0.000_4,
        Unit::Celsius => 40.0,
        Unit::Count => 1.0,
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|round| round * power)
        .find(|round| *round >= step * (1.0 - 1e-9))
        .unwrap_or(step)
}

/// The same for a length of time in seconds: round minutes above 50 seconds, round hours above one.
fn round_time(step: f64) -> f64 {
    const MINUTES: [f64; 7] = [60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0];
    if step <= 50.0 {
        return round_step(step);
    }
    MINUTES.into_iter().find(|round| *round >= step).unwrap_or_else(|| round_step(step / 3_600.0) * 3_600.0)
}

/// Writes the labels of one axis: all in the unit of its upper end, all with the same number of decimals.
struct Labels {
    /// What a value is divided by to be in `unit`.
    scale: f64,
    decimals: usize,
    unit: &'static str,
}

impl Labels {
    fn new(max: f64, step: f64, unit: Unit, kind: Kind) -> Self {
        let (scale, unit) = match (unit, kind) {
            (Unit::Ratio, _) | (Unit::Seconds, Kind::Counter) => (0.01, "%"),
            (Unit::Celsius, _) => (1.0, "°C"),
            (Unit::Seconds, Kind::Gauge | Kind::Distribution) => match max {
                m if m < 0.001 => (1e-6, "µs"),
                m if m < 1.0 => (1e-3, "ms"),
                m if m < 300.0 => (1.0, "s"),
                m if m < 18_000.0 => (60.0, "min"),
                _ => (3_600.0, "h"),
            },
            (Unit::Bytes | Unit::Count, _) => {
                let thousands = (max.abs().log10() / 3.0).floor().clamp(0.0, 5.0) as i32;
                let scale = 1_000_f64.powi(thousands);
                // The unit as the model writes it, for a number that is surely in it.
                (scale, quantity(100.0 * scale, unit, kind).unit)
            }
        };
        let step = step / scale;
        let decimals = (0..=3).find(|n| (step * 10_f64.powi(*n) + 1e-9).fract() < 1e-6).unwrap_or(3) as usize;
        Self { scale, decimals, unit }
    }

    fn of(&self, value: f64) -> String {
        let number = value / self.scale;
        let mut label = fixed(number, self.decimals);
        if !matches!(self.unit, "" | "/s") {
            label.push('\u{a0}');
        }
        label + self.unit
    }
}

/// Steps of a time axis in seconds, up to a day.
const STEPS: [i64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// Longer ranges get the ticks of this one: ten thousand years.
const MOST_DAYS: i64 = 3_652_500;

/// The most ticks with labels of hours and minutes.
const MOST: i64 = 6;
/// The most ticks with labels that have seconds as well.
const MOST_LONG: i64 = 4;
/// No axis has more than this, whatever range it is asked for.
const LIMIT: usize = 12;

/// The ticks of a time axis, by a clock that is `utc_offset` minutes ahead of UTC.
///
/// ```
/// use miorai_charts::{TimeRange, axis::time_ticks};
///
/// let ticks = time_ticks(TimeRange { from_ms: 30_000, to_ms: 930_000 }, 60);
/// assert_eq!(ticks.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["01:05", "01:10", "01:15"]);
/// ```
pub fn time_ticks(range: TimeRange, utc_offset: i32) -> Vec<Tick<i64>> {
    let seconds = range.length_ms() / 1_000;
    let most = |step: i64| if step < 60 { MOST_LONG } else { MOST };
    let offset = i64::from(utc_offset) * 60;
    match STEPS.into_iter().find(|step| seconds / step <= most(*step)) {
        Some(step) => {
            let local = range.from_ms.div_euclid(1_000) + offset;
            let first = (local.div_euclid(step) + i64::from(local.rem_euclid(step) > 0)) * step;
            let places = (0..).map(|n| first + n * step);
            let tick = |local: i64| Tick {
                at: local.saturating_sub(offset).saturating_mul(1_000),
                label: time_label(local, step),
            };
            places
                .map(tick)
                .skip_while(|tick| tick.at < range.from_ms)
                .take_while(|tick| tick.at <= range.to_ms)
                .take(LIMIT)
                .collect()
        }
        None => date_ticks(range, offset, seconds),
    }
}

/// The moment `local` seconds after the epoch by the viewer's clock.
fn time_label(local: i64, step: i64) -> String {
    let time = moment(local);
    match step {
        s if s < 60 => format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
        // Where hours are told, a new day is told by its name.
        s if s < DAY && (s < HOUR || local.rem_euclid(DAY) > 0) => format!("{:02}:{:02}", time.hour(), time.minute()),
        _ => day_label(time.date()),
    }
}

fn day_label(date: Date) -> String {
    format!("{}\u{a0}{}", date.day(), &date.month().to_string()[..3])
}

fn moment(local: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(local).unwrap_or(OffsetDateTime::UNIX_EPOCH).to_offset(UtcOffset::UTC)
}

/// Ticks on days and on the first of months.
fn date_ticks(range: TimeRange, offset: i64, seconds: i64) -> Vec<Tick<i64>> {
    let begin = moment(range.from_ms.div_euclid(1_000) + offset).date();
    let at = |date: Date| (date.midnight().assume_utc().unix_timestamp() - offset) * 1_000;
    let days = (seconds / DAY).min(MOST_DAYS);
    let dates: Vec<Date> = if days <= 14 * MOST {
        let step = [2, 7, 14].into_iter().find(|step| days / step <= MOST).unwrap_or(14);
        (0..=days + step)
            .filter_map(|n| begin.checked_add(Duration::days(n)))
            .filter(|d| d.to_julian_day() % step as i32 == 0)
            .collect()
    } else {
        let months = days / 30;
        let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 2_400, 6_000, 12_000, 24_000];
        let step = steps.into_iter().find(|step| months / step <= MOST).unwrap_or(24_000) as i32;
        let first = begin.year() * 12 + i32::from(u8::from(begin.month())) - 1;
        let date = |n: i32| {
            let month = Month::try_from(n.rem_euclid(12) as u8 + 1).ok()?;
            Date::from_calendar_date(n.div_euclid(12), month, 1).ok()
        };
        (first..=first + months as i32 + step).filter(|n| n % step == 0).filter_map(date).collect()
    };
    let label = |date: Date| match (days <= 14 * MOST, date.month()) {
        (true, _) => day_label(date),
        (false, Month::January) => date.year().to_string(),
        (false, month) => month.to_string()[..3].to_owned(),
    };
    let ticks = dates.into_iter().map(|date| Tick { at: at(date), label: label(date) });
    ticks.filter(|tick| (range.from_ms..=range.to_ms).contains(&tick.at)).take(LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(max: f64, unit: Unit, kind: Kind) -> Vec<String> {
        YAxis::between(0.0, max, unit, kind).ticks.into_iter().map(|tick| tick.label.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn vertical_axes_end_on_round_numbers_in_one_unit() {
        for (max, unit, kind, expected) in [
            (1.0, Unit::Ratio, Kind::Gauge, vec!["0 %", "25 %", "50 %", "75 %", "100 %"]),
            (0.031, Unit::Ratio, Kind::Gauge, vec!["0 %", "1 %", "2 %", "3 %", "4 %"]),
            (1.2, Unit::Count, Kind::Gauge, vec!["0.0", "0.5", "1.0", "1.5"]),
            (13.9e9, Unit::Bytes, Kind::Gauge, vec!["0 GB", "5 GB", "10 GB", "15 GB"]),
            (
                900_000.0,
                Unit::Bytes,
                Kind::Counter,
                vec!["0.00 MB/s", "0.25 MB/s", "0.50 MB/s", "0.75 MB/s", "1.00 MB/s"],
            ),
            (0.004, Unit::Seconds, Kind::Gauge, vec!["0 ms", "1 ms", "2 ms", "3 ms", "4 ms"]),
            (170.0, Unit::Seconds, Kind::Gauge, vec!["0 s", "50 s", "100 s", "150 s", "200 s"]),
            (230.0, Unit::Seconds, Kind::Gauge, vec!["0 s", "60 s", "120 s", "180 s", "240 s"]),
            (250.0, Unit::Seconds, Kind::Gauge, vec!["0 min", "2 min", "4 min", "6 min"]),
            (4_000.0, Unit::Seconds, Kind::Gauge, vec!["0 min", "30 min", "60 min", "90 min"]),
            (50_000.0, Unit::Seconds, Kind::Gauge, vec!["0 h", "5 h", "10 h", "15 h"]),
            (0.25, Unit::Seconds, Kind::Counter, vec!["0 %", "10 %", "20 %", "30 %"]),
            (71.0, Unit::Celsius, Kind::Gauge, vec!["0 °C", "20 °C", "40 °C", "60 °C", "80 °C"]),
        ] {
            assert_eq!(labels(max, unit, kind), expected, "{max} {unit:?}");
        }
    }

    proptest! {
        #[test]
        fn a_vertical_axis_holds_its_values_with_four_to_six_ticks(min in -1e9_f64..=0.0, max in 1e-3_f64..1e12) {
            let axis = YAxis::between(min, max, Unit::Count, Kind::Gauge);
            let slack = (max - min) * 1e-6;
            prop_assert!(axis.min <= min + slack && axis.max >= max - slack);
            prop_assert!((3..=7).contains(&axis.ticks.len()), "{axis:?}");
            prop_assert!(axis.ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
        }

        #[test]
        fn time_ticks_are_few_and_inside(from in 0_i64..2_000_000_000_000, length in 1_000_i64..70_000_000_000, offset in -840_i32..840) {
            let range = TimeRange { from_ms: from, to_ms: from + length };
            let ticks = time_ticks(range, offset);
            prop_assert!(ticks.len() <= 8, "{} ticks", ticks.len());
            prop_assert!(ticks.iter().all(|tick| (range.from_ms..=range.to_ms).contains(&tick.at)));
        }
    }

    proptest! {
        #[test]
        fn no_range_whatever_is_too_much(from in any::<i64>(), to in any::<i64>(), offset in -840_i32..840) {
            let range = TimeRange { from_ms: from, to_ms: to };
            prop_assert!(time_ticks(range, offset).len() <= LIMIT);
        }
    }

    #[test]
    fn time_ticks_stand_on_the_viewers_round_times() {
        let shown = |from: i64, seconds: i64, offset| {
            let ticks = time_ticks(TimeRange { from_ms: from * 1_000, to_ms: (from + seconds) * 1_000 }, offset);
            ticks.into_iter().map(|tick| tick.label.replace('\u{a0}', " ")).collect::<Vec<_>>()
        };
        let noon = 1_763_899_200 - 1_763_899_200 % DAY + DAY / 2;
        for (seconds, offset, expected) in [
            (60, 0, vec!["12:00:00", "12:00:15", "12:00:30", "12:00:45", "12:01:00"]),
            (900, 0, vec!["12:00", "12:05", "12:10", "12:15"]),
            (900, 330, vec!["17:30", "17:35", "17:40", "17:45"]),
            (6 * 3_600, 0, vec!["12:00", "13:00", "14:00", "15:00", "16:00", "17:00", "18:00"]),
            (DAY, 0, vec!["12:00", "18:00", "24 Nov", "06:00", "12:00"]),
            (5 * DAY, 0, vec!["24 Nov", "25 Nov", "26 Nov", "27 Nov", "28 Nov"]),
            (30 * DAY, 0, vec!["24 Nov", "1 Dec", "8 Dec", "15 Dec", "22 Dec"]),
            (365 * DAY, 0, vec!["2026", "Mar", "May", "Jul", "Sep", "Nov"]),
            (730 * DAY, 0, vec!["2026", "Jul", "2027", "Jul"]),
        ] {
            assert_eq!(shown(noon, seconds, offset), expected, "{seconds} s");
        }
    }
}
