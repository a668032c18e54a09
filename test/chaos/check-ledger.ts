import type pg from 'pg'
import type { Book } from './book.ts'

const TOTAL = 100_000_000_000_000_000n
const GRANTED = `SELECT coalesce(sum(t.amount), 0) FROM transfer t WHERE t.kind = 'grant' AND t.debit_account = 'period:' || p.number`
const MOVED = `SELECT coalesce(sum(amount) FILTER (WHERE credit_account = a.name), 0) - coalesce(sum(amount) FILTER (WHERE debit_account = a.name), 0)
  FROM transfer WHERE credit_account = a.name OR debit_account = a.name`

/** Each query names what must not be; a row is a violation and tells which one. */
const NEVER: Readonly<Record<string, string>> = {
  'the accounts do not sum to 10^17': `SELECT sum(balance)::text AS which FROM account HAVING sum(balance) <> ${TOTAL}`,
  'an account is negative': `SELECT name AS which FROM account WHERE balance < 0`,
  'an account is not the sum of its transfers': `SELECT name AS which FROM account a WHERE name NOT IN ('unreleased', 'pool') AND balance <> (${MOVED})`,
  'a period granted more than its release': `SELECT number::text AS which FROM period p WHERE (${GRANTED}) > release`,
  'a closed period granted and burned something else than its release': `SELECT number::text AS which FROM period p WHERE closed_at IS NOT NULL AND (${GRANTED}) + burned <> release`,
  'a closed period has something left': `SELECT number::text AS which FROM period p JOIN account a ON a.name = 'period:' || p.number WHERE closed_at IS NOT NULL AND a.balance <> 0`,
  'two rewards for one member and event': `SELECT member_id || ' ' || reference AS which FROM reward WHERE kind = 'attendance' GROUP BY member_id, reference HAVING count(*) > 1`,
  'an attendance without its reward': `SELECT a.event || ' ' || a.member_id AS which FROM attendance a WHERE NOT EXISTS (SELECT 1 FROM reward r WHERE r.id = a.grant_id)`,
  'a granted reward without its transfer': `SELECT id AS which FROM reward r WHERE status = 'granted'
     AND NOT EXISTS (SELECT 1 FROM transfer t WHERE t.id = 'grant:' || r.id AND t.amount = r.amount AND t.debit_account = 'period:' || r.period AND t.credit_account = 'member:' || r.member_id)`,
  'a grant without a granted reward': `SELECT id AS which FROM transfer t WHERE kind = 'grant' AND NOT EXISTS (SELECT 1 FROM reward r WHERE t.id = 'grant:' || r.id AND r.status = 'granted')`,
  'an event counts other attendees than it has': `SELECT number::text AS which FROM event e WHERE attendees <> (SELECT count(*) FROM attendance a WHERE a.event = e.number AND a.undone_at IS NULL)`,
  'earned is not what was granted': `SELECT name AS which FROM account a
     WHERE NOT EXISTS (SELECT 1 FROM member_merge g WHERE a.name IN ('member:' || g.survivor, 'member:' || g.merged)) AND earned <> (SELECT coalesce(sum(amount), 0) FROM transfer t WHERE t.kind = 'grant' AND t.credit_account = a.name)
     - (SELECT coalesce(sum(amount), 0) FROM transfer t WHERE t.kind IN ('reversal', 'correction') AND t.debit_account = a.name AND a.name LIKE 'member:%')`,
  'all together earned something else than was granted and counts once': `SELECT 'all' AS which WHERE (SELECT sum(earned) FROM account) <>
     (SELECT coalesce(sum(amount) FILTER (WHERE kind = 'grant'), 0) - coalesce(sum(amount) FILTER (WHERE kind IN ('reversal', 'correction') AND debit_account LIKE 'member:%'), 0) FROM transfer)
     - (SELECT coalesce(sum(doubled), 0) FROM member_merge WHERE undone_at IS NULL)`,
  'a submission was approved and not rewarded': `SELECT 'SUB-' || number AS which FROM submission s WHERE status = 'approved' AND NOT EXISTS (SELECT 1 FROM reward r WHERE r.id = s.reward_id)`,
  'two rewards for one submission': `SELECT reference AS which FROM reward WHERE reference LIKE 'SUB-%' AND kind <> 'correction' GROUP BY reference HAVING count(*) > 1`,
  'an item was approved by fewer than it takes': `SELECT subject AS which FROM review_item i WHERE outcome = 'approved' AND needed >
     (SELECT count(*) FROM review_assignment a WHERE a.item = i.id AND a.revision = i.revision AND a.verdict IN ('approve', 'duplicate') AND a.voided_at IS NULL)`,
  'somebody decided about themselves': `SELECT subject AS which FROM review_item i JOIN review_assignment a ON a.item = i.id
     WHERE a.reviewer = i.contributor AND a.state = 'decided' AND a.voided_at IS NULL`,
  'a dispute was corrected to something else than the panel said': `SELECT 'DSP-' || d.number AS which FROM dispute d WHERE coalesce(d.granted_id, d.correction_id) IS NOT NULL AND d.new_amount <>
     (SELECT r.amount FROM reward r WHERE r.id = d.reward_id) + (SELECT coalesce(sum(r.amount), 0) FROM reward r WHERE r.id = d.granted_id) - (SELECT coalesce(sum(c.amount), 0) FROM correction c WHERE c.id = d.correction_id)`,
  'a link holds back more than was rewarded twice': `SELECT id AS which FROM member_merge WHERE escrowed > doubled`,
  'a correction in one place and not in the other': `SELECT coalesce(c.id, t.id) AS which FROM correction c
     FULL JOIN (SELECT * FROM transfer WHERE kind = 'correction') t ON t.id = 'correction:' || c.id WHERE (c.amount = t.amount) IS NOT TRUE`,
  'a withdrawal without its debit': `SELECT id AS which FROM withdrawal w
     WHERE NOT EXISTS (SELECT 1 FROM transfer t WHERE t.id = 'withdrawal:' || w.id AND t.amount = w.amount AND t.debit_account = 'member:' || w.member_id AND t.credit_account = 'leaving')`,
  'a debit without its withdrawal': `SELECT id AS which FROM transfer t WHERE kind = 'withdrawal' AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE t.id = 'withdrawal:' || w.id)`,
  'a withdrawal is paid in one place and not in another': `SELECT id AS which FROM withdrawal w
     WHERE (paid_at IS NOT NULL) <> EXISTS (SELECT 1 FROM transfer t WHERE t.id = 'payout:' || w.id AND t.amount = w.amount)`,
  'leaving is not what waits to be paid': `SELECT balance::text AS which FROM account WHERE name = 'leaving' AND balance <> (SELECT coalesce(sum(amount), 0) FROM withdrawal WHERE paid_at IS NULL)`,
  'payout lines have a gap': `SELECT max(serial)::text AS which FROM withdrawal HAVING max(serial) <> count(serial)`,
  'grants have a gap': `SELECT max(serial)::text AS which FROM reward HAVING max(serial) <> count(serial)`,
  'a signer has stopped': `SELECT key || ' ' || value AS which FROM setting WHERE key LIKE 'halted:%'`,
  'a withdrawal is held to be unpayable': `SELECT key || ' ' || value AS which FROM setting WHERE key LIKE 'unpayable:%'`,
}

/** What must be over when nothing disturbs any more. */
const NOT_AT_THE_END: Readonly<Record<string, string>> = {
  'a transaction is not settled': `SELECT kind || ' ' || subject AS which FROM chain_intent WHERE state <> 'settled'`,
  'a withdrawal is not paid': `SELECT id AS which FROM withdrawal WHERE paid_at IS NULL`,
  'payouts are halted': `SELECT value AS which FROM setting WHERE key = 'payouts-halted'`,
  'an ended period is not closed': `SELECT number::text AS which FROM period WHERE closed_at IS NULL AND number < (SELECT max(number) FROM period)`,
}

const CHECK_INS = `
SELECT q.user_id, q.event, q.keys,
       (SELECT count(*)::int FROM attendance a WHERE a.member_id = c.member_id AND a.event = q.event) AS attended,
       (SELECT count(*)::int FROM reward r WHERE r.member_id = c.member_id AND r.reference = 'EVT-' || q.event) AS rewards,
       (SELECT count(*)::int FROM audit_line l WHERE l.key = ANY (string_to_array(q.keys, ' ')) AND l.member_id = c.member_id) AS lines
FROM unnest($1::text[], $2::int[], $3::text[]) AS q (user_id, event, keys)
JOIN chat_account c ON c.platform = CASE WHEN q.user_id ~ '^[0-9]+$' THEN 'discord' ELSE 'console' END AND c.user_id = q.user_id`

const WITHDRAWALS = `
SELECT q.key, (SELECT count(*)::int FROM withdrawal w WHERE w.member_id = c.member_id AND w.amount = q.amount AND w.address = q.address) AS found
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS q (user_id, key, amount, address)
JOIN chat_account c ON c.platform = CASE WHEN q.user_id ~ '^[0-9]+$' THEN 'discord' ELSE 'console' END AND c.user_id = q.user_id`

/** Compares the database with itself and with what was promised. One snapshot for all, taken after `book` was read. */
export async function checkLedger(client: pg.Client, book: Book, isFinal: boolean): Promise<string[]> {
  const promised = promises(book)
  const found: string[] = []
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  for (const [what, sql] of Object.entries({ ...NEVER, ...(isFinal ? NOT_AT_THE_END : {}) })) {
    const { rows } = await client.query<{ which: string }>(`${sql} LIMIT 3`)
    for (const { which } of rows) found.push(`${what}: ${which}`)
  }
  found.push(...(await checkPromises(client, promised, isFinal ? book.joined : undefined)))
  await client.query('COMMIT')
  return found
}

interface Attended {
  readonly userId: string
  readonly event: number
  readonly keys: Set<string>
  readonly done: Set<string>
  isKnown: boolean
}

/** What was said until now, copied before the database is read: what is said meanwhile is looked at the next time. */
function promises(book: Book) {
  const attended = new Map<string, Attended>()
  for (const { userId, event, key, outcome } of book.checkIns) {
    const id = `${userId} ${event}`
    const one = attended.get(id) ?? { userId, event, keys: new Set(), done: new Set(), isKnown: true }
    attended.set(id, one)
    one.keys.add(key)
    if (outcome === 'done') one.done.add(key)
    if (outcome === undefined) one.isKnown = false
  }
  return { attended: [...attended.values()], withdrawals: book.withdrawals.map((attempt) => ({ ...attempt })) }
}

async function checkPromises(
  client: pg.Client,
  { attended, withdrawals }: ReturnType<typeof promises>,
  /** Set at the end: who may have attended by another account. */
  joined: ReadonlySet<string> | undefined,
): Promise<string[]> {
  const found: string[] = []
  const rows = await client.query<{ user_id: string; event: number; attended: number; rewards: number; lines: number }>(CHECK_INS, [
    attended.map(({ userId }) => userId),
    attended.map(({ event }) => event),
    attended.map(({ keys }) => [...keys].join(' ')),
  ])
  const rowOf = new Map(rows.rows.map((row) => [`${row.user_id} ${row.event}`, row]))
  for (const { userId, event, done, isKnown } of attended) {
    const row = rowOf.get(`${userId} ${event}`)
    const inDatabase = [row?.attended ?? 0, row?.rewards ?? 0, row?.lines ?? 0]
    const shown = `${userId} at event ${event}: ${inDatabase.join(', ')} attendances, rewards, answers`
    if (done.size > 1) found.push(`a check-in was granted ${done.size} times: ${shown}`)
    if (inDatabase.some((count) => count > 1)) found.push(`a check-in is there twice: ${shown}`)
    if (done.size === 1 && inDatabase.some((count) => count !== 1)) found.push(`an acknowledged check-in is lost: ${shown}`)
    if (joined?.has(userId) === false && isKnown && done.size === 0 && inDatabase.some((count) => count !== 0))
      found.push(`a check-in is there and was refused each time: ${shown}`)
  }
  const counts = await client.query<{ key: string; found: number }>(WITHDRAWALS, [
    withdrawals.map(({ userId }) => userId),
    withdrawals.map(({ key }) => key),
    withdrawals.map(({ amount }) => amount.toString()),
    withdrawals.map(({ address }) => address),
  ])
  const countOf = new Map(counts.rows.map((row) => [row.key, row.found]))
  for (const { key, outcome, amount } of withdrawals) {
    const count = countOf.get(key) ?? 0
    if (count > 1) found.push(`a withdrawal is there ${count} times: ${key} of ${amount}`)
    if (outcome === 'done' && count === 0) found.push(`an acknowledged withdrawal is lost: ${key} of ${amount}`)
    if (outcome !== undefined && outcome !== 'done' && count > 0) found.push(`a refused withdrawal is there: ${key} of ${amount}`)
  }
  return found
}
