-- What the service was seen to be, beside and apart from slots; and which pages their reader no longer knows.

ALTER TABLE observation ADD COLUMN service TEXT -- the words are the model's: they may grow; NULL: not told
  CHECK (service IS NULL OR platform IS NOT NULL);

DROP VIEW observation_readable;
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
  nullif(lower(hex(o.evidence_sha256)), '') AS evidence_sha256,
  o.service
FROM observation AS o JOIN target AS t ON t.id = o.target_id;

-- Mutable, like all that the sampler must remember over a restart: a row goes when the page is recognised again.
CREATE TABLE drift (
  target_id   INTEGER PRIMARY KEY REFERENCES target (id),
  times       INTEGER NOT NULL CHECK (times > 0), -- pages in a row that were not recognised
  since       INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  told_at     INTEGER NOT NULL, -- when the page came that all below is about
  platform    TEXT NOT NULL CHECK (length(platform) <= 60), -- whose reader saw it
  revision    INTEGER NOT NULL,
  markers     TEXT NOT NULL CHECK (length(markers) <= 100000), -- JSON array of {"found","what"}, in our words
  found       TEXT NOT NULL CHECK (length(found) <= 500), -- what was there instead, in our words
  page_sha256 BLOB CHECK (length(page_sha256) = 32)
) STRICT;
