-- Updates of Telegram: those that came by webhook and wait to be handled, and the set of those that were (spec 10, "Bots"; reliability, B9).
CREATE TABLE telegram_update (
  -- The platform's number alone is not enough: after a quiet week numbers begin anywhere, also where they were before.
  key         TEXT COLLATE "C" PRIMARY KEY,
  update_id   BIGINT NOT NULL,
  lane        BIGINT NOT NULL,
  -- JSON as text: jsonb refuses characters that people can send. Deleted when the update was handled.
  content     TEXT,
  received_at TIMESTAMPTZ(3) NOT NULL,
  lease_until TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01 00:00:00+00',
  attempts    INTEGER NOT NULL DEFAULT 0,
  handled_at  TIMESTAMPTZ(3),
  CONSTRAINT telegram_update_key_length CHECK (length(key) BETWEEN 1 AND 100),
  CONSTRAINT telegram_update_content_length CHECK (octet_length(content) <= 4194304),
  CONSTRAINT telegram_update_waits_with_content CHECK ((handled_at IS NULL) = (content IS NOT NULL))
);
CREATE INDEX telegram_update_waiting ON telegram_update (lane, update_id) WHERE handled_at IS NULL;
CREATE INDEX telegram_update_by_time ON telegram_update (handled_at);

-- Whom messages do not reach: the bot was blocked, or never started.
ALTER TABLE chat_account
  ADD COLUMN unreachable_since TIMESTAMPTZ(3),
  ADD COLUMN undelivered INTEGER NOT NULL DEFAULT 0;

-- Groups that a bot has seen, and what became of them.
CREATE TABLE chat (
  platform TEXT COLLATE "C" NOT NULL,
  chat_id  TEXT COLLATE "C" NOT NULL,
  title    TEXT,
  status   TEXT COLLATE "C" NOT NULL,
  -- The id under which it goes on; rows that name the old one were rewritten in the same transaction.
  moved_to TEXT COLLATE "C",
  since    TIMESTAMPTZ(3) NOT NULL,
  PRIMARY KEY (platform, chat_id),
  CONSTRAINT chat_platform_known CHECK (platform IN ('discord', 'telegram')),
  CONSTRAINT chat_status_known CHECK (status IN ('administrator', 'member', 'restricted', 'left', 'kicked', 'moved')),
  CONSTRAINT chat_moved_somewhere CHECK ((status = 'moved') = (moved_to IS NOT NULL) AND moved_to <> chat_id),
  CONSTRAINT chat_title_length CHECK (length(title) <= 256)
);

-- Private answers that are opened again: page by page, or when the private chat is open.
CREATE TABLE kept_answer (
  id         TEXT COLLATE "C" PRIMARY KEY,
  platform   TEXT COLLATE "C" NOT NULL,
  user_id    TEXT COLLATE "C" NOT NULL,
  reply      TEXT NOT NULL,
  language   TEXT NOT NULL,
  time_zone  TEXT NOT NULL,
  expires_at TIMESTAMPTZ(3) NOT NULL
);
CREATE INDEX kept_answer_expiry ON kept_answer (expires_at);
