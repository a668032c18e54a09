-- Minutes present in a voice or stage channel as evidence of attendance (spec 03, evidence b).
ALTER TABLE event DROP CONSTRAINT event_evidence_known;
ALTER TABLE event ADD CONSTRAINT event_evidence_known CHECK (evidence IN ('rotating', 'codes', 'roster', 'presence'));

-- Where an event with this evidence is held, how long one must be there, and what its card shows.
CREATE TABLE event_presence (
  event        INTEGER PRIMARY KEY REFERENCES event (number),
  platform     TEXT COLLATE "C" NOT NULL,
  channel_id   TEXT COLLATE "C" NOT NULL,
  threshold_ms INTEGER NOT NULL,
  -- The host named the threshold; else it follows the event's length.
  is_named     BOOLEAN NOT NULL DEFAULT false,
  -- Shown last: who was there, who had been there long enough, and when that was said.
  present      INTEGER NOT NULL DEFAULT 0,
  reached      INTEGER NOT NULL DEFAULT 0,
  shown_at     TIMESTAMPTZ(3),
  CONSTRAINT event_presence_platform_known CHECK (platform = 'discord'),
  CONSTRAINT event_presence_channel_form CHECK (channel_id ~ '^[0-9]{15,20}$'),
  CONSTRAINT event_presence_threshold_bounds CHECK (threshold_ms BETWEEN 1000 AND 86400000),
  CONSTRAINT event_presence_counts CHECK (present >= 0 AND reached >= 0)
);

-- One running bot's ear at one server. Its open intervals have lasted until `seen_until`: one row tells it for all of them, and a bot that is killed leaves
-- nothing behind that could count on.
CREATE TABLE presence_watch (
  id         TEXT COLLATE "C" PRIMARY KEY,
  seen_until TIMESTAMPTZ(3) NOT NULL
);

-- An account in an event's channel and not deafened, as one watch saw it. Two watches may have seen the same; it counts once.
CREATE TABLE presence_interval (
  event     INTEGER NOT NULL REFERENCES event (number),
  watch     TEXT COLLATE "C" NOT NULL REFERENCES presence_watch (id),
  platform  TEXT COLLATE "C" NOT NULL,
  user_id   TEXT COLLATE "C" NOT NULL,
  joined_at TIMESTAMPTZ(3) NOT NULL,
  -- Null while it goes on.
  left_at   TIMESTAMPTZ(3),
  PRIMARY KEY (event, watch, platform, user_id, joined_at),
  FOREIGN KEY (platform, user_id) REFERENCES chat_account (platform, user_id),
  CONSTRAINT presence_interval_in_order CHECK (left_at >= joined_at)
);

-- Events that follow one of the platform's own calendar, once for each there.
CREATE TABLE scheduled_event (
  platform     TEXT COLLATE "C" NOT NULL,
  id           TEXT COLLATE "C" NOT NULL,
  community_id TEXT COLLATE "C" NOT NULL,
  event        INTEGER NOT NULL UNIQUE REFERENCES event (number),
  -- It is over there, so that nothing more is followed.
  ended_at     TIMESTAMPTZ(3),
  PRIMARY KEY (platform, id)
);
CREATE INDEX scheduled_event_running ON scheduled_event (platform, community_id) WHERE ended_at IS NULL;
