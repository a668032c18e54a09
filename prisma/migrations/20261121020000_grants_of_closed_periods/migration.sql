-- How many grants a closed period had: pages show it, and counting the rewards of a year for every visitor would take seconds.
ALTER TABLE period ADD COLUMN grants INTEGER;
UPDATE period p SET grants = (SELECT count(*) FROM reward r WHERE r.period = p.number AND r.status = 'granted') WHERE closed_at IS NOT NULL;
ALTER TABLE period ADD CONSTRAINT period_closed_counted CHECK ((closed_at IS NULL) = (grants IS NULL));
