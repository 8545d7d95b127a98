//! Sketches as bytes: a version, the exact figures, and the bins that have values.
//!
//! | part | form |
//! |---|---|
//! | version | one byte, 1 |
//! | values that count as zero | varint |
//! | smallest, largest, sum | three 64-bit floats, little endian; left out when there is no value |
//! | bins above zero, then bins below | a varint of how many, then for each the distance from the one before (zigzag for the first) and its count, as varints |

use super::{Sketch, bins::Bins};

const VERSION: u8 = 1;

/// Why bytes are no sketch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SketchError {
    /// They end too early, or go on after the end.
    #[error("the sketch has another length than it says")]
    Length,
    /// They are of another version.
    #[error("the sketch has the form {0}, known is {VERSION}")]
    Version(u8),
    /// A figure makes no sense.
    #[error("the sketch has a figure that is out of range")]
    Range,
}

impl Sketch {
    /// The sketch as bytes: some dozens to some hundreds.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        put_number(&mut bytes, self.zeros);
        if !self.is_empty() {
            for figure in [self.min, self.max, self.sum] {
                bytes.extend(figure.to_le_bytes());
            }
        }
        put_bins(&mut bytes, &self.above);
        put_bins(&mut bytes, &self.below);
        bytes
    }

    /// Reads what [`Self::to_bytes`] has written. Whatever the bytes are, little room is taken.
    ///
    /// # Errors
    /// When they are no sketch.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SketchError> {
        let mut bytes = Bytes(bytes);
        match bytes.byte()? {
            VERSION => {}
            other => return Err(SketchError::Version(other)),
        }
        let mut sketch = Self { zeros: bytes.number()?, ..Self::new() };
        let exact = if sketch.zeros == 0 && matches!(bytes.0, [0, 0]) { None } else { Some(bytes.figures()?) };
        sketch.above = bytes.bins()?;
        sketch.below = bytes.bins()?;
        if !bytes.0.is_empty() || exact.is_some() == sketch.is_empty() {
            return Err(SketchError::Length);
        }
        if let Some([min, max, sum]) = exact {
            if !(min <= max && min.is_finite() && max.is_finite() && sum.is_finite()) {
                return Err(SketchError::Range);
            }
            (sketch.min, sketch.max, sketch.sum) = (min, max, sum);
        }
        Ok(sketch)
    }
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_bins(bytes: &mut Vec<u8>, bins: &Bins) {
    put_number(bytes, bins.used().count() as u64);
    let mut before = None;
    for (bin, count) in bins.used() {
        match before.replace(bin) {
            None => put_number(bytes, u64::from(bin.cast_unsigned() << 1 ^ (bin >> 31).cast_unsigned())),
            Some(before) => put_number(bytes, u64::from(bin.abs_diff(before))),
        }
        put_number(bytes, count);
    }
}

/// What is still to be read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Result<u8, SketchError> {
        let (first, rest) = self.0.split_first().ok_or(SketchError::Length)?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Result<u64, SketchError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(SketchError::Range);
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(SketchError::Range)
    }

    fn figures(&mut self) -> Result<[f64; 3], SketchError> {
        let mut figures = [0.0; 3];
        for figure in &mut figures {
            let (bytes, rest) = self.0.split_first_chunk().ok_or(SketchError::Length)?;
            *figure = f64::from_le_bytes(*bytes);
            self.0 = rest;
        }
        Ok(figures)
    }

    fn bins(&mut self) -> Result<Bins, SketchError> {
        let mut bins = Bins::default();
        let mut before: Option<i32> = None;
        for _ in 0..self.number()? {
            let step = u32::try_from(self.number()?).map_err(|_| SketchError::Range)?;
            let bin = match before {
                None => (step >> 1).cast_signed() ^ -(step & 1).cast_signed(),
                Some(before) => before.checked_add_unsigned(step).ok_or(SketchError::Range)?,
            };
            bins.add(bin, self.number()?);
            before = Some(bin);
        }
        Ok(bins)
    }
}
