/** Facts of a batch of check-ins, one row each in the order asked. $1 members, $2 events, $3 code hashes, $4 keys, $5 start of the wrong-code window. */
export const LOAD_CHECK_INS = `
SELECT m.blocked,
       CASE WHEN m.merged_into IS NOT NULL THEN member_root(m.id) END AS goes_on_as,
       a.event IS NOT NULL OR EXISTS (SELECT 1 FROM erased_claim f WHERE f.member_id = q.member_id AND f.subject = 'EVT-' || q.event) AS attended,
       a.undone_at IS NOT NULL AS undone,
       (SELECT count(*)::int FROM wrong_code w WHERE w.member_id = q.member_id AND w.at > $5) AS wrong_codes,
       c.event IS NOT NULL AS code_known,
       c.used_at IS NOT NULL AS code_used,
       l.reply AS earlier_reply,
       member_root(l.member_id) AS earlier_member
FROM unnest($1::text[], $2::int[], $3::bytea[], $4::text[]) WITH ORDINALITY AS q (member_id, event, code_hash, key, place)
LEFT JOIN member m ON m.id = q.member_id
LEFT JOIN attendance a ON a.event = q.event AND a.member_id = q.member_id
LEFT JOIN event_code c ON c.event = q.event AND c.code_hash = q.code_hash
LEFT JOIN audit_line l ON l.key = q.key
ORDER BY q.place`

export const LOAD_EVENTS = `
SELECT number, title, place, starts_at, ends_at, opens_at, closes_at, capacity, base_reward, evidence, code_secret, attendees, created_by, closed_at
FROM event WHERE number = ANY ($1::int[])`

/**
 * Writes a decided batch in one statement, so that it is all there or not at all: attendance, rewards, transfers with both balances, attendee counts,
 * used codes, wrong codes, audit lines, one outbox row an event. Unique keys and CHECKs refuse what another writer did first; `must_hold` covers the rest.
 * Merges are kept out before any row is locked; a member who was merged by then is refused by the trigger of attendance, and decided again.
 * $1-$11 columns of the accepted check-ins, $12 period, $13-$15 events with their arrivals and codes, $16-$18 single-use codes, $19-$21 wrong codes.
 */
export const SAVE_CHECK_INS = `
WITH item AS (
  SELECT event, member_id, evidence, at, amount, reward, key, actor_id, command, input, reply,
         'att:' || event || ':' || member_id AS reward_id, 'EVT-' || event AS reference
  FROM unnest($1::int[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
    AS i (event, member_id, evidence, at, amount, reward, key, actor_id, command, input, reply)
), new_attendance AS (
  INSERT INTO attendance (event, member_id, evidence, grant_id, at) SELECT event, member_id, evidence, reward_id, at FROM item
), new_reward AS (
  INSERT INTO reward (id, member_id, kind, reference, amount, period, status, at)
  SELECT reward_id, member_id, 'attendance', reference, amount, $12::int, reward, at FROM item WHERE reward <> 'none'
), new_transfer AS (
  INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
  SELECT 'grant:' || reward_id, 'period:' || $12::int, 'member:' || member_id, amount, 'grant', reference, $12::int, at FROM item WHERE reward = 'granted'
), credited AS (
  INSERT INTO account AS a (name, balance, earned)
  SELECT 'member:' || member_id, sum(amount), sum(amount) FROM item WHERE reward = 'granted' GROUP BY member_id ORDER BY member_id
  ON CONFLICT (name) DO UPDATE SET balance = a.balance + EXCLUDED.balance, earned = a.earned + EXCLUDED.earned
), spent AS (
  SELECT coalesce(sum(amount), 0) AS total FROM item WHERE reward = 'granted'
), debited AS (
  UPDATE account SET balance = balance - (SELECT total FROM spent)::bigint
  WHERE name = 'period:' || $12::int AND (SELECT total FROM spent) > 0
  RETURNING 1
), counted AS (
  UPDATE event e SET attendees = e.attendees + c.arrived
  FROM unnest($13::int[], $14::int[]) AS c (event, arrived) WHERE e.number = c.event AND e.closed_at IS NULL
  RETURNING 1
), announced AS (
  INSERT INTO outbox (topic, subject, payload, created_at) SELECT 'event-card', code, '{}', (SELECT max(at) FROM item) FROM unnest($15::text[]) AS e (code)
), used AS (
  UPDATE event_code c SET used_by = u.member_id, used_at = (SELECT max(at) FROM item)
  FROM unnest($16::int[], $17::bytea[], $18::text[]) AS u (event, code_hash, member_id)
  WHERE c.event = u.event AND c.code_hash = u.code_hash AND c.used_at IS NULL
  RETURNING 1
), missed AS (
  INSERT INTO wrong_code (member_id, event, at) SELECT member_id, event, at FROM unnest($19::text[], $20::int[], $21::timestamptz[]) AS w (member_id, event, at)
), lined AS (
  INSERT INTO audit_line (key, member_id, command, input, reply, at) SELECT key, actor_id, command, input, reply, at FROM item
)
SELECT apart_from_merges()
   AND must_hold((SELECT count(*) FROM debited) = (CASE WHEN (SELECT total FROM spent) > 0 THEN 1 ELSE 0 END), 'period account')
   AND must_hold((SELECT count(*) FROM counted) = coalesce(array_length($13::int[], 1), 0), 'event open')
   AND must_hold((SELECT count(*) FROM used) = coalesce(array_length($16::int[], 1), 0), 'single-use codes') AS kept`
