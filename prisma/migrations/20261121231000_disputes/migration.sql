-- Disputes of a statement line (spec 04): one for a line, ever; a panel decides.
CREATE TABLE dispute (
  number         INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The line: a reward that the period pays.
  reward_id      TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES reward (id),
  member_id      TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  period         INTEGER NOT NULL REFERENCES period (number),
  reason         TEXT NOT NULL,
  state          TEXT COLLATE "C" NOT NULL DEFAULT 'open',
  opened_at      TIMESTAMPTZ(3) NOT NULL,
  decided_at     TIMESTAMPTZ(3),
  -- What the panel said and why; a line that is kept although the panel gave another amount could not be corrected.
  new_amount     BIGINT,
  decided_reason TEXT,
  -- The line that corrects: one of them, when it was corrected.
  correction_id  TEXT COLLATE "C" UNIQUE REFERENCES correction (id),
  granted_id     TEXT COLLATE "C" UNIQUE REFERENCES reward (id),
  CONSTRAINT dispute_state_known CHECK (state IN ('open', 'corrected', 'kept', 'lapsed')),
  CONSTRAINT dispute_over_has_time CHECK ((state = 'open') = (decided_at IS NULL)),
  CONSTRAINT dispute_amount_bounds CHECK (new_amount >= 0),
  CONSTRAINT dispute_corrected_by_one CHECK (num_nonnulls(correction_id, granted_id) = CASE state WHEN 'corrected' THEN 1 ELSE 0 END)
);
CREATE INDEX dispute_open ON dispute (period) WHERE state = 'open';
CREATE INDEX dispute_member ON dispute (member_id, number);

-- From the moment at which a period is sealed nothing is added to its statement: its rest is burned then, and the close follows.
ALTER TABLE period ADD COLUMN sealed_at TIMESTAMPTZ(3);
UPDATE period SET sealed_at = closed_at;
ALTER TABLE period ADD CONSTRAINT period_sealed_before_close CHECK (closed_at IS NULL OR sealed_at IS NOT NULL);
