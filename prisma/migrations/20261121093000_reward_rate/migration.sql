-- What kinds of contribution pay before the multiplier (spec 01, default reward table). A change is a new row that holds from its time on; none is ever
-- edited, so what held at any past moment can always be told.
CREATE TABLE reward_rate (
  kind       TEXT COLLATE "C" NOT NULL,
  valid_from TIMESTAMPTZ(3) NOT NULL,
  lowest     BIGINT NOT NULL,
  highest    BIGINT NOT NULL,
  -- Null for the default.
  set_by     TEXT COLLATE "C" REFERENCES member (id),
  reason     TEXT NOT NULL,
  PRIMARY KEY (kind, valid_from),
  CONSTRAINT reward_rate_kind_known CHECK (kind IN ('attendance', 'form-submission', 'node-identity', 'node-contribution', 'early-delegation', 'quality-delegation')),
  -- In steps of 0.01 PoS, the finest that people are shown, and at most ten times the highest of the default (core/economy/reward-table.rules.ts).
  CONSTRAINT reward_rate_positive CHECK (lowest > 0 AND lowest % 10000000 = 0 AND highest % 10000000 = 0),
  CONSTRAINT reward_rate_in_order CHECK (lowest <= highest),
  CONSTRAINT reward_rate_bounds CHECK (highest <= CASE kind
    WHEN 'attendance' THEN 100000000000
    WHEN 'form-submission' THEN 50000000000
    WHEN 'node-identity' THEN 500000000000
    WHEN 'node-contribution' THEN 5000000000000
    WHEN 'early-delegation' THEN 100000000000
    WHEN 'quality-delegation' THEN 200000000000
  END),
  CONSTRAINT reward_rate_fixed_or_range CHECK (kind = 'node-contribution' OR lowest = highest),
  CONSTRAINT reward_rate_set_by_somebody CHECK ((set_by IS NULL) = (valid_from = '1970-01-01 00:00:00+00')),
  CONSTRAINT reward_rate_reason_length CHECK (length(reason) BETWEEN 1 AND 200)
);

INSERT INTO reward_rate (kind, valid_from, lowest, highest, reason)
SELECT kind, '1970-01-01 00:00:00+00', lowest, highest, 'default reward table' FROM (VALUES
  ('attendance', 10000000000, 10000000000),
  ('form-submission', 5000000000, 5000000000),
  ('node-identity', 50000000000, 50000000000),
  ('node-contribution', 20000000000, 500000000000),
  ('early-delegation', 10000000000, 10000000000),
  ('quality-delegation', 20000000000, 20000000000)
) AS base (kind, lowest, highest);

CREATE TRIGGER reward_rate_append_only BEFORE UPDATE OR DELETE ON reward_rate FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reward_rate_no_truncate BEFORE TRUNCATE ON reward_rate FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A change comes after all others of its kind, whatever writes it: a row put in between would change what held in the past. The default's row is the lock
-- under which that is seen, so that two changes at once come one after the other.
CREATE FUNCTION refuse_past_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM reward_rate WHERE kind = NEW.kind AND valid_from = '1970-01-01 00:00:00+00' FOR UPDATE;
  IF EXISTS (SELECT 1 FROM reward_rate WHERE kind = NEW.kind AND valid_from >= NEW.valid_from) THEN
    RAISE EXCEPTION 'the reward of % has a change that is not older', NEW.kind USING ERRCODE = 'WP002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reward_rate_never_retroactive BEFORE INSERT ON reward_rate FOR EACH ROW EXECUTE FUNCTION refuse_past_rate();
