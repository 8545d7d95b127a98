//! Generated data: the same seed gives the same players, tournaments and results.

use crate::{
    rating::{self, Glicko},
    store::{Data, PlayedMatch},
};
use fastrand::Rng;

/// Matches of one tournament.
const MATCHES: u32 = 2_000;
/// Players of one tournament.
const PLAYERS: usize = 64;
/// The first match: 2020-01-01.
const BEGIN: i64 = 1_577_836_800;
/// Seconds from one match to the next.
const PAUSE: i64 = 900;
/// What playing at home is worth, in the unit of strength.
const AT_HOME: f64 = 0.25;
/// The share of matches that are drawn.
const DRAWN: f64 = 0.15;

const FIRST: [&str; 16] = [
    "Anna", "Bela", "Chiara", "Dmitri", "Emeka", "Fatima", "Goran", "Hana", "Ines", "Jan", "Kofi", "Linh", "Marta",
    "Noor", "Olga", "Pedro",
];
const LAST: [&str; 16] = [
    "Adler", "Bakker", "Costa", "Dvorak", "Eriksen", "Fischer", "Garcia", "Horvat", "Ito", "Jensen", "Kovacs",
    "Lindgren", "Moreau", "Novak", "Okafor", "Petrov",
];
const COUNTRIES: [&str; 12] = ["at", "br", "cz", "de", "es", "fr", "ge", "hu", "in", "jp", "ng", "pl"];
const PLACES: [&str; 10] = ["Bergen", "Braga", "Graz", "Kobe", "Lagos", "Lyon", "Olomouc", "Pune", "Recife", "Szeged"];

/// Everything that an empty database is filled with. There is a user for each player; every fourth one is a referee.
pub(crate) fn generate(players: u32, matches: u32, seed: u64) -> Data {
    let mut random = Rng::with_seed(seed);
    let strengths: Vec<f64> = (0..players).map(|_| normal(&mut random)).collect();
    let names: Vec<String> = (0..players).map(|_| name(&mut random)).collect();
    let tournaments = (0..matches.div_ceil(MATCHES)).map(|number| {
        let place = PLACES[number as usize % PLACES.len()];
        (format!("Open {place} {}", number + 1), BEGIN + i64::from(number * MATCHES) * PAUSE)
    });
    let tournaments = tournaments.collect();
    let users = names.iter().enumerate().map(|(index, name)| {
        let role = if index % 4 == 0 { "referee" } else { "visitor" };
        (name.clone(), format!("user{}@example.org", index + 1), role)
    });
    let users = users.collect();

    let mut ratings = vec![Glicko::default(); strengths.len()];
    let mut all = Vec::with_capacity(matches as usize);
    let mut field: Vec<usize> = (0..strengths.len()).collect();
    for number in 0..matches {
        if number % MATCHES == 0 {
            random.shuffle(&mut field);
        }
        let field = &field[..PLAYERS.min(field.len())];
        let (home, away) = pair(&mut random, field);
        let (home_score, away_score) = result(&mut random, strengths[home] - strengths[away]);
        let played = PlayedMatch {
            home: home as i64 + 1,
            away: away as i64 + 1,
            home_score,
            away_score,
            home_rating: ratings[home].rating,
            away_rating: ratings[away].rating,
        };
        (ratings[home], ratings[away]) = rating::after(ratings[home], ratings[away], home_score, away_score);
        let reporter = random.usize(0..strengths.len().div_ceil(4)) * 4 + 1;
        let tournament = i64::from(number / MATCHES) + 1;
        all.push((tournament, BEGIN + i64::from(number) * PAUSE, played, reporter as i64));
    }
    let players = names.into_iter().zip(ratings).map(|(name, rating)| (name, *pick(&mut random, &COUNTRIES), rating));
    Data { players: players.collect(), tournaments, users, matches: all }
}

/// Close enough to the normal distribution: a sum of twelve uniform ones (Irwin–Hall).
fn normal(random: &mut Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

fn name(random: &mut Rng) -> String {
    format!("{} {}", pick(random, &FIRST), pick(random, &LAST))
}

fn pick<'all, T>(random: &mut Rng, all: &'all [T]) -> &'all T {
    &all[random.usize(..all.len())]
}

/// Two that differ.
fn pair(random: &mut Rng, field: &[usize]) -> (usize, usize) {
    let home = random.usize(..field.len());
    let away = (home + random.usize(1..field.len())) % field.len();
    (field[home], field[away])
}

fn result(random: &mut Rng, difference: f64) -> (i64, i64) {
    let lower = random.i64(0..3);
    if random.f64() < DRAWN {
        return (lower, lower);
    }
    let higher = lower + random.i64(1..4);
    let home_wins = random.f64() < 1.0 / (1.0 + (-(difference + AT_HOME)).exp());
    if home_wins { (higher, lower) } else { (lower, higher) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_data_and_another_one_other_data() {
        let [one, same, other] = [7, 7, 8].map(|seed| format!("{:?}", generate(20, 300, seed)));
        assert!(one == same);
        assert!(one != other);
    }

    #[test]
    fn nobody_plays_against_themselves_and_strength_shows_in_ratings() {
        let data = generate(64, 4_000, 7);
        assert!(data.matches.iter().all(|(_, _, played, _)| played.home != played.away));
        assert_eq!(data.tournaments.len(), 2);
        let ratings: Vec<f64> = data.players.iter().map(|(_, _, rating)| rating.rating).collect();
        let (lowest, highest) =
            ratings.iter().fold((f64::MAX, f64::MIN), |(low, high), rating| (low.min(*rating), high.max(*rating)));
        assert!(lowest < 1_300.0 && highest > 1_700.0, "{lowest} {highest}");
    }
}
