-- Sessions of the web (spec 10, "Server"; reliability, W1). A session belongs to a chat account: whose member that is, and what they may, is read anew with
-- every request, so a merge, an undone link or a lost role holds at once, and an account that is removed takes its sessions along.
CREATE TABLE session (
  -- SHA-256 of the token in the browser's cookie. The token itself is kept nowhere.
  id           BYTEA PRIMARY KEY,
  platform     TEXT NOT NULL,
  user_id      TEXT COLLATE "C" NOT NULL,
  way          TEXT COLLATE "C" NOT NULL,
  -- The wallet that signed in: when it is taken off, whoever holds it has no session any more.
  wallet       TEXT,
  created_at   TIMESTAMPTZ(3) NOT NULL,
  last_seen_at TIMESTAMPTZ(3) NOT NULL,
  expires_at   TIMESTAMPTZ(3) NOT NULL,
  revoked_at   TIMESTAMPTZ(3),
  CONSTRAINT session_account FOREIGN KEY (platform, user_id) REFERENCES chat_account (platform, user_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT session_id_is_a_hash CHECK (octet_length(id) = 32),
  CONSTRAINT session_way_known CHECK (way IN ('discord', 'telegram', 'wallet', 'persona')),
  CONSTRAINT session_by_wallet CHECK ((way = 'wallet') = (wallet IS NOT NULL)),
  CONSTRAINT session_ends CHECK (expires_at > created_at AND expires_at <= created_at + interval '12 hours')
);
CREATE INDEX session_of_account ON session (platform, user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- What the web gave out to be brought back once: the state of a sign-in elsewhere, a text to sign, the token of a link to a page.
CREATE TABLE web_challenge (
  -- SHA-256 of the state, nonce or token.
  id         BYTEA PRIMARY KEY,
  purpose    TEXT COLLATE "C" NOT NULL,
  -- SHA-256 of what only the same browser can show: its cookie, or the token that opened the page.
  bound_to   BYTEA NOT NULL,
  -- What is needed when it comes back, such as the text that was to be signed.
  content    TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT web_challenge_hashes CHECK (octet_length(id) = 32 AND octet_length(bound_to) = 32),
  CONSTRAINT web_challenge_purpose_known CHECK (purpose IN ('sign-in discord', 'sign-in telegram', 'sign-in wallet', 'link page', 'link wallet')),
  CONSTRAINT web_challenge_content_length CHECK (length(content) <= 4000)
);
CREATE INDEX web_challenge_expiry ON web_challenge (expires_at);

-- Proofs of Telegram that were used: each signs in once (reliability, W8).
CREATE TABLE used_proof (
  hash       BYTEA PRIMARY KEY,
  expires_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT used_proof_hash CHECK (octet_length(hash) = 32)
);
CREATE INDEX used_proof_expiry ON used_proof (expires_at);
