-- Whoever reads a member in one statement and writes by the id in another may meet a merge in between, and the row would belong to somebody who is part of
-- another: nobody would ever read it. It is decided again for the one who goes on (SQLSTATE 40001). The row is held first, so that a merge that is about to
-- commit is seen. A merge itself writes before it marks the merged one, and is undone after the mark is gone.
CREATE FUNCTION refuse_merged_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  named TEXT := to_jsonb(NEW) ->> TG_ARGV[0];
  goes_on_as TEXT;
BEGIN
  SELECT merged_into INTO goes_on_as FROM member WHERE id = named FOR KEY SHARE;
  IF goes_on_as IS NOT NULL THEN
    RAISE EXCEPTION '% of a member who was merged', TG_TABLE_NAME USING ERRCODE = 'serialization_failure', CONSTRAINT = 'row_of_root';
  END IF;
  RETURN NEW;
END $$;

-- Every column that moves when members become one (`MOVED` in merge-moves.ts), but for attendance, which has a trigger of its own for a whole batch, and
-- for accounts and claims, which are written for members who are new.
DO $$
DECLARE
  named TEXT[];
BEGIN
  FOREACH named SLICE 1 IN ARRAY ARRAY[
    ['role_grant', 'member_id'], ['wallet', 'member_id'], ['wallet_challenge', 'member_id'], ['event_host', 'member_id'], ['wrong_code', 'member_id'],
    ['withdrawal', 'member_id'], ['deposit', 'member_id'], ['relayed_deposit', 'member_id'], ['inbox_message', 'member_id'], ['digest', 'member_id'],
    ['reminder', 'member_id'], ['sybil_signal', 'member_id'], ['member_hold', 'member_id'], ['form', 'created_by'], ['form_draft', 'member_id'],
    ['submission', 'member_id'], ['campaign', 'proposed_by'], ['campaign_member', 'member_id'], ['review_item', 'contributor'],
    ['review_item', 'copied_by'], ['review_assignment', 'reviewer'], ['review_interest', 'member_id'], ['review_interest', 'other_id']]
  LOOP
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OF %I ON %I FOR EACH ROW WHEN (NEW.%I IS NOT NULL) EXECUTE FUNCTION refuse_merged_member(%L)',
      named[2] || '_of_root', named[2], named[1], named[2], named[2]);
  END LOOP;
END $$;

-- A member who is looked up by name and written to by id stays a member of their own until the transaction ends, or it is decided again.
CREATE FUNCTION keep_unmerged(named TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM member WHERE id = named AND merged_into IS NULL FOR KEY SHARE;
  RETURN must_hold(FOUND, 'the member');
END $$;

-- For who writes: until the transaction ends they become no part of another. False when they did since they were looked up by their chat account, or when
-- that account is another's since, because a link was undone. Volatile, so that it sees what was committed while it waited.
CREATE FUNCTION claim_member(named TEXT, by_platform TEXT, by_user TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM member WHERE id = named FOR KEY SHARE;
  RETURN NOT EXISTS (SELECT 1 FROM member WHERE id = named AND merged_into IS NOT NULL)
     AND NOT EXISTS (SELECT 1 FROM chat_account WHERE platform = by_platform AND user_id = by_user AND member_id <> named);
END $$;

-- What ends somebody's right to sit on a panel comes before a decision or after it, never in between: it is an act on each open item where they sit, so that
-- a panel waits for it, and whoever decided by what was read before finds out (`review_item.acts`).
CREATE FUNCTION act_on_panels(items BIGINT[]) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  held BIGINT[];
BEGIN
  SELECT array_agg(id) INTO held FROM (
    SELECT id FROM review_item WHERE id = ANY (items) AND state = 'open' ORDER BY id FOR UPDATE) AS locked;
  UPDATE review_item SET acts = acts + 1 WHERE id = ANY (held);
END $$;

CREATE FUNCTION seated(reviewers TEXT[]) RETURNS SETOF review_item LANGUAGE sql STABLE AS $$
  SELECT i.* FROM review_item i JOIN review_assignment a ON a.item = i.id
  WHERE i.state = 'open' AND a.reviewer = ANY (reviewers) AND (a.state = 'asked' OR (a.state = 'decided' AND a.voided_at IS NULL))
$$;

CREATE FUNCTION interest_is_an_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM act_on_panels(ARRAY(SELECT id FROM seated(ARRAY[NEW.member_id, NEW.other_id]) WHERE contributor IN (NEW.member_id, NEW.other_id)));
  RETURN NULL;
END $$;
CREATE TRIGGER review_interest_acts AFTER INSERT ON review_interest FOR EACH ROW EXECUTE FUNCTION interest_is_an_act();

CREATE FUNCTION joining_is_an_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM act_on_panels(ARRAY(SELECT id FROM seated(ARRAY[NEW.member_id]) WHERE campaign = NEW.campaign));
  RETURN NULL;
END $$;
CREATE TRIGGER campaign_member_acts AFTER INSERT ON campaign_member FOR EACH ROW EXECUTE FUNCTION joining_is_an_act();

CREATE FUNCTION losing_a_role_is_an_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM act_on_panels(ARRAY(SELECT id FROM seated(ARRAY[OLD.member_id])));
  RETURN NULL;
END $$;
CREATE TRIGGER role_grant_acts AFTER DELETE ON role_grant FOR EACH ROW
  WHEN (OLD.role IN ('reviewer', 'chair')) EXECUTE FUNCTION losing_a_role_is_an_act();

CREATE FUNCTION blocking_is_an_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM act_on_panels(ARRAY(SELECT id FROM seated(ARRAY[NEW.id])));
  RETURN NULL;
END $$;
CREATE TRIGGER member_block_acts AFTER UPDATE OF blocked ON member FOR EACH ROW
  WHEN (NEW.blocked AND NOT OLD.blocked) EXECUTE FUNCTION blocking_is_an_act();
