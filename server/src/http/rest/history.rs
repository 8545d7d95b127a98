//! The past of series, as columns.

use crate::http::{
    ApiError, HttpState, moment,
    rest::export::{Format, export},
};
use axum::{
    Json,
    extract::{RawQuery, State},
    response::{IntoResponse as _, Response},
};
use miorai_model::{SeriesKey, Timestamp, Topics, history::HistoryQuery, problem::FieldError};
use miorai_monitoring::number::six_figures;
use miorai_storage::{
    HistoryError,
    history::{MAX_POINTS, MAX_SERIES},
};
use std::{sync::Arc, time::Duration};

/// The points of an answer when nothing is said.
const POINTS: usize = 300;
/// How far back an answer reaches when nothing is said.
const RANGE: Duration = Duration::from_mins(15);

/// The past of series.
///
/// `series` may be given several times: a name, or a name with labels such as
/// `system.cpu.utilization{state="user"}`. Values of counters are rates per second. There is no point where there was
/// no frame, and `null` where a series had no value. Far back, points of 10 seconds, 5 minutes and an hour take the place of
/// seconds; the quantiles of a distribution (label `quantile`) are those of all its values in a point.
///
/// Of half an hour and more, when points are five seconds apart or more, the answer may be up to 30 seconds old, but never
/// by more than the distance of two points.
#[utoipa::path(get, path = "/api/core/monitoring/history/", tag = "monitoring",
    params(
        ("series" = Vec<String>, Query, description = "The series wanted, at most 1 000; `*` for all there are now"),
        ("from" = Option<String>, Query, description = "RFC 3339, milliseconds since 1970, `now`, or back from now such as `-15m` (the default)"),
        ("to" = Option<String>, Query, description = "As `from`; `now` when nothing is said"),
        ("points" = Option<usize>, Query, description = "At most this many points, 1 to 10 000; 300 when nothing is said, and in exports every point that is kept. Seconds are averaged to get there. Series times points may be at most 1 000 000, unless it is an export"),
        ("extremes" = Option<bool>, Query, description = "Whether columns `min` and `max` tell the least and the greatest of the values that each point stands for; an empty column where that is one value, and for quantiles. Exports do not tell them"),
        ("format" = Option<String>, Query, description = "`json` (the default), or an export as `csv` or `jsonl`, which is streamed whatever its length"),
    ),
    responses(
        (status = 200, description = "Columns: `series` tells what they hold, `timestamps` are milliseconds since 1970", body = Object),
        (status = 422, description = "A parameter is wrong, or a series is not known", body = miorai_model::problem::Problem),
    ))]
pub async fn history(State(state): State<HttpState>, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let monitor = state.monitor();
    let asked = parse(query.as_deref().unwrap_or_default(), monitor.clock().now());
    let Asked { mut query, points, format, all } = asked.map_err(ApiError::Invalid)?;
    if all {
        let series = monitor.catalog().series();
        query.series = series.iter().filter(|one| one.topics != Topics::NONE).map(|one| one.key.clone()).collect();
    }
    if format != Format::Json {
        return export(Arc::clone(monitor.history()), format, query, points).await;
    }
    let mut answer = state.caches().answers().history(&**monitor.history(), &query).await.map_err(refused)?;
    // As in frames: more figures are below what any chart shows, and would be most of the answer's size.
    for value in answer.numbers_mut() {
        *value = six_figures(*value);
    }
    Ok(Json(answer).into_response())
}

/// What a question says.
#[derive(Debug)]
struct Asked {
    query: HistoryQuery,
    /// The points, when it says how many.
    points: Option<usize>,
    format: Format,
    /// Every series there is.
    all: bool,
}

fn parse(query: &str, now: Timestamp) -> Result<Asked, Vec<FieldError>> {
    let mut asked =
        HistoryQuery { series: Vec::new(), from: now.minus(RANGE), to: now, points: POINTS, extremes: false };
    let (mut points, mut format, mut all) = (None, Format::default(), false);
    let mut errors = Vec::new();
    let wrong = |errors: &mut Vec<FieldError>, field: &str, detail: String| {
        errors.push(FieldError { field: field.to_owned(), detail });
    };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "series" if value == "*" => all = true,
            "series" => match value.parse::<SeriesKey>() {
                Ok(key) => asked.series.push(key),
                Err(error) => wrong(&mut errors, "series", error.to_string()),
            },
            "from" | "to" => match moment::parse(&value, now) {
                Ok(at) if name == "from" => asked.from = at,
                Ok(at) => asked.to = at,
                Err(expected) => wrong(&mut errors, &name, expected.to_owned()),
            },
            "points" => match value.parse() {
                Ok(number) if (1..=MAX_POINTS).contains(&number) => {
                    asked.points = number;
                    points = Some(number);
                }
                _ => wrong(&mut errors, "points", format!("expected a whole number from 1 to {MAX_POINTS}")),
            },
            "extremes" => match value.parse() {
                Ok(wanted) => asked.extremes = wanted,
                Err(_) => wrong(&mut errors, "extremes", "expected true or false".to_owned()),
            },
            "format" => match Format::from_name(&value) {
                Some(named) => format = named,
                None => wrong(&mut errors, "format", "expected json, csv or jsonl".to_owned()),
            },
            other => {
                let known = "there is no such parameter; known are series, from, to, points, extremes, format";
                wrong(&mut errors, other, known.to_owned());
            }
        }
    }
    if asked.series.is_empty() && !all && errors.is_empty() {
        wrong(&mut errors, "series", "name at least one series, such as series=system.memory.utilization".to_owned());
    }
    if asked.series.len() > MAX_SERIES {
        wrong(
            &mut errors,
            "series",
            format!("{} are named, at most {MAX_SERIES} are answered at once", asked.series.len()),
        );
    }
    if asked.from > asked.to {
        wrong(&mut errors, "from", "the range begins after its end".to_owned());
    }
    if errors.is_empty() { Ok(Asked { query: asked, points, format, all }) } else { Err(errors) }
}

pub(super) fn refused(error: HistoryError) -> ApiError {
    let detail = error.to_string();
    match error {
        HistoryError::UnknownSeries(_) | HistoryError::NoSeries | HistoryError::TooManySeries { .. } => {
            ApiError::invalid("series", detail)
        }
        HistoryError::Points { .. } | HistoryError::TooMuch { .. } => ApiError::invalid("points", detail),
        HistoryError::Reversed { .. } => ApiError::invalid("from", detail),
        HistoryError::Unavailable(_) => ApiError::unavailable(detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(10_000_000);

    #[test]
    fn a_question_is_read_with_its_defaults() {
        let asked = parse("series=a.b&series=c%7Bd%3D%22e%22%7D", NOW).unwrap().query;
        assert_eq!(asked.series, [SeriesKey::new("a.b", []), SeriesKey::new("c", [("d", "e")])]);
        assert_eq!((asked.from, asked.to, asked.points), (NOW.minus(RANGE), NOW, POINTS));
        let asked = parse("series=a&from=-1m&to=now&points=10", NOW).unwrap().query;
        assert_eq!((asked.from, asked.to, asked.points), (NOW.minus(Duration::from_mins(1)), NOW, 10));
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        for (query, fields) in [
            ("", &["series"][..]),
            ("series=", &["series"]),
            ("series=a&points=0", &["points"]),
            ("series=a&points=10001", &["points"]),
            ("series=a&points=x&from=then", &["points", "from"]),
            ("series=a&from=now&to=-1m", &["from"]),
            ("series=a&step=5", &["step"]),
            ("series=a&extremes=yes", &["extremes"]),
            ("series=a&format=xml", &["format"]),
        ] {
            let errors = parse(query, NOW).unwrap_err();
            let named: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(named, fields, "{query}");
        }
    }
}
