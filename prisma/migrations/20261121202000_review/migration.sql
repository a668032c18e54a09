-- A known-answer item is put before reviewers under a number of its own, so that nobody can look up how it was decided; its content is that of `copy_of`.
ALTER TABLE review_item ADD COLUMN copy_of TEXT COLLATE "C";
-- The chair who put it there knows the answer.
ALTER TABLE review_item ADD COLUMN copied_by TEXT COLLATE "C" REFERENCES member (id);
ALTER TABLE review_item ADD CONSTRAINT review_item_copy_whole CHECK (
  (copy_of IS NULL) = (copied_by IS NULL) AND (copy_of IS NULL) = (known_outcome IS NULL) AND (known_outcome IS NOT DISTINCT FROM 'approved') = (known_amount IS NOT NULL));
CREATE INDEX review_item_copies ON review_item (copy_of) WHERE copy_of IS NOT NULL;

-- What the contributor says to an appeal.
ALTER TABLE review_item ADD COLUMN plea TEXT;
-- Counts what was done on an item, so that whoever writes without having locked it finds out that somebody else was faster.
ALTER TABLE review_item ADD COLUMN acts INTEGER NOT NULL DEFAULT 0;
-- Their item was decided without them.
ALTER TABLE review_assignment DROP CONSTRAINT review_assignment_state_known;
ALTER TABLE review_assignment ADD CONSTRAINT review_assignment_state_known CHECK (state IN ('asked', 'declined', 'lapsed', 'recused', 'released', 'decided'));

-- As before, and nobody who has decided on the content, or who knows the answer, decides on a copy. Core has looked before, so this is a race: it is decided
-- again on what is true now (SQLSTATE 40001, as in must_hold).
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
           WHERE i.subject IN (judged.subject, judged.copy_of) AND i.id <> judged.id AND a.reviewer = NEW.reviewer AND a.state = 'decided'))
  THEN RAISE EXCEPTION 'review item %: % may not decide on it', NEW.item, NEW.reviewer USING ERRCODE = 'serialization_failure', CONSTRAINT = 'review_no_conflict';
  END IF;
  RETURN NEW;
END $$;
