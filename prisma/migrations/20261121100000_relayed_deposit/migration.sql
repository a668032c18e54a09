-- Deposits that a member has signed as a permit (EIP-2612) and that the relayer sends, so that they cost no gas.
CREATE TABLE relayed_deposit (
  id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Lower case.
  owner         TEXT COLLATE "C" NOT NULL,
  permit_nonce  BIGINT NOT NULL,
  member_id     TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  amount        BIGINT NOT NULL,
  deadline      TIMESTAMPTZ(3) NOT NULL,
  -- UTC. A place among the member's deposits of the day: there is no sixth, whatever writes it.
  day           DATE NOT NULL,
  slot          INTEGER NOT NULL,
  relayer       TEXT COLLATE "C" NOT NULL,
  relayer_nonce BIGINT NOT NULL,
  at            TIMESTAMPTZ(3) NOT NULL,
  -- Its permit was not used and can not be any more by this transaction: another one of the same nonce may be relayed.
  failed_at     TIMESTAMPTZ(3),
  CONSTRAINT relayed_deposit_amount_positive CHECK (amount > 0),
  CONSTRAINT relayed_deposit_owner_form CHECK (owner ~ '^0x[0-9a-f]{40}$'),
  CONSTRAINT relayed_deposit_slot_bound CHECK (slot BETWEEN 1 AND 5),
  CONSTRAINT relayed_deposit_slot_once UNIQUE (member_id, day, slot),
  CONSTRAINT relayed_deposit_relayer_nonce_once UNIQUE (relayer, relayer_nonce)
);
CREATE UNIQUE INDEX relayed_deposit_permit_once ON relayed_deposit (owner, permit_nonce) WHERE failed_at IS NULL;

-- Every transaction signed for it; stored before it is sent. Any of them may be the one that is mined.
CREATE TABLE relay_attempt (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  tx_hash    TEXT COLLATE "C" PRIMARY KEY,
  deposit_id BIGINT NOT NULL REFERENCES relayed_deposit (id),
  nonce      BIGINT NOT NULL,
  max_fee    BIGINT NOT NULL,
  max_tip    BIGINT NOT NULL,
  raw        TEXT NOT NULL,
  -- Newest block when it was signed: how long it has waited is counted in blocks.
  sent_block BIGINT NOT NULL,
  sent_at    TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX relay_attempt_deposit ON relay_attempt (deposit_id);
