-- What the sampler must remember over a restart. Mutable, and no figure depends on it.

CREATE TABLE target_state (
  target_id       INTEGER PRIMARY KEY REFERENCES target (id),
  alive_since     INTEGER,
  probation_tries INTEGER NOT NULL,
  last_planned_at INTEGER,
  last_probe_at   INTEGER,
  last_cause      TEXT,
  rounds          INTEGER NOT NULL,
  url             TEXT CHECK (length(url) <= 2000) -- the booking page that all this is about
) STRICT;

CREATE TABLE host_state (
  host          TEXT NOT NULL PRIMARY KEY,
  last_probe_at INTEGER,
  not_before    INTEGER,
  refusals      INTEGER NOT NULL,
  overloads     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
