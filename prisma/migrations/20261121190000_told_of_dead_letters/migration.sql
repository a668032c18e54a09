-- When operators were told that this delivery went wrong; null again when it is sent again.
ALTER TABLE outbox ADD COLUMN told_at TIMESTAMPTZ(3);
