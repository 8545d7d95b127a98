//! Who wins: a logistic model over three features, fitted on the history of matches.
//!
//! A prediction reads every match of both players: that is what makes it worth keeping.

use crate::{
    rating::score,
    store::{PastMatch, PlayedMatch},
};
use serde::{Deserialize, Serialize};
use smartcore::{
    linalg::basic::{arrays::Array as _, matrix::DenseMatrix},
    linear::logistic_regression::{LogisticRegression, LogisticRegressionParameters},
};
use std::collections::HashMap;

/// Matches that a model is fitted on at most: the newest ones.
const NEWEST: usize = 20_000;
/// Of those, every tenth is kept back, to see how good the model is on what it has not seen.
const HELD_BACK: usize = 10;
/// How much less an older match counts than the one after it.
const FADING: f64 = 0.97;
/// How many meetings count as many as the doubt whether meetings say anything.
const DOUBT: f64 = 4.0;
const FEATURES: usize = 3;

/// What is known of two players before they meet.
pub(crate) type Features = [f64; FEATURES];

/// A fitted model: the probability that who plays at home wins, of matches that are not drawn.
#[derive(Clone, Debug)]
pub struct Model {
    weights: Features,
    /// What playing at home is worth.
    intercept: f64,
    status: ModelStatus,
}

/// How a model does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelStatus {
    /// Its name, with the number of matches known when it was fitted.
    pub name: String,
    /// Matches that it was fitted on.
    pub fitted_on: usize,
    /// Matches kept back, on which the figures below were found.
    pub tested_on: usize,
    /// The share of them that went as was thought more probable.
    pub accuracy_ratio: f64,
    /// The mean of −ln of the probability given to what happened: 0.693 is no better than a coin.
    pub log_loss: f64,
}

/// What is predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The model.
    pub model: String,
    /// Who plays at home.
    pub home: i64,
    /// Who comes.
    pub away: i64,
    /// The probability that who plays at home wins, when it is not drawn.
    pub home_wins_ratio: f64,
    /// Earlier meetings of the two.
    pub meetings: usize,
}

/// Why no model could be fitted.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no model can be fitted on {matches} matches: {cause}")]
pub struct NotFitted {
    matches: usize,
    cause: String,
}

impl Model {
    /// Fits a model on all matches, oldest first. It takes a second or so of one core.
    pub(crate) fn fit(history: &[PlayedMatch]) -> Result<Self, NotFitted> {
        let not_fitted = |cause: String| NotFitted { matches: history.len(), cause };
        let examples = examples(history);
        let newest = &examples[examples.len().saturating_sub(NEWEST)..];
        let (held_back, used): (Vec<_>, Vec<_>) =
            newest.iter().enumerate().partition(|(index, _)| index % HELD_BACK == 0);
        let values = used.iter().flat_map(|(_, (features, _))| *features).collect();
        let table =
            DenseMatrix::new(used.len(), FEATURES, values, false).map_err(|error| not_fitted(error.to_string()))?;
        let won: Vec<i32> = used.iter().map(|(_, (_, won))| i32::from(*won)).collect();
        let fitted = LogisticRegression::fit(&table, &won, LogisticRegressionParameters::default().with_alpha(1.0))
            .map_err(|error| not_fitted(error.to_string()))?;

        let mut model = Self {
            weights: std::array::from_fn(|feature| *fitted.coefficients().get((0, feature))),
            intercept: *fitted.intercept().get((0, 0)),
            status: ModelStatus {
                name: format!("logistic-{}", history.len()),
                fitted_on: used.len(),
                tested_on: held_back.len(),
                accuracy_ratio: 0.0,
                log_loss: 0.0,
            },
        };
        let mut right = 0;
        for (_, (features, won)) in &held_back {
            let probability = model.probability(features);
            right += usize::from((probability > 0.5) == *won);
            model.status.log_loss -= if *won { probability } else { 1.0 - probability }.ln();
        }
        model.status.accuracy_ratio = right as f64 / held_back.len().max(1) as f64;
        model.status.log_loss /= held_back.len().max(1) as f64;
        Ok(model)
    }

    /// How it does.
    pub fn status(&self) -> &ModelStatus {
        &self.status
    }

    /// What it predicts for two players with these ratings and these matches, oldest first.
    pub(crate) fn predict(
        &self,
        (home, home_rating, home_past): (i64, f64, &[PastMatch]),
        (away, away_rating, away_past): (i64, f64, &[PastMatch]),
    ) -> Prediction {
        let form = |past: &[PastMatch]| {
            past.iter().fold(Form::default(), |form, one| form.after(score(one.own_score, one.other_score)))
        };
        let meetings = home_past.iter().filter(|one| one.opponent == away);
        let record =
            meetings.fold(Record::default(), |record, one| record.after(score(one.own_score, one.other_score)));
        let features = features(home_rating - away_rating, form(home_past), form(away_past), record);
        Prediction {
            model: self.status.name.clone(),
            home,
            away,
            home_wins_ratio: self.probability(&features),
            meetings: record.meetings,
        }
    }

    fn probability(&self, features: &Features) -> f64 {
        let sum: f64 = self.weights.iter().zip(features).map(|(weight, value)| weight * value).sum();
        1.0 / (1.0 + (-(self.intercept + sum)).exp())
    }
}

/// Results of one player, newer ones counting more.
#[derive(Clone, Copy, Default)]
struct Form {
    sum: f64,
    weight: f64,
}

impl Form {
    fn after(self, score: f64) -> Self {
        Self { sum: FADING * self.sum + score, weight: FADING * self.weight + 1.0 }
    }

    /// The mean, from −0.5 to 0.5.
    fn value(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight - 0.5 } else { 0.0 }
    }
}

/// Results of one player against another.
#[derive(Clone, Copy, Default)]
struct Record {
    sum: f64,
    meetings: usize,
}

impl Record {
    fn after(self, score: f64) -> Self {
        Self { sum: self.sum + score - 0.5, meetings: self.meetings + 1 }
    }

    fn value(self) -> f64 {
        self.sum / (self.meetings as f64 + DOUBT)
    }
}

fn features(rating: f64, home: Form, away: Form, record: Record) -> Features {
    [rating / 400.0, home.value() - away.value(), record.value()]
}

/// Of each match that was not drawn what was known before it, and whether who played at home won.
fn examples(history: &[PlayedMatch]) -> Vec<(Features, bool)> {
    let mut forms: HashMap<i64, Form> = HashMap::new();
    // As the player with the lower number saw it.
    let mut records: HashMap<(i64, i64), Record> = HashMap::new();
    let mut examples = Vec::with_capacity(history.len());
    for played in history {
        let home_score = score(played.home_score, played.away_score);
        let (home, away) =
            (forms.entry(played.home).or_default().to_owned(), forms.entry(played.away).or_default().to_owned());
        let is_lower = played.home < played.away;
        let pair = (played.home.min(played.away), played.home.max(played.away));
        let record = records.entry(pair).or_default();
        let seen = if is_lower { *record } else { Record { sum: -record.sum, ..*record } };
        if played.home_score != played.away_score {
            let features = features(played.home_rating - played.away_rating, home, away, seen);
            examples.push((features, home_score > 0.5));
        }
        *record = record.after(if is_lower { home_score } else { 1.0 - home_score });
        forms.insert(played.home, home.after(home_score));
        forms.insert(played.away, away.after(1.0 - home_score));
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed;

    #[test]
    fn a_model_is_better_than_a_coin_and_prefers_the_stronger_player() {
        let data = seed::generate(100, 5_000, 7);
        let history: Vec<PlayedMatch> = data.matches.iter().map(|(_, _, played, _)| *played).collect();
        let model = Model::fit(&history).unwrap();
        assert!(model.status().accuracy_ratio > 0.6, "{:?}", model.status());
        assert!(model.status().log_loss < 0.65, "{:?}", model.status());
        let strong = model.predict((1, 1_900.0, &[]), (2, 1_300.0, &[]));
        let weak = model.predict((2, 1_300.0, &[]), (1, 1_900.0, &[]));
        assert!(strong.home_wins_ratio > 0.7 && weak.home_wins_ratio < 0.3, "{strong:?} {weak:?}");
    }

    #[test]
    fn what_a_prediction_sees_is_what_the_model_was_fitted_on() {
        let played = |home, away, home_score| PlayedMatch {
            home,
            away,
            home_score,
            away_score: 1,
            home_rating: 1_500.0,
            away_rating: 1_500.0,
        };
        let history = [played(1, 2, 3), played(2, 1, 0), played(1, 3, 0), played(1, 2, 2)];
        let past = |player: i64| -> Vec<PastMatch> {
            let seen = history[..3].iter().filter(|one| one.home == player || one.away == player);
            seen.map(|one| {
                if one.home == player {
                    PastMatch { opponent: one.away, own_score: one.home_score, other_score: one.away_score }
                } else {
                    PastMatch { opponent: one.home, own_score: one.away_score, other_score: one.home_score }
                }
            })
            .collect()
        };
        let form = |player| {
            past(player).iter().fold(Form::default(), |form, one| form.after(score(one.own_score, one.other_score)))
        };
        let record = past(1)
            .iter()
            .filter(|one| one.opponent == 2)
            .fold(Record::default(), |record, one| record.after(score(one.own_score, one.other_score)));
        let (expected, _) = examples(&history)[3];
        let seen = features(0.0, form(1), form(2), record);
        for (seen, expected) in seen.iter().zip(expected) {
            assert!((seen - expected).abs() < 1e-12, "{seen} {expected}");
        }
    }

    #[test]
    fn too_few_matches_are_told() {
        assert!(Model::fit(&[]).unwrap_err().to_string().starts_with("no model can be fitted on 0 matches"));
    }
}
