-- Which topic is said in which chat, in which language and at what hours (spec 10, "Announcements").
CREATE TABLE announce_route (
  number      INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic       TEXT NOT NULL,
  platform    TEXT NOT NULL,
  chat_id     TEXT COLLATE "C" NOT NULL,
  -- Empty for the chat itself, so that one chat and topic have one route.
  thread_id   TEXT COLLATE "C" NOT NULL,
  language    TEXT NOT NULL,
  time_zone   TEXT NOT NULL,
  -- Minutes of the day in the route's zone; from 22:00 until 08:00 is 1320 until 480.
  quiet_from  INTEGER CHECK (quiet_from BETWEEN 0 AND 1439),
  quiet_until INTEGER CHECK (quiet_until BETWEEN 0 AND 1439),
  digest_hour INTEGER CHECK (digest_hour BETWEEN 0 AND 23),
  roll_up     BOOLEAN NOT NULL,
  set_by      TEXT NOT NULL REFERENCES member (id),
  set_at      TIMESTAMPTZ(3) NOT NULL,
  CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
  CHECK (quiet_from <> quiet_until),
  CHECK (NOT (roll_up AND digest_hour IS NOT NULL))
);
CREATE UNIQUE INDEX announce_route_one_per_chat ON announce_route (topic, platform, chat_id, thread_id);

-- What an operator wrote for everyone; nothing is sent before it is confirmed.
CREATE TABLE broadcast (
  number     INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic      TEXT NOT NULL,
  body       TEXT NOT NULL,
  written_by TEXT NOT NULL REFERENCES member (id),
  written_at TIMESTAMPTZ(3) NOT NULL,
  sent_at    TIMESTAMPTZ(3),
  -- The outbox row that it became; its deliveries name it as their cause.
  cause      BIGINT,
  CHECK ((sent_at IS NULL) = (cause IS NULL))
);

ALTER TABLE outbox
  -- Deliveries of one lane go out one after another; null: on their own.
  ADD COLUMN lane          TEXT COLLATE "C",
  ADD COLUMN route         INTEGER,
  -- The row that caused this delivery.
  ADD COLUMN cause         BIGINT,
  -- Quiet hours, digests and roll-ups hold it until then; those of one route and moment go out as one message.
  ADD COLUMN held_until    TIMESTAMPTZ(3) NOT NULL DEFAULT 'epoch',
  -- The row in whose message this one goes out.
  ADD COLUMN carrier       BIGINT,
  -- A worker has it until then.
  ADD COLUMN taken_until   TIMESTAMPTZ(3) NOT NULL DEFAULT 'epoch',
  -- Written before the message leaves, taken back when the platform says that it did not arrive. With an error: nobody knows whether it arrived.
  ADD COLUMN sending_since TIMESTAMPTZ(3),
  ADD COLUMN message_id    TEXT;
CREATE INDEX outbox_lane ON outbox (lane, id) WHERE delivered_at IS NULL;
-- Causes and single deliveries are looked for every second, also while thousands of posts wait.
CREATE INDEX outbox_topic ON outbox (topic, id) WHERE delivered_at IS NULL;
CREATE INDEX outbox_cause ON outbox (cause);
CREATE INDEX outbox_carrier ON outbox (carrier);

-- What everyone in a routed chat reads is in the route's language and zone; null: the community's.
ALTER TABLE card ADD COLUMN language TEXT, ADD COLUMN time_zone TEXT;
