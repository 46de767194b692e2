-- The looks of each day, for statistics that need every observation in order of time; and what audits of the figures found.

-- Derived, like the tables of 02: filled from `observation` when this step is made, then kept in step. Purposes `base` and
-- `burst`, all sources. Days are counted in UTC, so that a corrected civil time changes nothing.
CREATE TABLE day_looks (
  target_id INTEGER NOT NULL REFERENCES target (id),
  utc_day   INTEGER NOT NULL,   -- days since 1970
  looks     BLOB NOT NULL,      -- in order; crates/guichet-store/src/look_codec.rs tells how they are written
  PRIMARY KEY (target_id, utc_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (            -- never changed: what was said about the figures stays said
  id      INTEGER PRIMARY KEY,
  made_at INTEGER NOT NULL,
  as_of   INTEGER NOT NULL,     -- observations before this were looked at
  result  TEXT NOT NULL CHECK (json_valid(result) AND json_type(result) = 'object')
) STRICT;

CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
