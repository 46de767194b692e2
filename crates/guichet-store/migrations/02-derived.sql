-- Derived tables: everything here can be recomputed from `observation`, byte for byte. They hold integer sums and
-- extremes only, so that the order in which observations arrive does not matter. Only purpose `base` is counted.

CREATE TABLE hour_tally (               -- how often each outcome was seen in a civil hour, and for how long it stands
  target_id  INTEGER NOT NULL REFERENCES target (id),
  local_date TEXT NOT NULL,
  hour       INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
  open       INTEGER NOT NULL,
  full       INTEGER NOT NULL,
  shut       INTEGER NOT NULL,
  unknown    INTEGER NOT NULL,
  open_ms    INTEGER NOT NULL,
  full_ms    INTEGER NOT NULL,
  shut_ms    INTEGER NOT NULL,
  unknown_ms INTEGER NOT NULL,
  PRIMARY KEY (target_id, local_date, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE target_summary (           -- how much there is about a target, by source
  target_id    INTEGER NOT NULL REFERENCES target (id),
  source       TEXT NOT NULL,
  observations INTEGER NOT NULL,
  first_at     INTEGER NOT NULL,
  last_at      INTEGER NOT NULL,
  last_open_at INTEGER,
  PRIMARY KEY (target_id, source)
) STRICT, WITHOUT ROWID;
