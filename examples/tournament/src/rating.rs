//! Ratings by Glicko-2 (<http://www.glicko.net/glicko/glicko2.pdf>), renewed after each match.

use serde::{Deserialize, Serialize};
use skillratings::{
    Outcomes,
    glicko2::{Glicko2Config, Glicko2Rating, glicko2},
};

/// How strong a player is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Glicko {
    /// Around 1500; 400 more wins ten games of eleven.
    pub rating: f64,
    /// How sure that is: with 95 % it lies within two deviations.
    pub deviation: f64,
    /// How much it is expected to vary.
    pub volatility: f64,
}

impl Default for Glicko {
    fn default() -> Self {
        Self::from(Glicko2Rating::new())
    }
}

impl From<Glicko2Rating> for Glicko {
    fn from(rating: Glicko2Rating) -> Self {
        Self { rating: rating.rating, deviation: rating.deviation, volatility: rating.volatility }
    }
}

impl From<Glicko> for Glicko2Rating {
    fn from(rating: Glicko) -> Self {
        Self { rating: rating.rating, deviation: rating.deviation, volatility: rating.volatility }
    }
}

/// The ratings of both after a match.
pub(crate) fn after(home: Glicko, away: Glicko, home_score: i64, away_score: i64) -> (Glicko, Glicko) {
    let outcome = match home_score.cmp(&away_score) {
        std::cmp::Ordering::Greater => Outcomes::WIN,
        std::cmp::Ordering::Equal => Outcomes::DRAW,
        std::cmp::Ordering::Less => Outcomes::LOSS,
    };
    let (home, away) = glicko2(&home.into(), &away.into(), &outcome, &Glicko2Config::new());
    (home.into(), away.into())
}

/// What a result is worth to the one who scored first: 1, 0.5 or 0.
pub(crate) fn score(own: i64, other: i64) -> f64 {
    match own.cmp(&other) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    }
}
