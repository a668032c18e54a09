-- The order in which answers came in: each is looked at once for texts that members share.
ALTER TABLE submission_revision ADD COLUMN seq BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE;

ALTER TABLE sybil_signal DROP CONSTRAINT sybil_signal_kind_known,
  ADD CONSTRAINT sybil_signal_kind_known CHECK (kind IN ('young-account', 'new-at-event', 'burst', 'shared-answers', 'shared-wallet'));

-- Between members' wallets and which other addresses PoS went, as the chain says: to see that several members share one. Goes with the wallet.
CREATE TABLE wallet_flow (
  seq       BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  wallet    TEXT COLLATE "C" NOT NULL REFERENCES wallet (address) ON DELETE CASCADE,
  -- Lower case.
  other     TEXT COLLATE "C" NOT NULL,
  -- 'in': from the other to the wallet.
  direction TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (wallet, other, direction),
  CONSTRAINT wallet_flow_direction_known CHECK (direction IN ('in', 'out')),
  CONSTRAINT wallet_flow_other_form CHECK (other ~ '^0x[0-9a-f]{40}$')
);
CREATE INDEX wallet_flow_other ON wallet_flow (other, direction);
-- Until which block a wallet's transfers were looked at.
ALTER TABLE wallet ADD COLUMN traced_to BIGINT;
CREATE INDEX wallet_traced ON wallet (traced_to);
