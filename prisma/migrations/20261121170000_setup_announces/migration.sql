-- Setup makes routes: which server's setup made one tells it from those that were set by hand (null). The announcement channel may be a topic of a group.
ALTER TABLE guild ADD COLUMN announce_thread_id TEXT CHECK (length(announce_thread_id) BETWEEN 1 AND 64);
ALTER TABLE announce_route ADD COLUMN setup_of TEXT;
CREATE UNIQUE INDEX announce_route_one_per_setup ON announce_route (platform, setup_of, topic);

ALTER TABLE button
  -- Where the command was given to which the button belongs, for a press elsewhere: a private answer leaves the group.
  ADD COLUMN place   JSONB,
  -- A choice gives its value as this field: one of `options`, or whatever of its kind the platform offers when there are none.
  ADD COLUMN field   TEXT,
  ADD COLUMN options JSONB,
  ADD CHECK (field IS NOT NULL OR options IS NULL);
