-- The foreign key looked its event up once for every check-in: a fifth of the time of a group write whose check-ins are all of one event. One look for each
-- statement keeps the same promise, because an event is never deleted and never numbered anew: what was there when the row came is there for ever.
ALTER TABLE attendance DROP CONSTRAINT attendance_event_fkey;

CREATE FUNCTION attendance_needs_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT event FROM new_rows) n WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.number = n.event)) THEN
    RAISE EXCEPTION 'attendance of an event that does not exist' USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER attendance_event_known AFTER INSERT ON attendance REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION attendance_needs_event();

-- What was attended is part of the record: it is undone, but not moved to another event.
CREATE TRIGGER attendance_event_kept BEFORE UPDATE OF event ON attendance FOR EACH ROW
  WHEN (OLD.event <> NEW.event) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_number_kept BEFORE UPDATE OF number ON event FOR EACH ROW
  WHEN (OLD.number <> NEW.number) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_not_deleted BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
