-- A quiz of one to three questions as evidence of attendance (spec 03, evidence e).
ALTER TABLE event DROP CONSTRAINT event_evidence_known;
ALTER TABLE event ADD CONSTRAINT event_evidence_known CHECK (evidence IN ('rotating', 'codes', 'roster', 'presence', 'quiz'));

-- Which form is the quiz of an event. One form may serve several events.
CREATE TABLE event_quiz (
  event INTEGER PRIMARY KEY REFERENCES event (number),
  form  INTEGER NOT NULL REFERENCES form (number),
  CONSTRAINT event_quiz_form UNIQUE (event, form)
);
CREATE INDEX event_quiz_of_form ON event_quiz (form);

-- A draft or submission at an event is of the form of that event, and its slot says so: 'EVT-12/1' is the first try.
ALTER TABLE form_draft ADD COLUMN event INTEGER;
ALTER TABLE form_draft ADD CONSTRAINT form_draft_of_quiz FOREIGN KEY (event, form) REFERENCES event_quiz (event, form);
ALTER TABLE submission ADD COLUMN event INTEGER;
ALTER TABLE submission ADD CONSTRAINT submission_of_quiz FOREIGN KEY (event, form) REFERENCES event_quiz (event, form);
ALTER TABLE submission ADD CONSTRAINT submission_slot_of_quiz
  CHECK (CASE WHEN event IS NULL THEN slot NOT LIKE 'EVT-%' ELSE slot ~ ('^EVT-' || event || '/[1-9]$') END);
CREATE INDEX submission_event ON submission (event, member_id) WHERE event IS NOT NULL;
