-- Policy carry-over (spec 01, "Rewards"): the period in which a reward found nothing left, when a later one paid it. The statement of that period goes on counting it.
ALTER TABLE reward ADD COLUMN carried_from INTEGER;
ALTER TABLE reward ADD CONSTRAINT reward_carried_forward CHECK (carried_from IS NULL OR (carried_from < period AND status <> 'unfunded'));

-- Unfunded rewards are taken up oldest first.
CREATE INDEX reward_unfunded ON reward (seq) WHERE status = 'unfunded';
CREATE INDEX reward_carried ON reward (carried_from) WHERE carried_from IS NOT NULL;
