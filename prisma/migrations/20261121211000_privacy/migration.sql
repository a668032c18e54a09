-- Erasing a member (spec 02, "Privacy"): who it was goes, what was counted stays.
ALTER TABLE member ADD COLUMN erased_at TIMESTAMPTZ(3);

-- What an erased account was rewarded for and could be again: 'EVT-12' while that event goes on, a form's slot for ever. The account is known by a keyed hash
-- only, and by the member as whom it came back.
CREATE TABLE erased_claim (
  account_hash BYTEA NOT NULL,
  subject      TEXT COLLATE "C" NOT NULL,
  member_id    TEXT COLLATE "C" REFERENCES member (id),
  PRIMARY KEY (account_hash, subject)
);
CREATE INDEX erased_claim_member ON erased_claim (member_id, subject) WHERE member_id IS NOT NULL;

-- The one exception of append-only tables: a transaction that says that it erases (`wepos.erasing`) may take personal text out, and nothing else.
CREATE FUNCTION refuse_change_but_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('wepos.erasing', true) = 'on' THEN
    IF TG_TABLE_NAME = 'audit_line' AND to_jsonb(NEW) - '{input,reply}'::text[] = to_jsonb(OLD) - '{input,reply}'::text[] THEN RETURN NEW; END IF;
    IF TG_TABLE_NAME = 'transfer' AND to_jsonb(NEW) - 'reference' = to_jsonb(OLD) - 'reference' AND to_jsonb(NEW) ->> 'reference' = 'erased' THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'WP001';
END $$;
DROP TRIGGER audit_line_append_only ON audit_line;
CREATE TRIGGER audit_line_append_only BEFORE UPDATE OR DELETE ON audit_line FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasing();
DROP TRIGGER transfer_append_only ON transfer;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasing();
