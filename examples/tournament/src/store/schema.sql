CREATE TABLE IF NOT EXISTS players (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    rating REAL NOT NULL,
    deviation REAL NOT NULL,
    volatility REAL NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS players_by_rating ON players (rating DESC);

CREATE TABLE IF NOT EXISTS tournaments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    begins_at INTEGER NOT NULL -- seconds since 1970
) STRICT;

CREATE TABLE IF NOT EXISTS matches (
    id INTEGER PRIMARY KEY,
    tournament INTEGER NOT NULL REFERENCES tournaments (id),
    played_at INTEGER NOT NULL, -- seconds since 1970
    home INTEGER NOT NULL REFERENCES players (id),
    away INTEGER NOT NULL REFERENCES players (id),
    home_score INTEGER NOT NULL,
    away_score INTEGER NOT NULL,
    -- Ratings before the match: what a model may know of it.
    home_rating REAL NOT NULL,
    away_rating REAL NOT NULL,
    reporter INTEGER NOT NULL REFERENCES users (id)
) STRICT;

CREATE INDEX IF NOT EXISTS matches_by_tournament ON matches (tournament);
CREATE INDEX IF NOT EXISTS matches_by_home ON matches (home);
CREATE INDEX IF NOT EXISTS matches_by_away ON matches (away);
CREATE INDEX IF NOT EXISTS matches_by_reporter ON matches (reporter);

CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL
) STRICT;
