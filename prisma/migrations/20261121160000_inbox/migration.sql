-- What the product tells a member by itself. It waits where the member looks, and nothing of it is sent unasked (spec 10, "Bots").
CREATE TABLE inbox_message (
  id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  member_id    TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  reply        TEXT NOT NULL,
  created_at   TIMESTAMPTZ(3) NOT NULL,
  read_at      TIMESTAMPTZ(3),
  -- When the member was told that it is there: under an answer, or by a digest. Once.
  mentioned_at TIMESTAMPTZ(3),
  -- When it was in a digest. Once.
  digested_at  TIMESTAMPTZ(3),
  CONSTRAINT inbox_read_is_known CHECK (read_at IS NULL OR mentioned_at IS NOT NULL)
);
CREATE INDEX inbox_by_member ON inbox_message (member_id, id);
CREATE INDEX inbox_unread ON inbox_message (member_id, id) WHERE read_at IS NULL;
-- Asked after every private answer: nearly always empty.
CREATE INDEX inbox_unmentioned ON inbox_message (member_id) WHERE mentioned_at IS NULL;
CREATE INDEX inbox_by_time ON inbox_message (created_at);

-- Until then nothing that was asked for once is sent: digests and reminders wait.
ALTER TABLE member ADD COLUMN snoozed_until TIMESTAMPTZ(3);

-- A daily message with what is unread, to the account that asked for it. Stays when it is turned off, so that turning it on again brings no second one that day.
CREATE TABLE digest (
  member_id TEXT COLLATE "C" PRIMARY KEY REFERENCES member (id),
  platform  TEXT NOT NULL,
  user_id   TEXT COLLATE "C" NOT NULL,
  -- Of the member's own clock; null: off.
  hour      INTEGER CHECK (hour BETWEEN 0 AND 23),
  next_at   TIMESTAMPTZ(3),
  -- The last day of the member's own calendar on which one was sent, as days since 1970-01-01.
  last_day  INTEGER,
  FOREIGN KEY (platform, user_id) REFERENCES chat_account (platform, user_id),
  CONSTRAINT digest_on_or_off CHECK ((hour IS NULL) = (next_at IS NULL))
);
CREATE INDEX digest_due ON digest (next_at) WHERE next_at IS NOT NULL;

-- A message that a member asked for, before something begins. `due_at` null: it was sent, or there was no longer a reason to.
CREATE TABLE reminder (
  member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
  -- What it is about, such as EVT-12.
  subject   TEXT COLLATE "C" NOT NULL,
  platform  TEXT NOT NULL,
  user_id   TEXT COLLATE "C" NOT NULL,
  -- How long before the start, in milliseconds.
  lead_ms   INTEGER NOT NULL CHECK (lead_ms > 0),
  due_at    TIMESTAMPTZ(3),
  -- The start that was told of last.
  told_start TIMESTAMPTZ(3),
  PRIMARY KEY (member_id, subject),
  FOREIGN KEY (platform, user_id) REFERENCES chat_account (platform, user_id)
);
CREATE INDEX reminder_due ON reminder (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX reminder_subject ON reminder (subject);

-- Whoever moves the start of an event, by whatever way, moves its reminders. One that was sent comes again when it was too early altogether: its new time is not
-- before the start of which it told. A host who begins some minutes early or late is no reason.
CREATE FUNCTION reminders_follow_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE reminder SET due_at = NEW.starts_at - lead_ms * interval '1 millisecond'
  WHERE subject = 'EVT-' || NEW.number AND (due_at IS NOT NULL OR NEW.starts_at - lead_ms * interval '1 millisecond' >= told_start);
  RETURN NULL;
END $$;
CREATE TRIGGER event_start_moves_reminders AFTER UPDATE OF starts_at ON event FOR EACH ROW
  WHEN (OLD.starts_at IS DISTINCT FROM NEW.starts_at) EXECUTE FUNCTION reminders_follow_start();
