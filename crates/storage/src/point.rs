//! What is kept of several values: how many there were, their sum, the least and the greatest.

/// A value, or several of neighbouring times brought together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// All of them added up.
    pub sum: f64,
    /// How many there are; never zero.
    pub count: u32,
}

impl Point {
    /// One value.
    pub const fn of(value: f64) -> Self {
        Self { min: value, max: value, sum: value, count: 1 }
    }

    /// Adds the values of another point.
    pub fn merge(&mut self, other: &Self) {
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum += other.sum;
        self.count = self.count.saturating_add(other.count);
    }

    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.count)
    }
}

/// Adds `point` to what is there.
pub(crate) fn merge_into(place: &mut Option<Point>, point: &Point) {
    match place {
        Some(there) => there.merge(point),
        None => *place = Some(*point),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_brought_together_know_all_their_values() {
        let mut point = Point::of(3.0);
        for value in [1.0, 8.0] {
            point.merge(&Point::of(value));
        }
        assert_eq!(point, Point { min: 1.0, max: 8.0, sum: 12.0, count: 3 });
        assert!((point.mean() - 4.0).abs() < 1e-12);
    }
}
