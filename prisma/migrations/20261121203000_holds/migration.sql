-- What may mean that one person stands behind several members; each with what it was seen in, once.
CREATE TABLE sybil_signal (
  member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  kind      TEXT COLLATE "C" NOT NULL,
  -- Where it was seen, such as 'EVT-12'; '' for what is true of the account itself.
  subject   TEXT COLLATE "C" NOT NULL,
  -- A figure that the reason names: days, minutes or members, by kind.
  figure    INTEGER NOT NULL,
  seen_at   TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (member_id, kind, subject),
  CONSTRAINT sybil_signal_kind_known CHECK (kind IN ('young-account', 'new-at-event', 'burst')),
  CONSTRAINT sybil_signal_figure_bounds CHECK (figure >= 0)
);

-- The committee's look at a member: open while payouts wait, blocked when nothing more can be earned, cleared when it is over.
CREATE TABLE member_hold (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id   TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  opened_at   TIMESTAMPTZ(3) NOT NULL,
  state       TEXT COLLATE "C" NOT NULL DEFAULT 'open',
  decided_at  TIMESTAMPTZ(3),
  decided_by  TEXT COLLATE "C" REFERENCES member (id),
  reason      TEXT,
  appealed_at TIMESTAMPTZ(3),
  appeal      TEXT,
  CONSTRAINT member_hold_state_known CHECK (state IN ('open', 'blocked', 'cleared')),
  CONSTRAINT member_hold_decided_whole CHECK ((state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (reason IS NULL)),
  CONSTRAINT member_hold_appeal_whole CHECK ((appealed_at IS NULL) = (appeal IS NULL)),
  CONSTRAINT member_hold_not_by_oneself CHECK (decided_by <> member_id)
);
CREATE UNIQUE INDEX member_hold_one_at_a_time ON member_hold (member_id) WHERE state <> 'cleared';
CREATE INDEX member_hold_waiting ON member_hold (opened_at, id) WHERE state <> 'cleared';
CREATE INDEX member_hold_member ON member_hold (member_id, decided_at);
