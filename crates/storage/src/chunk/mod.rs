//! A chunk: what one series had over a fixed stretch of time, as the bytes of one row.
//!
//! ```text
//! kind  times  columns
//! ```
//! A chunk of single values has one column. One of points brought together has four: means, least, greatest, how many. A
//! column in which all numbers are the same takes as many bytes as the number has, so that what stands still costs
//! next to nothing. Where a series had no value, there is no point.

mod bytes;
mod column;
mod content;
pub(crate) mod frames;
mod sketches;
pub(crate) mod tail;
mod times;

pub use content::Content;

use crate::point::Point;
use bytes::Reader;

/// Of single values.
const VALUES: u8 = 1;
/// Of several values a point.
const POINTS: u8 = 2;
/// Of many values a point.
const SKETCHES: u8 = 3;
/// The times of frames, and what needs no row: see [`frames`].
const FRAMES: u8 = 4;
/// The most points that a chunk of any tier can have, and room for ticks that come more often than each second.
const MOST: usize = 100_000;

/// Bytes that are no chunk. Rows like that are left out of answers and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a chunk of the history is damaged: {0}")]
pub struct Damaged(&'static str);

/// The bytes of what a series had, in a chunk that begins at `start`, in milliseconds since the epoch. Its times grow and
/// lie within 2³² milliseconds after that.
///
/// ```
/// use miorai_storage::{Point, chunk::{self, Content}};
///
/// let still = Content::Points((0..600).map(|i| (i * 1_000, Point::of(7.0))).collect());
/// let bytes = chunk::encode(0, &still);
/// assert!(bytes.len() < 16, "what stands still costs next to nothing");
/// assert_eq!(chunk::decode(0, 600, &bytes)?, still);
/// # Ok::<(), chunk::Damaged>(())
/// ```
pub fn encode(start: i64, content: &Content) -> Vec<u8> {
    match content {
        Content::Points(points) => encode_points(start, points),
        Content::Sketches(of) => {
            let mut out = vec![SKETCHES];
            times::encode(&mut out, start, &content.times());
            sketches::encode(&mut out, of);
            out
        }
    }
}

fn encode_points(start: i64, points: &[(i64, Point)]) -> Vec<u8> {
    let single = points.iter().all(|(_, point)| point.count == 1);
    let mut out = vec![if single { VALUES } else { POINTS }];
    let at: Vec<i64> = points.iter().map(|(time, _)| *time).collect();
    times::encode(&mut out, start, &at);
    let column = |of: fn(&Point) -> f64| -> Vec<f64> { points.iter().map(|(_, point)| of(point)).collect() };
    let means = column(|point| column::rounded(point.mean()));
    column::encode(&mut out, &means, None, single);
    if !single {
        column::encode(&mut out, &column(|point| column::rounded(point.min)), Some(&means), false);
        column::encode(&mut out, &column(|point| column::rounded(point.max)), Some(&means), false);
        column::encode(&mut out, &column(|point| f64::from(point.count)), None, false);
    }
    out
}

/// What [`encode`] has written of `count` times.
pub fn decode(start: i64, count: usize, bytes: &[u8]) -> Result<Content, Damaged> {
    let (kind, times, mut reader) = begun(start, count, bytes)?;
    match kind {
        VALUES => {
            let values = column::decode(&mut reader, count, None)?.into_iter().map(Point::of);
            Ok(Content::Points(times.into_iter().zip(values).collect()))
        }
        POINTS => decode_points(&mut reader, &times).map(Content::Points),
        SKETCHES => sketches::decode(&mut reader, times).map(Content::Sketches),
        FRAMES => Ok(Content::Points(times.into_iter().map(|time| (time, Point::of(1.0))).collect())),
        _ => Err(Damaged("it is of no known kind")),
    }
}

/// As [`decode`], for answers, which tell means: what is least and what is greatest in a point is not read but the mean
/// instead, in half of the time.
pub(crate) fn decode_means(start: i64, count: usize, bytes: &[u8]) -> Result<Content, Damaged> {
    let (kind, times, mut reader) = begun(start, count, bytes)?;
    if kind != POINTS {
        return decode(start, count, bytes);
    }
    let means = column::decode(&mut reader, count, None)?;
    column::skip(&mut reader)?;
    column::skip(&mut reader)?;
    let counts = column::decode(&mut reader, count, None)?;
    let point = |((time, mean), count): ((i64, f64), f64)| {
        let count = counted(count);
        (time, Point { min: mean, max: mean, sum: mean * f64::from(count), count })
    };
    Ok(Content::Points(times.into_iter().zip(means).zip(counts).map(point).collect()))
}

/// The times of what [`encode`] has written.
pub(crate) fn decode_times(start: i64, count: usize, bytes: &[u8]) -> Result<Vec<i64>, Damaged> {
    begun(start, count, bytes).map(|(_, times, _)| times)
}

/// The kind of a chunk, its times, and the rest of it.
fn begun(start: i64, count: usize, bytes: &[u8]) -> Result<(u8, Vec<i64>, Reader<'_>), Damaged> {
    if count > MOST {
        return Err(Damaged("it would have too many points"));
    }
    let mut reader = Reader(bytes);
    let kind = reader.byte()?;
    let times = times::decode(&mut reader, start, count)?;
    Ok((kind, times, reader))
}

/// A number of values as it was stored.
fn counted(count: f64) -> u32 {
    count.clamp(1.0, f64::from(u32::MAX)) as u32
}

fn decode_points(reader: &mut Reader<'_>, times: &[i64]) -> Result<Vec<(i64, Point)>, Damaged> {
    let means = column::decode(reader, times.len(), None)?;
    let least = column::decode(reader, times.len(), Some(&means))?;
    let greatest = column::decode(reader, times.len(), Some(&means))?;
    let counts = column::decode(reader, times.len(), None)?;
    let point = |i: usize| {
        let count = counted(counts[i]);
        Point { min: least[i], max: greatest[i], sum: means[i] * f64::from(count), count }
    };
    Ok(times.iter().enumerate().map(|(i, time)| (*time, point(i))).collect())
}

#[cfg(test)]
mod tests;
