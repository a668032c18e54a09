-- What the links of a submission lead to, for its panel (reliability, W4). A few of each submission, of its newest content alone.
CREATE TABLE submission_link (
  submission INTEGER NOT NULL REFERENCES submission (number),
  link       TEXT NOT NULL CONSTRAINT submission_link_length CHECK (length(link) BETWEEN 1 AND 500),
  -- When it is to be looked at (again); a process that looks moves it on first. Null while nobody reviews it.
  due_at     TIMESTAMPTZ(3),
  looked_at  TIMESTAMPTZ(3),
  -- What was found: as LinkState in core/links/link.rules.ts. The title is text of a stranger.
  kind       TEXT CONSTRAINT submission_link_kind CHECK (kind IN ('answers', 'moved', 'refused', 'silent')),
  status     INTEGER,
  title      TEXT CONSTRAINT submission_link_title CHECK (length(title) <= 200),
  why        TEXT,
  PRIMARY KEY (submission, link),
  CONSTRAINT submission_link_looked CHECK ((looked_at IS NULL) = (kind IS NULL))
);
CREATE INDEX submission_link_due ON submission_link (due_at) WHERE due_at IS NOT NULL;
