-- Corrections (spec 01, "Period close"): new lines of a statement, never edits. Each has its transfer `correction:<id>` to `burned`.
CREATE TABLE correction (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         TEXT COLLATE "C" NOT NULL UNIQUE,
  -- Whose line it is in the statement.
  member_id  TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  amount     BIGINT NOT NULL,
  reference  TEXT COLLATE "C" NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  -- The period whose statement shows it.
  period     INTEGER NOT NULL REFERENCES period (number),
  at         TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT correction_amount_positive CHECK (amount > 0),
  -- What a statement line can hold (core/economy/statement-lines.ts); anything else would stop a period from closing.
  CONSTRAINT correction_reference_form CHECK (reference ~ '^[ !#-[\]-~]{0,31}$'),
  CONSTRAINT correction_kind_known CHECK (kind IN ('correction', 'reversal'))
);
CREATE INDEX correction_period ON correction (period, seq);
CREATE INDEX correction_member ON correction (member_id, period);
CREATE TRIGGER correction_append_only BEFORE UPDATE OR DELETE ON correction FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER correction_no_truncate BEFORE TRUNCATE ON correction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was corrected lies in the vault until the payer burns it there, once for the root of the period's statement.
ALTER TABLE chain_intent DROP CONSTRAINT chain_intent_kind_known;
ALTER TABLE chain_intent ADD CONSTRAINT chain_intent_kind_known CHECK (kind IN ('open', 'fund', 'close', 'pay', 'expire'));
