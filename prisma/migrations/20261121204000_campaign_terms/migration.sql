-- What a campaign pays for one submission, before the multiplier, and how often its proposal was changed: a panel's verdict counts for one revision.
ALTER TABLE campaign ADD COLUMN lowest BIGINT NOT NULL, ADD COLUMN highest BIGINT NOT NULL, ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE campaign ADD CONSTRAINT campaign_range CHECK (0 < lowest AND lowest <= highest);
ALTER TABLE campaign DROP CONSTRAINT campaign_status_known;
ALTER TABLE campaign ADD CONSTRAINT campaign_status_known CHECK (status IN ('proposed', 'returned', 'approved', 'rejected', 'withdrawn', 'ended'));
