import { countedAttendance, type Attended } from '../../core/identity/merge.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { recordChange, recordedNumbers, swapRows, type MergeOfTwo } from './merge-moves.ts'

interface TwiceRow {
  event: number
  own_at: Date
  own_undone: boolean
  own_grant: string
  own_reward: string | null
  other_at: Date
  other_undone: boolean
  other_grant: string
  other_reward: string | null
}

const VOIDED = 'void:attendance'
const SWAPPED = 'swap:attendance'
const DROPPED = 'drop:reward'
const DRAFT_SWAPPED = 'swap:form_draft'

/**
 * What one person did twice is one: of two attendances of an event the survivor keeps the one that counts, the other one is undone for as long as the merge
 * stands. Gives the sum of the rewards that are therefore paid once too often.
 */
export async function joinDoubles(tx: Tx, merge: MergeOfTwo, by: string, now: Instant): Promise<bigint> {
  const at = new Date(now)
  const swapped: number[] = []
  const voided: number[] = []
  const later: string[] = []
  for (const row of await attendedTwice(tx, merge)) {
    const own = toAttended(row.own_at, row.own_undone, row.own_reward)
    const other = toAttended(row.other_at, row.other_undone, row.other_reward)
    const counted = countedAttendance(own, other)
    if (counted === 'neither') continue
    if (counted === 'merged') swapped.push(row.event)
    const isOver = counted === 'merged' ? own.isUndone : other.isUndone
    if (isOver) continue
    voided.push(row.event)
    later.push(counted === 'merged' ? row.own_grant : row.other_grant)
  }
  await swapRows(tx, 'attendance', merge, swapped)
  await recordChange(
    tx,
    merge.id,
    SWAPPED,
    swapped.map((event) => ({ event })),
  )
  await tx.$executeRaw(Prisma.sql`
    UPDATE attendance SET undone_at = ${at}, undone_by = ${by}, undone_reason = ${`merge ${merge.id}`}
    WHERE member_id = ${merge.merged} AND event = ANY (${voided}::int[])`)
  await recordChange(
    tx,
    merge.id,
    VOIDED,
    voided.map((event) => ({ event })),
  )
  await tx.$executeRaw(Prisma.sql`UPDATE event SET attendees = attendees - 1 WHERE number = ANY (${voided}::int[])`)
  await showAgain(tx, voided, at)
  await joinDrafts(tx, merge)
  later.push(...(await submittedTwice(tx, merge)))
  return holdBackRewards(tx, merge, later, at)
}

/** Takes {@link joinDoubles} back. A place that was taken meanwhile is not taken away again: the event has one more. */
export async function partDoubles(tx: Tx, merge: MergeOfTwo, now: Instant): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    UPDATE reward r SET status = 'unfunded', reversed_at = NULL FROM member_merge_move v
    WHERE v.merge_id = ${merge.id} AND v.what = ${DROPPED} AND r.id = v.key ->> 'id' AND r.status = 'reversed'`)
  await tx.$executeRaw(Prisma.sql`UPDATE reward SET doubled_in = NULL WHERE doubled_in = ${merge.id}`)
  const voided = await recordedNumbers(tx, merge.id, VOIDED, 'event')
  await tx.$executeRaw(Prisma.sql`
    UPDATE event SET attendees = attendees + 1, capacity = greatest(capacity, CASE WHEN capacity IS NOT NULL THEN attendees + 1 END)
    WHERE number = ANY (${voided}::int[])`)
  await showAgain(tx, voided, new Date(now))
  await tx.$executeRaw(Prisma.sql`
    UPDATE attendance SET undone_at = NULL, undone_by = NULL, undone_reason = NULL
    WHERE member_id = ${merge.merged} AND event = ANY (${voided}::int[]) AND undone_reason = ${`merge ${merge.id}`}`)
  await swapRows(tx, 'attendance', merge, await recordedNumbers(tx, merge.id, SWAPPED, 'event'))
  await swapRows(tx, 'form_draft', merge, await recordedNumbers(tx, merge.id, DRAFT_SWAPPED, 'form'))
}

async function attendedTwice(tx: Tx, { survivor, merged }: MergeOfTwo): Promise<readonly TwiceRow[]> {
  return tx.$queryRaw(Prisma.sql`
    SELECT own.event, own.at AS own_at, own.undone_at IS NOT NULL AS own_undone, own.grant_id AS own_grant, ro.status AS own_reward,
           other.at AS other_at, other.undone_at IS NOT NULL AS other_undone, other.grant_id AS other_grant, rt.status AS other_reward
    FROM attendance own JOIN attendance other ON other.event = own.event AND other.member_id = ${merged}
    LEFT JOIN reward ro ON ro.id = own.grant_id LEFT JOIN reward rt ON rt.id = other.grant_id
    WHERE own.member_id = ${survivor} ORDER BY own.event`)
}

function toAttended(at: Date, isUndone: boolean, reward: string | null): Attended {
  const known = (['granted', 'unfunded', 'reversed'] as const).find((each) => each === reward)
  return { at: at.getTime(), isUndone, reward: known ?? 'none' }
}

/** Two submissions in one place of a form that were both paid: the later one's reward. */
async function submittedTwice(tx: Tx, { survivor, merged }: MergeOfTwo): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ reward: string }[]>(Prisma.sql`
    SELECT CASE WHEN own.contributed_at <= other.contributed_at THEN other.reward_id ELSE own.reward_id END AS reward
    FROM submission own JOIN submission other ON other.form = own.form AND other.slot = own.slot AND other.member_id = ${merged}
    WHERE own.member_id = ${survivor} AND own.reward_id IS NOT NULL AND other.reward_id IS NOT NULL`)
  return rows.map(({ reward }) => reward)
}

/** Of two drafts of one form the newer one goes on; the other waits with the merged member. */
async function joinDrafts(tx: Tx, merge: MergeOfTwo): Promise<void> {
  const rows = await tx.$queryRaw<{ form: number }[]>(Prisma.sql`
    SELECT own.form FROM form_draft own JOIN form_draft other ON other.form = own.form AND other.member_id = ${merge.merged}
    WHERE own.member_id = ${merge.survivor} AND other.updated_at > own.updated_at`)
  await swapRows(
    tx,
    'form_draft',
    merge,
    rows.map(({ form }) => form),
  )
  await recordChange(tx, merge.id, DRAFT_SWAPPED, rows)
}

/** What a dispute has taken back of a row of `reward`: it is not there any more to be taken for anything else. */
export const CORRECTED = Prisma.sql`coalesce((SELECT c.amount FROM dispute d JOIN correction c ON c.id = d.correction_id WHERE d.reward_id = reward.id), 0)`

/** Marks rewards that were paid, and drops those that were still to be paid. Gives the sum of the former. */
async function holdBackRewards(tx: Tx, merge: MergeOfTwo, ids: readonly string[], at: Date): Promise<bigint> {
  if (ids.length === 0) return 0n
  const dropped = await tx.$queryRaw<{ id: string }[]>(Prisma.sql`
    UPDATE reward SET status = 'reversed', reversed_at = ${at} WHERE id = ANY (${[...ids]}::text[]) AND status = 'unfunded' RETURNING id`)
  await recordChange(tx, merge.id, DROPPED, dropped)
  const [sum] = await tx.$queryRaw<{ total: bigint }[]>(Prisma.sql`
    WITH doubled AS (
      UPDATE reward SET doubled_in = ${merge.id} WHERE id = ANY (${[...ids]}::text[]) AND status = 'granted' AND doubled_in IS NULL
      RETURNING amount - ${CORRECTED} AS amount
    ) SELECT coalesce(sum(amount), 0)::bigint AS total FROM doubled`)
  return sum!.total
}

/** Cards of events that go on tell how many have come. */
async function showAgain(tx: Tx, events: readonly number[], at: Date): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO outbox (topic, subject, payload, created_at)
    SELECT 'event-card', 'EVT-' || number, '{}', ${at} FROM event WHERE number = ANY (${[...events]}::int[]) AND closed_at IS NULL AND closes_at > ${at} ORDER BY number`)
}
