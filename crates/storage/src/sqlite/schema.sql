-- Version 1.
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    seen INTEGER NOT NULL
) STRICT;

-- The key tells tier, time and series: see sql/place.rs.
CREATE TABLE chunk (
    place INTEGER PRIMARY KEY,
    points INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE tail (
    id INTEGER PRIMARY KEY,
    slot INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    source TEXT NOT NULL,
    message TEXT NOT NULL,
    detail TEXT
) STRICT;
