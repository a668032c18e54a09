-- An event of the platform's calendar that recurs keeps its id: each time it takes place is an event of ours, of which one at most is not over.
ALTER TABLE scheduled_event ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 1;
ALTER TABLE scheduled_event ADD CONSTRAINT scheduled_event_occurrence_counts CHECK (occurrence >= 1);
ALTER TABLE scheduled_event DROP CONSTRAINT scheduled_event_pkey;
ALTER TABLE scheduled_event ADD PRIMARY KEY (platform, id, occurrence);
CREATE UNIQUE INDEX scheduled_event_one_running ON scheduled_event (platform, id) WHERE ended_at IS NULL;

-- Watches of which nothing is kept are forgotten, which would else read every interval for each.
CREATE INDEX presence_interval_watch ON presence_interval (watch);
