-- Value: accounts and transfers. Balances live beside the append-only transfers and can never be negative, whatever the code does.
CREATE TABLE account (
  name    TEXT COLLATE "C" PRIMARY KEY,
  balance BIGINT NOT NULL DEFAULT 0,
  -- Sum of grants less reversals; what the leaderboard ranks. Spending and withdrawing do not lower it.
  earned  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT account_balance_not_negative CHECK (balance >= 0),
  CONSTRAINT account_earned_not_negative CHECK (earned >= 0),
  -- Members' accounts change thousands of times a second, and a regular expression costs seven times as much as trimming.
  CONSTRAINT account_name_known CHECK (CASE
    WHEN name LIKE 'member:%' OR name LIKE 'escrow:%' THEN length(name) = 27 AND ltrim(substr(name, 8), '0123456789abcdefghijklmnopqrstuvwxyz') = ''
    ELSE name ~ '^(unreleased|pool|eco-fund|leaving|chain|burned|period:([1-9]|1[0-3]))$'
  END)
) WITH (fillfactor = 80);

CREATE TABLE transfer (
  seq            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id             TEXT COLLATE "C" NOT NULL,
  debit_account  TEXT COLLATE "C" NOT NULL,
  credit_account TEXT COLLATE "C" NOT NULL,
  amount         BIGINT NOT NULL,
  kind           TEXT COLLATE "C" NOT NULL,
  reference      TEXT COLLATE "C" NOT NULL,
  period         INTEGER NOT NULL,
  at             TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT transfer_id_once UNIQUE (id),
  CONSTRAINT transfer_amount_positive CHECK (amount > 0),
  CONSTRAINT transfer_between_two CHECK (debit_account <> credit_account),
  CONSTRAINT transfer_period_known CHECK (period BETWEEN 0 AND 14)
);
CREATE INDEX transfer_debit ON transfer (debit_account, seq);
CREATE INDEX transfer_credit ON transfer (credit_account, seq);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'WP001';
END $$;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transfer_no_truncate BEFORE TRUNCATE ON transfer FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A condition that a statement relies on. When it does not hold another writer was faster: the caller reads and decides again (SQLSTATE 40001).
CREATE FUNCTION must_hold(condition BOOLEAN, what TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  IF condition IS NOT TRUE THEN RAISE EXCEPTION 'lost a race: %', what USING ERRCODE = '40001'; END IF;
  RETURN true;
END $$;

-- Rank by histogram: bucket of an amount = 64 x its highest bit + its next six bits, so that a bucket spans at most 1/64 of its value.
CREATE FUNCTION rank_bucket_of(earned BIGINT) RETURNS INTEGER LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  top INTEGER;
BEGIN
  IF earned < 1 THEN RETURN 0; END IF;
  top := length(ltrim(earned::bit(64)::text, '0')) - 1;
  RETURN top * 64 + (CASE WHEN top >= 6 THEN earned >> (top - 6) ELSE earned << (6 - top) END & 63)::integer;
END $$;

-- Largest amount that falls into a bucket.
CREATE FUNCTION rank_bucket_top(bucket INTEGER) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN bucket / 64 >= 6 THEN ((64 + bucket % 64 + 1)::bigint << (bucket / 64 - 6)) - 1 ELSE (64 + bucket % 64)::bigint >> (6 - bucket / 64) END
$$;

-- Members and how they are known.
CREATE TABLE member (
  id         TEXT COLLATE "C" PRIMARY KEY,
  number     BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  -- The salted id of statements: random, so that nothing about the member can be computed from it, and erasable.
  public_id  BYTEA NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  language   TEXT NOT NULL,
  time_zone  TEXT NOT NULL DEFAULT 'UTC',
  blocked    BOOLEAN NOT NULL DEFAULT false,
  hidden     BOOLEAN NOT NULL DEFAULT false,
  auto_payout BOOLEAN NOT NULL DEFAULT false,
  joined_at  TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT member_id_form CHECK (id ~ '^[0-9a-z]{20}$'),
  CONSTRAINT member_public_id_length CHECK (length(public_id) = 32),
  CONSTRAINT member_language_known CHECK (language IN ('en', 'zh'))
);

CREATE TABLE chat_account (
  platform  TEXT NOT NULL,
  user_id   TEXT COLLATE "C" NOT NULL,
  member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  name      TEXT NOT NULL,
  -- The unique name by which others mention the account, without @, lower case; changes hands, so it is only a way to find somebody now.
  handle    TEXT,
  linked_at TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (platform, user_id),
  CONSTRAINT chat_account_one_per_platform UNIQUE (member_id, platform),
  CONSTRAINT chat_account_platform_known CHECK (platform IN ('discord', 'telegram', 'console'))
);
CREATE INDEX chat_account_handle ON chat_account (platform, handle);

CREATE TABLE role_grant (
  member_id  TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  role       TEXT NOT NULL,
  granted_by TEXT COLLATE "C",
  granted_at TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (member_id, role),
  CONSTRAINT role_known CHECK (role IN ('host', 'reviewer', 'chair', 'operator'))
);

-- A wallet belongs to one member for ever; unlinking keeps the row, so that nobody else can take it over.
CREATE TABLE wallet (
  address     TEXT COLLATE "C" PRIMARY KEY,
  member_id   TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  linked_at   TIMESTAMPTZ(3) NOT NULL,
  payout_from TIMESTAMPTZ(3) NOT NULL,
  unlinked_at TIMESTAMPTZ(3),
  CONSTRAINT wallet_address_form CHECK (address ~ '^0x[0-9a-fA-F]{40}$')
);
CREATE UNIQUE INDEX wallet_one_spelling ON wallet (lower(address));
CREATE UNIQUE INDEX wallet_one_live_per_member ON wallet (member_id) WHERE unlinked_at IS NULL;

CREATE TABLE wallet_challenge (
  nonce      TEXT COLLATE "C" PRIMARY KEY,
  member_id  TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  address    TEXT COLLATE "C" NOT NULL,
  message    TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  used_at    TIMESTAMPTZ(3)
);
CREATE INDEX wallet_challenge_member ON wallet_challenge (member_id, expires_at);

-- Events and attendance.
CREATE TABLE event (
  number      INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  title       TEXT NOT NULL,
  place       TEXT NOT NULL,
  starts_at   TIMESTAMPTZ(3) NOT NULL,
  ends_at     TIMESTAMPTZ(3) NOT NULL,
  opens_at    TIMESTAMPTZ(3) NOT NULL,
  closes_at   TIMESTAMPTZ(3) NOT NULL,
  capacity    INTEGER,
  base_reward BIGINT NOT NULL,
  evidence    TEXT NOT NULL,
  code_secret BYTEA NOT NULL,
  attendees   INTEGER NOT NULL DEFAULT 0,
  created_by  TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  created_at  TIMESTAMPTZ(3) NOT NULL,
  closed_at   TIMESTAMPTZ(3),
  CONSTRAINT event_times_in_order CHECK (opens_at <= starts_at AND starts_at < ends_at AND ends_at <= closes_at),
  CONSTRAINT event_within_capacity CHECK (attendees >= 0 AND (capacity IS NULL OR attendees <= capacity)),
  CONSTRAINT event_capacity_positive CHECK (capacity IS NULL OR capacity > 0),
  CONSTRAINT event_reward_bounds CHECK (base_reward BETWEEN 0 AND 10000000000000),
  CONSTRAINT event_evidence_known CHECK (evidence IN ('rotating', 'codes', 'roster'))
);
CREATE INDEX event_by_time ON event (closes_at);

CREATE TABLE event_host (
  event     INTEGER NOT NULL REFERENCES event (number),
  member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  PRIMARY KEY (event, member_id)
);

-- Single-use codes are kept as keyed hashes only; a leak of this table gives no code away.
CREATE TABLE event_code (
  event     INTEGER NOT NULL REFERENCES event (number),
  code_hash BYTEA NOT NULL,
  used_by   TEXT COLLATE "C",
  used_at   TIMESTAMPTZ(3),
  PRIMARY KEY (event, code_hash)
);

CREATE TABLE attendance (
  event     INTEGER NOT NULL,
  member_id TEXT COLLATE "C" NOT NULL,
  evidence  TEXT NOT NULL,
  grant_id  TEXT COLLATE "C" NOT NULL,
  at        TIMESTAMPTZ(3) NOT NULL,
  undone_at TIMESTAMPTZ(3),
  undone_by TEXT COLLATE "C",
  undone_reason TEXT,
  PRIMARY KEY (event, member_id),
  FOREIGN KEY (event) REFERENCES event (number)
);
CREATE INDEX attendance_member ON attendance (member_id, at);

CREATE TABLE wrong_code (
  id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id TEXT COLLATE "C" NOT NULL,
  event     INTEGER,
  at        TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX wrong_code_recent ON wrong_code (member_id, at);

-- Economy: rewards, periods, what was said to the chain.
CREATE TABLE reward (
  seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id           TEXT COLLATE "C" NOT NULL UNIQUE,
  member_id    TEXT COLLATE "C" NOT NULL,
  kind         TEXT COLLATE "C" NOT NULL,
  reference    TEXT COLLATE "C" NOT NULL,
  amount       BIGINT NOT NULL,
  -- The period from which it was funded; for an unfunded reward the period in which it was refused.
  period       INTEGER NOT NULL,
  status       TEXT COLLATE "C" NOT NULL,
  at           TIMESTAMPTZ(3) NOT NULL,
  reversed_at  TIMESTAMPTZ(3),
  -- Contiguous number under which it was funded on chain (spec 11, rule 1).
  serial       BIGINT UNIQUE,
  CONSTRAINT reward_amount_positive CHECK (amount > 0),
  -- What a statement line can hold (core/economy/statement-lines.ts); anything else would stop a period from closing.
  CONSTRAINT reward_kind_form CHECK (kind ~ '^[a-z][a-z0-9-]{0,30}$'),
  CONSTRAINT reward_reference_form CHECK (reference ~ '^[ !#-[\]-~]{0,31}$'),
  CONSTRAINT reward_status_known CHECK (status IN ('granted', 'unfunded', 'reversed')),
  CONSTRAINT reward_reversed_has_time CHECK ((status = 'reversed') = (reversed_at IS NOT NULL)),
  CONSTRAINT reward_serial_only_when_granted CHECK (serial IS NULL OR status = 'granted')
);
CREATE INDEX reward_period ON reward (period, seq);
CREATE INDEX reward_unnumbered ON reward (period, at) WHERE serial IS NULL AND status = 'granted';
CREATE INDEX reward_member ON reward (member_id, seq);
-- Statements are read in the order of serials.
CREATE INDEX reward_numbered ON reward (period, serial) WHERE serial IS NOT NULL;

CREATE TABLE period (
  number         INTEGER PRIMARY KEY,
  release        BIGINT NOT NULL,
  opened_at      TIMESTAMPTZ(3) NOT NULL,
  drafted_at     TIMESTAMPTZ(3),
  closed_at      TIMESTAMPTZ(3),
  burned         BIGINT,
  -- Rewards that found nothing left: part of the statement, so it is kept as it was at the close.
  unfunded       INTEGER,
  statement_root BYTEA,
  CONSTRAINT period_known CHECK (number BETWEEN 1 AND 13),
  CONSTRAINT period_closed_whole CHECK ((closed_at IS NULL) = (burned IS NULL) AND (closed_at IS NULL) = (statement_root IS NULL) AND (closed_at IS NULL) = (unfunded IS NULL))
);

-- One row per transaction that the chain must accept once and in order; written before anything is sent.
CREATE TABLE chain_intent (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- 'open' | 'fund' | 'close' of the distributor, 'pay' of the payer; one signer works on its own intents strictly in order.
  kind       TEXT COLLATE "C" NOT NULL,
  subject    TEXT COLLATE "C" NOT NULL,
  -- Of 'open', 'fund' and 'close'; a payout belongs to no period.
  period     INTEGER,
  call       JSONB NOT NULL,
  head_after BYTEA,
  state      TEXT NOT NULL DEFAULT 'ready',
  created_at TIMESTAMPTZ(3) NOT NULL,
  settled_at TIMESTAMPTZ(3),
  tx_hash    TEXT,
  block      BIGINT,
  gas_used   BIGINT,
  CONSTRAINT chain_intent_once UNIQUE (kind, subject),
  CONSTRAINT chain_intent_kind_known CHECK (kind IN ('open', 'fund', 'close', 'pay')),
  CONSTRAINT chain_intent_period_of_kind CHECK ((period IS NULL) = (kind = 'pay')),
  CONSTRAINT chain_intent_state_known CHECK (state IN ('ready', 'sent', 'settled')),
  CONSTRAINT chain_intent_settled_has_time CHECK ((state = 'settled') = (settled_at IS NOT NULL))
);
CREATE INDEX chain_intent_open ON chain_intent (id) WHERE state <> 'settled';
CREATE INDEX chain_intent_latest ON chain_intent (kind, id);
CREATE INDEX chain_intent_period ON chain_intent (period, id) WHERE period IS NOT NULL;

CREATE TABLE chain_attempt (
  -- The order of signing; neither the nonce nor the time need grow.
  seq        BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  intent_id  BIGINT NOT NULL REFERENCES chain_intent (id),
  tx_hash    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  nonce      BIGINT NOT NULL,
  max_fee    BIGINT NOT NULL,
  max_tip    BIGINT NOT NULL,
  raw        TEXT NOT NULL,
  -- Newest block when it was signed: how long it has waited is counted in blocks.
  sent_block BIGINT NOT NULL,
  sent_at    TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX chain_attempt_intent ON chain_attempt (intent_id);

CREATE TABLE withdrawal (
  id           TEXT COLLATE "C" PRIMARY KEY,
  member_id    TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  address      TEXT COLLATE "C" NOT NULL,
  amount       BIGINT NOT NULL,
  requested_at TIMESTAMPTZ(3) NOT NULL,
  -- Line number of the payout; gap-free, given when the batch is written.
  serial       BIGINT UNIQUE,
  intent_id    BIGINT REFERENCES chain_intent (id),
  paid_at      TIMESTAMPTZ(3),
  CONSTRAINT withdrawal_amount_positive CHECK (amount > 0),
  CONSTRAINT withdrawal_numbered_in_batch CHECK ((serial IS NULL) = (intent_id IS NULL)),
  CONSTRAINT withdrawal_paid_was_numbered CHECK (paid_at IS NULL OR serial IS NOT NULL)
);
CREATE INDEX withdrawal_waiting ON withdrawal (requested_at) WHERE serial IS NULL;
CREATE INDEX withdrawal_under_way ON withdrawal (intent_id) WHERE serial IS NOT NULL AND paid_at IS NULL;
CREATE INDEX withdrawal_member ON withdrawal (member_id, requested_at);

CREATE TABLE deposit (
  tx_hash      TEXT COLLATE "C" NOT NULL,
  -- Place among the deposits of its transaction, from 0: unlike the index in the block it survives a reorganisation.
  log_index    INTEGER NOT NULL,
  from_address TEXT COLLATE "C" NOT NULL,
  amount       BIGINT NOT NULL,
  block        BIGINT NOT NULL,
  block_hash   TEXT COLLATE "C" NOT NULL,
  member_id    TEXT COLLATE "C",
  seen_at      TIMESTAMPTZ(3) NOT NULL,
  credited_at  TIMESTAMPTZ(3),
  PRIMARY KEY (tx_hash, log_index),
  CONSTRAINT deposit_amount_positive CHECK (amount > 0)
);
CREATE INDEX deposit_waiting ON deposit (block) WHERE credited_at IS NULL;

CREATE TABLE chain_cursor (
  name       TEXT COLLATE "C" PRIMARY KEY,
  block      BIGINT NOT NULL,
  block_hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE reserve_check (
  at            TIMESTAMPTZ(3) PRIMARY KEY,
  block         BIGINT NOT NULL,
  vault_balance BIGINT NOT NULL,
  liabilities   BIGINT NOT NULL,
  funding_due   BIGINT NOT NULL,
  ok            BOOLEAN NOT NULL
);

-- Delivery: answers once, buttons, prompts, messages to channels, jobs.
CREATE TABLE audit_line (
  key       TEXT COLLATE "C" PRIMARY KEY,
  member_id TEXT COLLATE "C" NOT NULL,
  command   TEXT NOT NULL,
  input     TEXT NOT NULL,
  reply     TEXT NOT NULL,
  at        TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX audit_line_by_time ON audit_line (at);
CREATE TRIGGER audit_line_append_only BEFORE UPDATE OR DELETE ON audit_line FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE button (
  token      TEXT COLLATE "C" PRIMARY KEY,
  command    TEXT NOT NULL,
  input      JSONB NOT NULL,
  member_id  TEXT COLLATE "C",
  once       BOOLEAN NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  used_at    TIMESTAMPTZ(3),
  -- The press that used it: the same one delivered again is answered again.
  used_key   TEXT COLLATE "C"
);
CREATE INDEX button_expiry ON button (expires_at);

CREATE TABLE prompt (
  platform   TEXT NOT NULL,
  user_id    TEXT COLLATE "C" NOT NULL,
  chat_id    TEXT COLLATE "C" NOT NULL,
  command    TEXT NOT NULL,
  field      TEXT NOT NULL,
  input      JSONB NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (platform, user_id, chat_id)
);

-- Messages that show a subject such as EVT-12 and are edited in place when it changes.
CREATE TABLE card (
  subject    TEXT COLLATE "C" NOT NULL,
  platform   TEXT NOT NULL,
  chat_id    TEXT COLLATE "C" NOT NULL,
  message_id TEXT COLLATE "C" NOT NULL,
  shown_at   TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (subject, platform, chat_id, message_id)
);

CREATE TABLE outbox (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic        TEXT NOT NULL,
  subject      TEXT COLLATE "C" NOT NULL,
  payload      JSONB NOT NULL,
  created_at   TIMESTAMPTZ(3) NOT NULL,
  -- Not before this time: backoff after a failed attempt.
  due_at       TIMESTAMPTZ(3) NOT NULL DEFAULT 'epoch',
  attempts     INTEGER NOT NULL DEFAULT 0,
  delivered_at TIMESTAMPTZ(3),
  -- Why it was given up; such a row is a dead letter that operators see.
  error        TEXT
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE delivered_at IS NULL;

CREATE TABLE job_run (
  job         TEXT COLLATE "C" NOT NULL,
  slot        TIMESTAMPTZ(3) NOT NULL,
  started_at  TIMESTAMPTZ(3) NOT NULL,
  finished_at TIMESTAMPTZ(3),
  result      TEXT,
  error       TEXT,
  PRIMARY KEY (job, slot)
);
CREATE INDEX job_run_recent ON job_run (job, started_at);

CREATE TABLE setting (
  key   TEXT COLLATE "C" PRIMARY KEY,
  value TEXT NOT NULL
);

-- Rank histogram, maintained for every way in which `earned` can change.
CREATE TABLE rank_bucket (
  bucket  INTEGER PRIMARY KEY,
  members BIGINT NOT NULL,
  CONSTRAINT rank_bucket_not_negative CHECK (members >= 0)
) WITH (fillfactor = 50);
CREATE INDEX account_by_earned ON account (earned DESC, name) WHERE earned > 0;

CREATE FUNCTION count_ranks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  buckets INTEGER[];
  changes BIGINT[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(bucket), array_agg(change) INTO buckets, changes FROM (
      SELECT rank_bucket_of(n.earned) AS bucket, count(*) AS change FROM new_rows n WHERE n.earned > 0 GROUP BY 1 ORDER BY 1) counted;
  ELSE
    -- Old and new rows are counted, never joined: without statistics of them the join compares every row with every other.
    SELECT array_agg(bucket), array_agg(change) INTO buckets, changes FROM (
      SELECT bucket, sum(change)::bigint AS change FROM (
        SELECT rank_bucket_of(n.earned) AS bucket, 1 AS change FROM new_rows n WHERE n.earned > 0
        UNION ALL
        SELECT rank_bucket_of(o.earned), -1 FROM old_rows o WHERE o.earned > 0
      ) each_member GROUP BY bucket HAVING sum(change) <> 0 ORDER BY bucket) counted;
  END IF;
  IF buckets IS NULL THEN RETURN NULL; END IF;
  INSERT INTO rank_bucket (bucket, members) SELECT unnest(buckets), 0 ON CONFLICT DO NOTHING;
  -- Locked in one order, so that two transactions can not wait for each other.
  PERFORM 1 FROM rank_bucket WHERE bucket = ANY (buckets) ORDER BY bucket FOR UPDATE;
  UPDATE rank_bucket r SET members = r.members + c.change FROM unnest(buckets, changes) AS c (bucket, change) WHERE r.bucket = c.bucket;
  RETURN NULL;
END $$;
CREATE TRIGGER account_ranks_insert AFTER INSERT ON account REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_ranks();
CREATE TRIGGER account_ranks_update AFTER UPDATE ON account REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_ranks();

-- Genesis (spec 01): 91 million unreleased, 9 million in the pool; nothing else can ever exist.
INSERT INTO account (name, balance) VALUES
  ('unreleased', 91000000000000000), ('pool', 9000000000000000), ('eco-fund', 0), ('leaving', 0), ('chain', 0), ('burned', 0);
