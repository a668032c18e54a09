-- Keeps merges out, as apart_from_merges does, for work that also refers to members who did not ask for it. Their rows are held first: a merge holds its two
-- before it waits for this lock, and the other way round both would wait for each other.
CREATE FUNCTION apart_from_merges_of(members TEXT[]) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM member WHERE id = ANY (members) ORDER BY id FOR KEY SHARE;
  RETURN apart_from_merges();
END $$;

-- Changes with every merge and every one that is undone.
CREATE FUNCTION merges_so_far() RETURNS BIGINT LANGUAGE sql STABLE AS $$ SELECT count(*) + count(undone_at) FROM member_merge $$;

-- For who decided by what was read before this transaction: when members became one, or two again, since then, it is decided again (SQLSTATE 40001).
-- Volatile, so that it sees what was committed while it waited.
CREATE FUNCTION apart_from_merges_since(seen BIGINT, members TEXT[]) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  PERFORM apart_from_merges_of(members);
  IF merges_so_far() <> seen THEN
    RAISE EXCEPTION 'members were merged meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN true;
END $$;

-- As before, and what somebody decided who is part of the reviewer now was decided by the reviewer, also where both had a seat.
CREATE OR REPLACE FUNCTION refuse_conflicted_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE judged review_item%ROWTYPE;
BEGIN
  SELECT * INTO STRICT judged FROM review_item WHERE id = NEW.item;
  IF NEW.reviewer IN (judged.contributor, judged.copied_by)
     OR EXISTS (SELECT 1 FROM campaign WHERE number = judged.campaign AND proposed_by = NEW.reviewer)
     OR EXISTS (SELECT 1 FROM campaign_member WHERE campaign = judged.campaign AND member_id = NEW.reviewer)
     OR EXISTS (SELECT 1 FROM review_interest WHERE (member_id, other_id) IN ((NEW.reviewer, judged.contributor), (judged.contributor, NEW.reviewer)))
     OR ((judged.kind = 'appeal' OR judged.copy_of IS NOT NULL) AND EXISTS (
           SELECT 1 FROM review_assignment a JOIN review_item i ON i.id = a.item
           WHERE i.subject IN (judged.subject, judged.copy_of) AND i.id <> judged.id AND a.state = 'decided'
             AND a.reviewer IN (SELECT member_tree(NEW.reviewer))))
  THEN RAISE EXCEPTION 'review item %: % may not decide on it', NEW.item, NEW.reviewer USING ERRCODE = 'serialization_failure', CONSTRAINT = 'review_no_conflict';
  END IF;
  RETURN NEW;
END $$;
