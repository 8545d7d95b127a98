-- Version 1. All of it is in a schema of its own: the database may have other uses.
CREATE SCHEMA IF NOT EXISTS miorai;

CREATE TABLE miorai.version (
    version bigint NOT NULL
);

CREATE TABLE miorai.series (
    id bigint PRIMARY KEY,
    key text NOT NULL UNIQUE,
    unit text NOT NULL,
    kind text NOT NULL,
    seen bigint NOT NULL
);

-- The key tells tier, time and series: see sql/place.rs.
CREATE TABLE miorai.chunk (
    place bigint PRIMARY KEY,
    points bigint NOT NULL,
    data bytea NOT NULL
);

-- It is compressed already.
ALTER TABLE miorai.chunk ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE miorai.tail (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot bigint NOT NULL,
    data bytea NOT NULL
);

ALTER TABLE miorai.tail ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE miorai.mark (
    id bigint PRIMARY KEY,
    value bigint NOT NULL
);

CREATE TABLE miorai.event (
    id bigint PRIMARY KEY,
    at bigint NOT NULL,
    severity bigint NOT NULL,
    source text NOT NULL,
    message text NOT NULL,
    detail text
);

INSERT INTO miorai.version (version) VALUES (1);
