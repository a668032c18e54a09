import { DAY, type Instant } from '../../core/shared/instant.ts'
import { reviewTexts } from '../../core/review/review.texts.ts'
import { advance } from '../../core/review/verdict.rules.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { notifyMembers } from './notify-member.ts'
import { COUNTED, lockOpenItem, readPanel } from './review-panel.ts'
import { saveChange, type ReviewStoreOptions } from './review-store.ts'
import { alertOperators } from './settlement-alerts.ts'

export interface Reassigned {
  /** Items at which something had to be done. */
  readonly looked: number
  readonly asked: number
  readonly decided: number
  /** Items that nobody is left to decide. */
  readonly waiting: number
}

/** Items in one look; each is a transaction of its own. */
const AT_ONCE = 100
/** The chair hears at most this often that reviewers are missing. */
const TELL_EVERY = DAY
/** A row of `setting`: when they heard the last time, in milliseconds. */
const TOLD_AT = 'reviews-wait-told-at'

/** An open item that time, roles or interests may have changed: somebody is late or may sit no longer, or the panel is not whole. */
const needsLook = (now: Instant): Prisma.Sql => Prisma.sql`
  i.state = 'open' AND (
    (SELECT count(*) FROM review_assignment a WHERE a.item = i.id AND (a.state = 'asked' OR (${COUNTED}))) < i.panel
    OR NOT EXISTS (SELECT 1 FROM review_assignment a WHERE a.item = i.id AND a.state = 'asked')
    OR EXISTS (
      SELECT 1 FROM review_assignment a JOIN member m ON m.id = a.reviewer
      WHERE a.item = i.id AND (a.state = 'asked' OR (a.state = 'decided' AND a.voided_at IS NULL)) AND (
        (a.state = 'asked' AND a.due_at <= ${new Date(now)}) OR m.blocked OR m.id = i.contributor
        OR NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.member_id = m.id AND g.role IN ('reviewer', 'chair'))
        OR EXISTS (SELECT 1 FROM review_interest n WHERE (n.member_id, n.other_id) IN ((m.id, i.contributor), (i.contributor, m.id)))
        OR EXISTS (SELECT 1 FROM campaign c WHERE c.number = i.campaign AND c.proposed_by = m.id)
        OR EXISTS (SELECT 1 FROM campaign_member t WHERE t.campaign = i.campaign AND t.member_id = m.id))))`

/** Whether any item is worth a look; asked often, writes nothing. */
export async function isReassignmentDue({ prisma }: Database, now: Instant): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ due: boolean }[]>(
    Prisma.sql`SELECT EXISTS (SELECT 1 FROM review_item i WHERE ${needsLook(now)}) AS due`,
  )
  return row?.due === true
}

/**
 * Relieves reviewers who are late or may sit no longer, and asks others. Safe late, twice and on several machines: each item is locked and judged by what is
 * true then. When nobody is left who may be asked the item waits, and chairs and operators are told, once a day at most.
 */
export async function reassignReviews(database: Database, options: ReviewStoreOptions, now: Instant): Promise<Reassigned> {
  const sum = { looked: 0, asked: 0, decided: 0, waiting: 0 }
  for (let after = 0n; ;) {
    const rows = await database.prisma.$queryRaw<{ id: bigint }[]>(
      Prisma.sql`SELECT i.id FROM review_item i WHERE i.id > ${after} AND ${needsLook(now)} ORDER BY i.id LIMIT ${AT_ONCE}`,
    )
    for (const { id } of rows) {
      const done = await database.transaction(async (tx) => ({ keep: true, value: await look(tx, options, id, now) }))
      sum.looked += 1
      sum.asked += done.asked
      sum.decided += done.isDecided ? 1 : 0
      sum.waiting += done.isWaiting ? 1 : 0
    }
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.id
  }
  if (sum.waiting > 0) await tellOfWaiting(database, sum.waiting, now)
  return sum
}

async function look(tx: Tx, options: ReviewStoreOptions, id: bigint, now: Instant) {
  if ((await lockOpenItem(tx, id)) === undefined) return { asked: 0, isWaiting: false, isDecided: false }
  const panel = await readPanel(tx, id)
  const change = advance(panel, { kind: 'look' }, now)
  const asked = await saveChange(tx, options, panel, change, now)
  const isDecided = change.decision !== undefined
  return { asked, isWaiting: !isDecided && asked < change.ask && (await isStuck(tx, id)), isDecided }
}

/** Whether those who are asked cannot decide by themselves; a panel that is not whole may still be enough. */
async function isStuck(tx: Tx, id: bigint): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ stuck: boolean }[]>(Prisma.sql`
    SELECT count(*) FILTER (WHERE a.state = 'asked') = 0 OR count(*) FILTER (WHERE a.state = 'asked' OR (${COUNTED})) < i.needed AS stuck
    FROM review_item i LEFT JOIN review_assignment a ON a.item = i.id WHERE i.id = ${id} GROUP BY i.id`)
  return row?.stuck === true
}

async function tellOfWaiting(database: Database, count: number, now: Instant): Promise<void> {
  await database.transaction(async (tx) => {
    // Whoever comes at the same time waits for this row, and then finds the day taken.
    const claimed = await tx.$executeRaw(Prisma.sql`
      INSERT INTO setting (key, value) VALUES (${TOLD_AT}, ${String(now)})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE setting.value::bigint <= ${now - TELL_EVERY}`)
    if (claimed === 0) return { keep: false, value: undefined }
    const chairs = await tx.roleGrant.findMany({ where: { role: 'chair', member: { mergedInto: null } }, select: { memberId: true } })
    await notifyMembers(tx, new Map(chairs.map(({ memberId }) => [memberId, reviewTexts.say('told_waiting', { count })])), now)
    await alertOperators(tx, 'reviews-wait', { items: String(count) }, now)
    return { keep: true, value: undefined }
  })
}
