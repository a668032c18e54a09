-- What was decided, newest first: by panels, and by everybody, for the review desk's lists, which begin anywhere and count through nothing.
CREATE INDEX review_item_decided ON review_item (decided_at, id) WHERE state = 'decided';
CREATE INDEX review_assignment_newest ON review_assignment (decided_at, item, reviewer) WHERE state = 'decided';
