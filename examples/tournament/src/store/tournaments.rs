//! Tournaments: lists, data, standings.

use super::Store;
use serde::{Deserialize, Serialize};

/// A tournament in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TournamentSummary {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// When it begins, RFC 3339.
    pub begins_at: String,
}

/// A tournament with what can be counted of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tournament {
    /// What a list tells of it.
    #[serde(flatten)]
    pub summary: TournamentSummary,
    /// Matches played.
    pub matches: i64,
    /// Goals in all of them.
    pub goals: i64,
    /// When the last one was played, RFC 3339.
    pub last_played_at: Option<String>,
}

/// The standings of a tournament, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// The tournament.
    pub tournament: i64,
    /// Its players.
    pub players: Vec<Standing>,
}

/// Where a player stands: a win is three points, a draw is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The place, from 1.
    pub place: i64,
    /// The player's number.
    pub player: i64,
    /// The player's name.
    pub name: String,
    /// Matches played.
    pub played: i64,
    /// Matches won.
    pub won: i64,
    /// Matches drawn.
    pub drawn: i64,
    /// Matches lost.
    pub lost: i64,
    /// Goals scored.
    pub scored: i64,
    /// Goals conceded.
    pub conceded: i64,
    /// Points.
    pub points: i64,
}

/// Rows as the database gives them.
type Summary = (i64, String, String);
type Row = (i64, i64, String, i64, i64, i64, i64, i64, i64, i64);

impl Store {
    /// A page of twenty tournaments whose name contains the text, newest first.
    pub async fn tournaments(&self, name: &str, page: u32) -> Result<Vec<TournamentSummary>, sqlx::Error> {
        let rows: Vec<Summary> = sqlx::query_as(
            "SELECT id, name, strftime('%Y-%m-%dT%H:%M:%SZ', begins_at, 'unixepoch') FROM tournaments
             WHERE instr(lower(name), lower(?)) > 0 ORDER BY begins_at DESC, id DESC LIMIT 20 OFFSET 20 * ?",
        )
        .bind(name)
        .bind(page)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(summary).collect())
    }

    /// One tournament.
    pub async fn tournament(&self, id: i64) -> Result<Option<Tournament>, sqlx::Error> {
        let row: Option<(i64, String, String, i64, i64, Option<String>)> = sqlx::query_as(
            "SELECT t.id, t.name, strftime('%Y-%m-%dT%H:%M:%SZ', t.begins_at, 'unixepoch'), count(m.id),
                    coalesce(sum(m.home_score + m.away_score), 0),
                    strftime('%Y-%m-%dT%H:%M:%SZ', max(m.played_at), 'unixepoch')
             FROM tournaments t LEFT JOIN matches m ON m.tournament = t.id WHERE t.id = ? GROUP BY t.id",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|(id, name, begins_at, matches, goals, last_played_at)| Tournament {
            summary: summary((id, name, begins_at)),
            matches,
            goals,
            last_played_at,
        }))
    }

    /// The standings of a tournament, from its matches.
    pub async fn standings(&self, tournament: i64) -> Result<Option<Standings>, sqlx::Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "WITH results (player, own, other) AS (
                 SELECT home, home_score, away_score FROM matches WHERE tournament = ?1
                 UNION ALL
                 SELECT away, away_score, home_score FROM matches WHERE tournament = ?1
             ),
             sums AS (
                 SELECT player, count(*) AS played, sum(own > other) AS won, sum(own = other) AS drawn,
                        sum(own < other) AS lost, sum(own) AS scored, sum(other) AS conceded
                 FROM results GROUP BY player
             )
             SELECT row_number() OVER (ORDER BY 3 * won + drawn DESC, scored - conceded DESC, player), player, p.name,
                    played, won, drawn, lost, scored, conceded, 3 * won + drawn
             FROM sums JOIN players p ON p.id = player ORDER BY 1",
        )
        .bind(tournament)
        .fetch_all(&self.pool)
        .await?;
        if rows.is_empty() && !self.has_tournament(tournament).await? {
            return Ok(None);
        }
        Ok(Some(Standings { tournament, players: rows.into_iter().map(standing).collect() }))
    }

    async fn has_tournament(&self, id: i64) -> Result<bool, sqlx::Error> {
        let row: Option<(i64,)> =
            sqlx::query_as("SELECT id FROM tournaments WHERE id = ?").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.is_some())
    }
}

fn summary((id, name, begins_at): Summary) -> TournamentSummary {
    TournamentSummary { id, name, begins_at }
}

fn standing(row: Row) -> Standing {
    Standing {
        place: row.0,
        player: row.1,
        name: row.2,
        played: row.3,
        won: row.4,
        drawn: row.5,
        lost: row.6,
        scored: row.7,
        conceded: row.8,
        points: row.9,
    }
}
