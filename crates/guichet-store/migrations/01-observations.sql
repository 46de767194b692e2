-- The log: what was established, for ever. Never edit this file once it has shipped; add a new one.
-- Instants are integers, milliseconds since 1970 UTC.

PRAGMA application_id = 1195593557; -- "GCOU": how this program knows its own files

CREATE TABLE target (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,      -- 92-nanterre/renouvellement
  department TEXT NOT NULL,
  timezone   TEXT NOT NULL              -- IANA name; the civil time of its hours
) STRICT;

CREATE TABLE observation (
  id              INTEGER PRIMARY KEY,
  target_id       INTEGER NOT NULL REFERENCES target (id),
  observed_at     INTEGER NOT NULL CHECK (observed_at BETWEEN 0 AND 253402214400000), -- up to the year 9999
  source          TEXT NOT NULL,        -- sampler, or the name of an imported log
  -- Words are compared one by one: for a list, SQLite builds a table anew with each row, which doubles an import.
  outcome         TEXT NOT NULL
    CHECK (outcome = 'open' OR outcome = 'full' OR outcome = 'shut' OR outcome = 'unknown'),
  cause           TEXT CHECK ((outcome = 'unknown') = (cause IS NOT NULL)), -- the words are the model's: they may grow
  slots           INTEGER CHECK (slots >= 0),
  slots_exact     INTEGER CHECK (slots_exact IN (0, 1)), -- 1: exactly so many, 0: at least; NULL: not told
  earliest_at     INTEGER,
  horizon_on      TEXT,                 -- civil date of the last day shown
  purpose         TEXT NOT NULL CHECK (purpose = 'base' OR purpose = 'burst' OR purpose = 'probation'),
  intensity_per_h REAL CHECK (intensity_per_h > 0), -- planned probes per hour; NULL: the log does not tell
  desks           TEXT,                 -- JSON array; NULL: the page has none
  platform        TEXT,                 -- from here on: how the probe went; NULL for imported observations
  revision        INTEGER,
  requests        INTEGER,
  http_status     INTEGER,
  duration_ms     INTEGER,
  evidence_sha256 BLOB CHECK (length(evidence_sha256) = 32),
  desks_seen      INTEGER,
  UNIQUE (target_id, observed_at, source),
  CHECK ((slots IS NULL) = (slots_exact IS NULL)),
  CHECK (outcome = 'open' OR (slots IS NULL AND earliest_at IS NULL AND horizon_on IS NULL)),
  CHECK ((platform IS NULL) = (revision IS NULL) AND (platform IS NULL) = (requests IS NULL)
    AND (platform IS NULL) = (duration_ms IS NULL) AND (platform IS NULL) = (desks_seen IS NULL)),
  CHECK (platform IS NOT NULL OR (http_status IS NULL AND evidence_sha256 IS NULL))
) STRICT;

CREATE TABLE exchange (                 -- one request of a probe and the facts of its answer
  observation_id INTEGER NOT NULL REFERENCES observation (id),
  step           INTEGER NOT NULL,      -- 0 is the first
  method         TEXT NOT NULL,
  url            TEXT NOT NULL,
  final_url      TEXT,                  -- after redirects; NULL: the same
  status         INTEGER NOT NULL,
  sent_at        INTEGER NOT NULL,
  duration_ms    INTEGER NOT NULL,
  bytes          INTEGER NOT NULL,
  body_sha256    BLOB NOT NULL CHECK (length(body_sha256) = 32),
  headers        TEXT NOT NULL,         -- JSON array of [name, value]
  PRIMARY KEY (observation_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE robots (                   -- what robots.txt said each time it was fetched
  origin        TEXT NOT NULL,
  fetched_at    INTEGER NOT NULL,
  status        INTEGER,                -- NULL: no answer
  sha256        BLOB CHECK (length(sha256) = 32),
  allowed       INTEGER NOT NULL CHECK (allowed IN (0, 1)),
  crawl_delay_s REAL,
  PRIMARY KEY (origin, fetched_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE page (                     -- bodies of deciding pages; may be pruned, their hashes stay in the log
  sha256        BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
  first_seen_at INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,       -- size of the page; what is kept of it is capped
  body_deflated BLOB NOT NULL           -- zlib
) STRICT;
CREATE INDEX page_by_last_seen ON page (last_seen_at);

CREATE TRIGGER observation_is_never_changed BEFORE UPDATE ON observation
BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;
CREATE TRIGGER observation_is_never_deleted BEFORE DELETE ON observation
BEGIN SELECT RAISE(ABORT, 'observation is append-only'); END;
CREATE TRIGGER exchange_is_never_changed BEFORE UPDATE ON exchange
BEGIN SELECT RAISE(ABORT, 'exchange is append-only'); END;
CREATE TRIGGER exchange_is_never_deleted BEFORE DELETE ON exchange
BEGIN SELECT RAISE(ABORT, 'exchange is append-only'); END;
CREATE TRIGGER robots_is_never_changed BEFORE UPDATE ON robots
BEGIN SELECT RAISE(ABORT, 'robots is append-only'); END;
CREATE TRIGGER robots_is_never_deleted BEFORE DELETE ON robots
BEGIN SELECT RAISE(ABORT, 'robots is append-only'); END;

CREATE VIEW observation_readable AS     -- the log for people with sqlite3 or Datasette
SELECT
  o.id,
  t.name AS target,
  t.department,
  strftime('%Y-%m-%dT%H:%M:%fZ', o.observed_at / 1000.0, 'unixepoch') AS observed_at,
  o.outcome,
  o.cause,
  CASE o.slots_exact WHEN 1 THEN 'exact' WHEN 0 THEN 'at_least' ELSE iif(o.outcome = 'open', 'not_told', NULL) END AS slots_kind,
  o.slots,
  strftime('%Y-%m-%dT%H:%M:%fZ', o.earliest_at / 1000.0, 'unixepoch') AS earliest,
  o.horizon_on AS horizon,
  o.purpose,
  o.intensity_per_h,
  o.source,
  o.desks,
  o.platform || '/' || o.revision AS platform,
  o.requests,
  o.http_status,
  o.duration_ms,
  nullif(lower(hex(o.evidence_sha256)), '') AS evidence_sha256
FROM observation AS o JOIN target AS t ON t.id = o.target_id;
