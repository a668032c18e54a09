-- One person across chats (spec 02): two members that turn out to be one become one, and for 14 days two again.
ALTER TABLE member
  -- Who goes on for this member. The row stays for ever: its public id is in statements, and its rewards name who had them.
  ADD COLUMN merged_into TEXT COLLATE "C" REFERENCES member (id),
  ADD CONSTRAINT member_merged_into_another CHECK (merged_into <> id);
CREATE INDEX member_merged ON member (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX member_merged_ones ON member (id) WHERE merged_into IS NOT NULL;

CREATE TABLE member_merge (
  id        TEXT COLLATE "C" PRIMARY KEY,
  -- Order of merging: only the latest of a member can be undone.
  number    BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  survivor  TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  merged    TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  by_member TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  at        TIMESTAMPTZ(3) NOT NULL,
  -- What the merged one had, and what was moved.
  balance   BIGINT NOT NULL,
  earned    BIGINT NOT NULL,
  -- Sum of the rewards that stood for the merged one then: by how much it has changed since follows the rewards back.
  granted   BIGINT NOT NULL,
  -- The later rewards of what was rewarded twice: their sum, and what of it was there to be held back.
  doubled   BIGINT NOT NULL DEFAULT 0,
  escrowed  BIGINT NOT NULL DEFAULT 0,
  -- What of the survivor's profile the merge changed, as it was.
  profile   JSONB NOT NULL DEFAULT '{}',
  settled_at TIMESTAMPTZ(3),
  undone_at  TIMESTAMPTZ(3),
  CONSTRAINT member_merge_id_form CHECK (id ~ '^[0-9a-z]{20}$'),
  CONSTRAINT member_merge_of_two CHECK (survivor <> merged),
  CONSTRAINT member_merge_sums CHECK (balance >= 0 AND earned >= 0 AND granted >= 0 AND doubled >= 0 AND escrowed BETWEEN 0 AND doubled),
  CONSTRAINT member_merge_ends_once CHECK (settled_at IS NULL OR undone_at IS NULL)
);
-- A member is merged once at a time, whatever two confirmations do at once.
CREATE UNIQUE INDEX member_merge_one_standing ON member_merge (merged) WHERE undone_at IS NULL;
CREATE INDEX member_merge_survivor ON member_merge (survivor, number) WHERE undone_at IS NULL;
CREATE INDEX member_merge_unsettled ON member_merge (at) WHERE undone_at IS NULL AND settled_at IS NULL;

-- Every row that a merge changed, so that undoing it restores exactly those.
CREATE TABLE member_merge_move (
  id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merge_id TEXT COLLATE "C" NOT NULL REFERENCES member_merge (id),
  -- What was done, such as 'move:chat_account.member_id'.
  what     TEXT COLLATE "C" NOT NULL,
  -- The row's key without the member.
  key      JSONB NOT NULL,
  before   JSONB NOT NULL DEFAULT '{}'
);
CREATE INDEX member_merge_move_of ON member_merge_move (merge_id, what);

-- The later reward of two for the same thing: out of the member's balance while its merge stands.
ALTER TABLE reward ADD COLUMN doubled_in TEXT COLLATE "C" REFERENCES member_merge (id);
CREATE INDEX reward_doubled ON reward (doubled_in) WHERE doubled_in IS NOT NULL;

-- Codes by which a second chat account is linked: kept as keyed hashes only.
CREATE TABLE link_code (
  code_hash  BYTEA PRIMARY KEY,
  member_id  TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  platform   TEXT COLLATE "C" NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  used_at    TIMESTAMPTZ(3)
);
CREATE INDEX link_code_member ON link_code (member_id);
CREATE INDEX link_code_expiry ON link_code (expires_at);

CREATE TABLE link_try (
  id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id TEXT COLLATE "C" NOT NULL,
  at        TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX link_try_recent ON link_try (member_id, at);

-- Counts one more try of a code unless there were enough since `window_start`; null then. Tries at the same time are counted one after the other.
CREATE FUNCTION take_link_try(member TEXT, tried_at TIMESTAMPTZ, window_start TIMESTAMPTZ, most INTEGER) RETURNS BIGINT LANGUAGE plpgsql AS $$
DECLARE
  taken BIGINT;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('link-try:' || member, 0));
  DELETE FROM link_try WHERE member_id = member AND at <= window_start;
  INSERT INTO link_try (member_id, at) SELECT member, tried_at
  WHERE (SELECT count(*) FROM link_try t WHERE t.member_id = member) < most RETURNING id INTO taken;
  RETURN taken;
END $$;

-- Who a member is now. An id that nobody has is its own root.
CREATE FUNCTION member_root(member TEXT) RETURNS TEXT LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  WITH RECURSIVE up AS (
    SELECT id, merged_into FROM member WHERE id = $1
    UNION ALL SELECT m.id, m.merged_into FROM up JOIN member m ON m.id = up.merged_into
  )
  SELECT coalesce((SELECT id FROM up WHERE merged_into IS NULL), $1)
$$;

-- A member and all who were merged into it, whose rewards are its own.
CREATE FUNCTION member_tree(member TEXT) RETURNS SETOF TEXT LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  WITH RECURSIVE down AS (
    SELECT $1 COLLATE "C" AS id
    UNION ALL SELECT m.id FROM down JOIN member m ON m.merged_into = down.id
  )
  SELECT id FROM down
$$;

-- Merging waits for writes that know members by their ids, and those wait for it: one lock, shared by them all. Taken before any row, so that nobody waits in a circle.
CREATE FUNCTION apart_from_merges() RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7306355171);
  RETURN true;
END $$;
CREATE FUNCTION alone_for_merge() RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7306355171);
  RETURN true;
END $$;

-- A check-in may have been decided for a member who was merged a moment ago. It is decided again for the one who goes on (SQLSTATE 40001), by whatever way it
-- came; one look a statement, as for events.
CREATE FUNCTION attendance_of_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM apart_from_merges();
  IF EXISTS (SELECT 1 FROM member m WHERE m.merged_into IS NOT NULL AND m.id IN (SELECT n.member_id FROM new_rows n)) THEN
    RAISE EXCEPTION 'attendance of a member who was merged' USING ERRCODE = '40001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER attendance_of_root AFTER INSERT ON attendance REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION attendance_of_merged();

-- Value of a merged member is with the one who goes on: nothing is credited to an account that nobody can use.
CREATE FUNCTION refuse_credit_of_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM member m WHERE m.merged_into IS NOT NULL AND m.id IN (SELECT substr(n.credit_account, 8) FROM new_rows n WHERE n.credit_account LIKE 'member:%')) THEN
    RAISE EXCEPTION 'credit of a member who was merged' USING ERRCODE = '40001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER transfer_to_root AFTER INSERT ON transfer REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_credit_of_merged();
