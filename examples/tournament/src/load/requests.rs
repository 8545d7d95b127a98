//! What clients ask for: popular things more often, by Zipf's law.

use super::client::Ask;
use crate::settings::Profile;
use fastrand::Rng;

/// Players, users and tournaments that there are with the service's defaults.
const PLAYERS: usize = 2_000;
const TOURNAMENTS: usize = 100;
/// Coming matches that people want predictions for.
const FIXTURES: usize = 1_000;
/// Of so many requests one reports a result.
const READS_A_WRITE: u32 = 1_000;
/// Of so many requests one asks for the report of the season, in the profile that has it.
const READS_A_SEASON: u32 = 50;

/// An endless stream of requests; the same number gives the same ones.
pub(super) struct Requests {
    profile: Profile,
    random: Rng,
    players: Zipf,
    tournaments: Zipf,
    fixtures: Zipf,
}

impl Requests {
    pub(super) fn new(profile: Profile, number: u64) -> Self {
        Self {
            profile,
            random: Rng::with_seed(number),
            players: Zipf::new(PLAYERS),
            tournaments: Zipf::new(TOURNAMENTS),
            fixtures: Zipf::new(FIXTURES),
        }
    }

    pub(super) fn next(&mut self) -> Ask {
        match self.profile {
            Profile::Standings => read(self.standings()),
            Profile::Predictions => read(self.prediction()),
            Profile::Season if self.random.u32(..READS_A_SEASON) == 0 => read("/reports/season".to_owned()),
            Profile::Mixed | Profile::Season if self.random.u32(..READS_A_WRITE) == 0 => self.result(),
            Profile::Mixed | Profile::Season => read(self.mixed()),
        }
    }

    fn mixed(&mut self) -> String {
        match self.random.u32(..100) {
            0..25 => self.standings(),
            25..45 => self.prediction(),
            45..55 => format!("/tournaments/{}", self.tournaments.next(&mut self.random)),
            55..60 => format!("/tournaments?page={}", self.random.u32(..5)),
            60..72 => format!("/players/{}", self.players.next(&mut self.random)),
            72..84 => format!("/players/{}/statistics", self.players.next(&mut self.random)),
            84..90 => "/ranking".to_owned(),
            90..93 => "/model".to_owned(),
            93..96 => format!("/users/{}/profile", self.players.next(&mut self.random)),
            96..98 => format!("/users/{}/permissions", self.players.next(&mut self.random)),
            _ => format!("/users/{}/statistics", self.players.next(&mut self.random)),
        }
    }

    fn standings(&mut self) -> String {
        format!("/tournaments/{}/standings", self.tournaments.next(&mut self.random))
    }

    fn prediction(&mut self) -> String {
        let (home, away) = fixture(self.fixtures.next(&mut self.random));
        format!("/predictions?home={home}&away={away}")
    }

    fn result(&mut self) -> Ask {
        let (home, away) = fixture(self.fixtures.next(&mut self.random));
        let tournament = self.tournaments.next(&mut self.random);
        let (home_score, away_score) = (self.random.u8(..5), self.random.u8(..5));
        // Every fourth user is a referee, the first of all among them.
        let reporter = self.random.usize(..PLAYERS / 4) * 4 + 1;
        let body = format!(
            r#"{{"tournament":{tournament},"home":{home},"away":{away},"home_score":{home_score},"away_score":{away_score},"reporter":{reporter}}}"#
        );
        Ask { path: "/matches".to_owned(), body: Some(body) }
    }
}

fn read(path: String) -> Ask {
    Ask { path, body: None }
}

/// Two who will meet: the same for everybody.
fn fixture(number: usize) -> (usize, usize) {
    let home = number * 7_919 % PLAYERS;
    let away = (home + 1 + number * 104_729 % (PLAYERS - 1)) % PLAYERS;
    (home + 1, away + 1)
}

/// Numbers from 1, the n-th in proportion to 1/n.
struct Zipf {
    cumulative: Vec<f64>,
}

impl Zipf {
    fn new(count: usize) -> Self {
        let sums = (1..=count).scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        });
        Self { cumulative: sums.collect() }
    }

    fn next(&self, random: &mut Rng) -> usize {
        let at = random.f64() * self.cumulative.last().copied().unwrap_or_default();
        self.cumulative.partition_point(|sum| *sum <= at) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popular_things_are_asked_for_more_often_and_nothing_outside_what_there_is() {
        let (zipf, mut random) = (Zipf::new(100), Rng::with_seed(1));
        let mut counts = [0_u32; 101];
        for _ in 0..100_000 {
            counts[zipf.next(&mut random)] += 1;
        }
        assert_eq!(counts[0], 0);
        assert!(counts.iter().skip(1).all(|count| *count > 0));
        let ratio = f64::from(counts[1]) / f64::from(counts[10]);
        assert!((8.0..12.0).contains(&ratio), "{ratio}");
    }

    #[test]
    fn nobody_is_to_meet_themselves() {
        for number in 1..=FIXTURES {
            let (home, away) = fixture(number);
            assert!(home != away && (1..=PLAYERS).contains(&home) && (1..=PLAYERS).contains(&away));
        }
    }
}
