import { PANEL_COLUMNS } from './review-panel.ts'

/** Facts of a batch of approvals, one row each in the order asked. $1 subjects, $2 keys, $3 and $4 the accounts, $5 their members by then. */
export const LOAD_APPROVALS = `
SELECT i.*, l.reply AS "earlierReply", l.member_id AS "earlierMember", l.command AS "earlierCommand",
       EXISTS (SELECT 1 FROM chat_account c WHERE c.platform = q.platform AND c.user_id = q.user_id AND c.member_id <> q.reviewer) AS "isAnother",
       merges_so_far() AS merges, last.id IS NOT NULL AS "hasLast", last.outcome AS "lastOutcome",
       (SELECT v.definition -> 'reward' ->> 'kind'
        FROM submission s JOIN submission_revision r ON r.submission = s.number AND r.revision = s.revision
        JOIN form_version v ON v.form = r.form AND v.version = r.version
        WHERE s.number = CASE WHEN i.kind IN ('submission', 'appeal') THEN substr(i.subject, 5)::int END AND s.status = 'in-review') AS "rewardKind"
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS q (asked, key, platform, user_id, reviewer, place)
LEFT JOIN LATERAL (SELECT ${PANEL_COLUMNS.sql} FROM review_item i WHERE i.subject = q.asked AND i.state = 'open') i ON true
LEFT JOIN LATERAL (
  SELECT o.id, o.outcome FROM review_item o WHERE o.subject = q.asked AND o.state <> 'open' ORDER BY o.id DESC LIMIT 1) last ON i.id IS NULL
LEFT JOIN audit_line l ON l.key = q.key
ORDER BY q.place`

/**
 * Writes decided approvals in one statement, so that they are all there or not at all: verdicts, decided items, submissions, rewards, transfers with both
 * balances, what contributors are told, audit lines. Whoever was faster at an item, a seat or the month makes it a lost race. The month, which everybody who
 * grants waits for, is written last.
 * Members are who they were when the facts were read: a merge since then makes it a lost race, too.
 * $1-$9 columns of the approvals, $10 period, $11-$17 of those that decided, $18-$19 seats that are released, $20 merges that were seen.
 */
export const SAVE_APPROVALS = `
WITH act AS (
  SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::bigint[], $5::int[], $6::timestamptz[], $7::text[], $8::text[], $9::text[])
    AS a (item, acts, reviewer, amount, revision, at, key, input, reply)
), outcome AS (
  SELECT d.*, 'SUB-' || d.submission AS reference, 'sub:' || d.submission AS reward_id, a.at
  FROM unnest($11::bigint[], $12::int[], $13::text[], $14::bigint[], $15::text[], $16::text[], $17::text[])
    AS d (item, submission, member_id, amount, kind, status, message) JOIN act a ON a.item = d.item
), acted AS (
  UPDATE review_item i SET acts = i.acts + 1, state = CASE WHEN o.item IS NULL THEN 'open' ELSE 'decided' END,
    outcome = CASE WHEN o.item IS NULL THEN NULL ELSE 'approved' END, amount = o.amount, reason = CASE WHEN o.item IS NULL THEN NULL ELSE '' END, decided_at = o.at
  FROM act a LEFT JOIN outcome o ON o.item = a.item WHERE i.id = a.item AND i.state = 'open' AND i.acts = a.acts
  RETURNING 1
), given AS (
  UPDATE review_assignment s SET state = 'decided', verdict = 'approve', amount = a.amount, revision = a.revision, decided_at = a.at
  FROM act a WHERE s.item = a.item AND s.reviewer = a.reviewer AND s.state = 'asked'
  RETURNING 1
), released AS (
  UPDATE review_assignment s SET state = 'released' FROM unnest($18::bigint[], $19::text[]) AS r (item, reviewer)
  WHERE s.item = r.item AND s.reviewer = r.reviewer AND s.state = 'asked'
  RETURNING 1
), approved AS (
  UPDATE submission s SET status = 'approved', decided_at = o.at, reward_id = o.reward_id FROM outcome o
  WHERE s.number = o.submission AND s.status = 'in-review' AND s.reward_id IS NULL
  RETURNING 1
), rewarded AS (
  INSERT INTO reward (id, member_id, kind, reference, amount, period, status, at)
  SELECT reward_id, member_id, kind, reference, amount, $10::int, status, at FROM outcome
  RETURNING 1
), moved AS (
  INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
  SELECT 'grant:' || reward_id, 'period:' || $10::int, 'member:' || member_id, amount, 'grant', reference, $10::int, at FROM outcome WHERE status = 'granted'
  RETURNING 1
), told AS (
  INSERT INTO inbox_message (member_id, reply, created_at) SELECT member_id, message, at FROM outcome
  RETURNING 1
), shown AS (
  INSERT INTO outbox (topic, subject, payload, created_at) SELECT 'review-card', i.subject, '{}', a.at FROM act a JOIN review_item i ON i.id = a.item
  RETURNING 1
), lined AS (
  INSERT INTO audit_line (key, member_id, command, input, reply, at) SELECT key, reviewer, 'review approve', input, reply, at FROM act
  RETURNING 1
), spent AS (
  SELECT coalesce(sum(amount), 0)::bigint AS total FROM outcome WHERE status = 'granted'
), debited AS (
  UPDATE account SET balance = balance - (SELECT total FROM spent)
  WHERE name = 'period:' || $10::int AND (SELECT total FROM spent) > 0 AND balance >= (SELECT total FROM spent)
  RETURNING 1
), credited AS (
  INSERT INTO account AS a (name, balance, earned)
  SELECT 'member:' || member_id, sum(amount), sum(amount) FROM outcome WHERE status = 'granted' GROUP BY member_id ORDER BY member_id
  ON CONFLICT (name) DO UPDATE SET balance = a.balance + EXCLUDED.balance, earned = a.earned + EXCLUDED.earned
)
SELECT apart_from_merges_since($20::bigint, $3::text[] || $13::text[])
   AND must_hold((SELECT count(*) FROM acted) = array_length($1::bigint[], 1), 'the open items')
   AND must_hold((SELECT count(*) FROM given) = array_length($1::bigint[], 1), 'the reviewers'' seats')
   AND must_hold((SELECT count(*) FROM released) = coalesce(array_length($18::bigint[], 1), 0), 'the seats that were asked')
   AND must_hold((SELECT count(*) FROM approved) = (SELECT count(*) FROM outcome), 'the submissions in review')
   AND (SELECT count(*) FROM rewarded) + (SELECT count(*) FROM moved) + (SELECT count(*) FROM told) + (SELECT count(*) FROM shown) + (SELECT count(*) FROM lined) > 0
   AND must_hold((SELECT count(*) FROM debited) = (CASE WHEN (SELECT total FROM spent) > 0 THEN 1 ELSE 0 END), 'the release of the month') AS kept`
