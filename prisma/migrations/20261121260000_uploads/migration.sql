-- Files that members uploaded as answers of forms (spec 04). The bytes are kept as they came; what they are was judged from them.
CREATE TABLE upload (
  id         TEXT PRIMARY KEY,
  -- Of the message that brought it: the same one again keeps nothing more.
  key        TEXT NOT NULL,
  member_id  TEXT NOT NULL REFERENCES member (id),
  name       TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size       INTEGER NOT NULL,
  sha256     BYTEA NOT NULL,
  bytes      BYTEA NOT NULL,
  created_at TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT upload_key UNIQUE (key),
  CONSTRAINT upload_id_form CHECK (id ~ '^[0-9a-z]{20}$'),
  CONSTRAINT upload_name CHECK (char_length(name) BETWEEN 1 AND 100 AND name !~ '[[:cntrl:]/\\]'),
  CONSTRAINT upload_type CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp', 'image/gif', 'application/pdf', 'text/plain')),
  CONSTRAINT upload_size CHECK (size BETWEEN 1 AND 8388608 AND size = octet_length(bytes)),
  CONSTRAINT upload_sha256 CHECK (octet_length(sha256) = 32)
);
CREATE INDEX upload_member ON upload (member_id, created_at);
CREATE INDEX upload_created ON upload (created_at);
-- Pictures and PDFs are compressed already.
ALTER TABLE upload ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Which submissions have a file among their answers, in any revision. A file in none of them, and in no draft, is forgotten.
CREATE TABLE upload_use (
  upload     TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
  submission INTEGER NOT NULL REFERENCES submission (number),
  PRIMARY KEY (upload, submission)
);
CREATE INDEX upload_use_submission ON upload_use (submission);
