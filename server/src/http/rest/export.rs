//! The past as CSV or JSON lines, streamed: whatever the range, only a slice of it is in memory.

use crate::http::{ApiError, rest::history::refused};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use miorai_model::{
    Timestamp,
    history::{HistoryAnswer, HistoryQuery},
};
use miorai_monitoring::number::six_figures;
use miorai_storage::{
    History, HistoryError,
    history::{MAX_POINTS, MAX_VALUES},
};
use std::{fmt::Write as _, io, sync::Arc};

/// How the past is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One JSON object of columns.
    #[default]
    Json,
    /// Comma-separated values (RFC 4180): a head, and a row for each time.
    Csv,
    /// JSON lines: a line that tells the series, and a line for each time.
    JsonLines,
}

impl Format {
    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [("json", Self::Json), ("csv", Self::Csv), ("jsonl", Self::JsonLines)]
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, format)| format)
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => super::JSON,
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl",
        }
    }
}

/// About so many values are in memory at once.
const VALUES_AT_ONCE: usize = 200_000;

/// What is still to be written.
struct Export {
    history: Arc<dyn History>,
    format: Format,
    /// The rest of the range.
    rest: HistoryQuery,
    /// Milliseconds of one slice.
    slice_ms: i64,
    head: bool,
}

/// The answer to `query`, as it is read from the history. Without `points` every point that is kept is written.
///
/// # Errors
/// What the first slice says. Later the connection breaks off, so that nobody takes a part for the whole.
pub async fn export(
    history: Arc<dyn History>,
    format: Format,
    mut query: HistoryQuery,
    points: Option<usize>,
) -> Result<Response, ApiError> {
    if let Some((first, _)) = history.extent() {
        // Before the first frame there is nothing to walk through.
        query.from = query.from.max(first).min(query.to);
    }
    // A row of an export is a value for each series.
    query.extremes = false;
    let series = query.series.len().max(1);
    let slice_ms = if let Some(points) = points {
        // Slices share the range and the points; each has some hundreds of them.
        let slices = (series * points).div_ceil(VALUES_AT_ONCE);
        query.points = points / slices.max(1);
        query.to.as_millis().saturating_sub(query.from.as_millis()) / slices.max(1) as i64 + 1
    } else {
        query.points = MAX_POINTS.min(MAX_VALUES / series);
        (VALUES_AT_ONCE / series).clamp(60, 3_600) as i64 * 1_000
    };
    let mut export = Export { history, format, rest: query, slice_ms, head: true };
    let first = export.next().await.map_err(refused)?;
    let rest = stream::try_unfold(export, async |mut export| {
        let slice = export.next().await.map_err(io::Error::other)?;
        Ok::<_, io::Error>(slice.map(|slice| (slice, export)))
    });
    let first = stream::iter(first.map(Ok::<_, io::Error>));
    let mut response = Response::new(Body::from_stream(futures_util::StreamExt::chain(first, rest)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    Ok(response)
}

impl Export {
    /// The text of the next slice; nothing after the last. A slice may be empty.
    async fn next(&mut self) -> Result<Option<Bytes>, HistoryError> {
        let (from, to) = (self.rest.from, self.rest.to);
        if from > to {
            return Ok(None);
        }
        let last = Timestamp::from_millis(from.as_millis().saturating_add(self.slice_ms - 1).min(to.as_millis()));
        let answer = self.history.query(&HistoryQuery { to: last, ..self.rest.clone() }).await?;
        self.rest.from = Timestamp::from_millis(last.as_millis().saturating_add(1));
        let mut out = String::new();
        if std::mem::take(&mut self.head) {
            self.format.head(&mut out, &answer);
        }
        self.format.rows(&mut out, &answer);
        Ok(Some(out.into()))
    }
}

impl Format {
    fn head(self, out: &mut String, answer: &HistoryAnswer) {
        if self == Self::Csv {
            out.push_str("timestamp");
            for series in &answer.series {
                let key = miorai_model::SeriesKey { name: series.name.clone(), labels: series.labels.clone() };
                let _ = write!(out, ",\"{}\"", key.to_string().replace('"', "\"\""));
            }
            out.push_str("\r\n");
        } else {
            // Series are text and numbers: they can be written.
            let series = serde_json::to_string(&answer.series).unwrap_or_default();
            let _ = writeln!(out, "{{\"series\":{series}}}");
        }
    }

    fn rows(self, out: &mut String, answer: &HistoryAnswer) {
        for (row, at) in answer.timestamps.iter().enumerate() {
            let values = answer.values.iter().map(|column| column.get(row).copied().flatten().map(six_figures));
            let at = at.as_millis();
            if self == Self::Csv {
                let _ = write!(out, "{at}");
                for value in values {
                    out.push(',');
                    let _ = value.map_or(Ok(()), |value| write!(out, "{value}"));
                }
                out.push_str("\r\n");
            } else {
                let _ = write!(out, "{{\"timestamp\":{at},\"values\":[");
                for (column, value) in values.enumerate() {
                    let comma = if column == 0 { "" } else { "," };
                    let _ = match value {
                        Some(value) => write!(out, "{comma}{value}"),
                        None => write!(out, "{comma}null"),
                    };
                }
                out.push_str("]}\n");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use miorai_model::{Frame, Kind, Series, SeriesId, SeriesKey, Topics, Unit};
    use miorai_storage::MemoryHistory;

    async fn text(format: Format, points: Option<usize>) -> String {
        text_of(format, points, 1).await
    }

    /// The export of two series, each of them `times` times.
    async fn text_of(format: Format, points: Option<usize>, times: usize) -> String {
        let history = MemoryHistory::new(20_000);
        let keys = [SeriesKey::new("a", []), SeriesKey::new("b", [("c", "\"d\"")])];
        let one = |(id, key): (usize, &SeriesKey)| Series {
            id: SeriesId(id as u32),
            key: key.clone(),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        };
        let list: Arc<Vec<Series>> = Arc::new(keys.iter().enumerate().map(one).collect());
        for seq in 1..=10_000 {
            let (totals, sketches, processes) = Default::default();
            let (at, values) = (Timestamp::from_millis(seq * 1_000), [seq as f64 / 8.0, f64::NAN].into());
            history.record(&Frame { seq: seq as u64, at, values, totals, sketches, processes }, &list);
        }
        let (from, to) = (Timestamp::from_millis(0), Timestamp::from_millis(20_000_000));
        let query = HistoryQuery {
            series: std::iter::repeat_n(keys, times).flatten().collect(),
            from,
            to,
            points: 1,
            extremes: false,
        };
        let response = export(Arc::new(history), format, query, points).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn every_second_of_the_range_is_written_once_whatever_the_slices() {
        let csv = text(Format::Csv, None).await;
        let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 10_001);
        assert_eq!(lines[0], r#"timestamp,"a","b{c=""\""d\""""}""#);
        assert_eq!((lines[1], lines[10_000]), ("1000,0.125,", "10000000,1250,"));
    }

    #[tokio::test]
    async fn json_lines_tell_the_series_first_and_points_bound_the_rows() {
        let json = text(Format::JsonLines, Some(2)).await;
        let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines[0]["series"][1]["labels"]["c"], "\"d\"");
        assert!(lines.len() <= 3 && lines[1]["values"][1].is_null());
    }

    #[tokio::test]
    async fn more_values_than_one_answer_may_have_are_written_in_slices() {
        // Of 10 000 s from the first frame on, 200 series and 10 000 points: twice as many as an answer may have.
        let csv = text_of(Format::Csv, Some(10_000), 100).await;
        let times: Vec<i64> = csv.lines().skip(1).map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
        assert!((3_000..=10_000).contains(&times.len()), "{} rows", times.len());
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(times[0] < 3_000 && times[times.len() - 1] > 9_998_000);
        // Without a number of points there are as many values, and each second of them.
        assert_eq!(text_of(Format::Csv, None, 500).await.lines().count(), 10_001);
    }
}
