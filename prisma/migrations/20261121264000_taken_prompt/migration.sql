-- A question that a message has answered is kept under that message's key until the next one takes its place: the same message, delivered again after a crash, is still its answer.
ALTER TABLE prompt ADD COLUMN taken_key TEXT;
