import type { Arrival, Signal } from '../../core/holds/hold.types.ts'
import { burstsOf, NEW_AT_EVENT, signalsOf } from '../../core/holds/signal.rules.ts'
import { MINUTE, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { cursorOf, holdBySignals, moveCursor } from './note-signals.ts'
import { lockUntilCommit } from './settlement-alerts.ts'

/** Rewards looked at in one transaction. */
const REWARDS_AT_ONCE = 2_000
/** Newcomers of the events among them who are compared with each other, newest first. */
const MOST_NEWCOMERS = 20_000
/** A reward's number is given before its transaction ends: a younger one may still have an older neighbour that cannot be seen yet. */
const SETTLED_AFTER = MINUTE
/** A row of `setting`: number of the last reward that was looked at. */
const LOOKED_UNTIL = 'signals-looked-until'

interface ArrivalRow {
  seq: bigint
  member_id: string
  event: string
  at: Date
  joined_at: Date
  discord_id: string | null
}

const ARRIVAL = Prisma.sql`
  r.seq, member_root(r.member_id) AS member_id, r.reference AS event, r.at, m.joined_at,
  (SELECT a.user_id FROM chat_account a WHERE a.member_id = m.id AND a.platform = 'discord') AS discord_id`

/** Whether there are rewards to look at; asked often, writes nothing. */
export async function hasArrivals({ prisma }: Database, now: Instant): Promise<boolean> {
  const [found] = await prisma.$queryRaw<{ due: boolean }[]>(Prisma.sql`
    SELECT EXISTS (SELECT 1 FROM reward WHERE seq > ${await cursorOf(prisma, LOOKED_UNTIL)} AND at <= ${new Date(now - SETTLED_AFTER)}) AS due`)
  return found?.due === true
}

/** Looks at rewarded check-ins that nobody has looked at, notes what is striking, and lets payouts wait where it is enough. Gives how many members are newly held. */
export async function watchSignals(database: Database, now: Instant): Promise<number> {
  let held = 0
  for (;;) {
    const batch = await database.transaction(async (tx) => ({ keep: true, value: await lookAtBatch(tx, now) }))
    held += batch.held
    if (batch.seen < REWARDS_AT_ONCE) return held
  }
}

async function lookAtBatch(tx: Tx, now: Instant): Promise<{ seen: number; held: number }> {
  // One process at a time, so that no reward is passed over.
  await lockUntilCommit(tx, 'signals')
  const rows = await tx.$queryRaw<ArrivalRow[]>(Prisma.sql`
    SELECT ${ARRIVAL} FROM (
      SELECT * FROM reward WHERE seq > ${await cursorOf(tx, LOOKED_UNTIL)} ORDER BY seq LIMIT ${REWARDS_AT_ONCE}
    ) r JOIN member m ON m.id = r.member_id ORDER BY r.seq`)
  const waiting = rows.findIndex(({ at }) => at.getTime() > now - SETTLED_AFTER)
  const looked = waiting === -1 ? rows : rows.slice(0, waiting)
  const last = looked.at(-1)
  if (last === undefined) return { seen: 0, held: 0 }
  const arrivals = looked.filter(({ event }) => event.startsWith('EVT-')).map(toArrival)
  const signals = [...signalsOf(arrivals), ...(await burstsAt(tx, [...new Set(arrivals.map(({ event }) => event))]))]
  const held = await holdBySignals(tx, signals, now)
  await moveCursor(tx, LOOKED_UNTIL, last.seq)
  return { seen: waiting === -1 ? rows.length : 0, held }
}

/** A burst may lie across two batches, so all newcomers of the events are read again. */
async function burstsAt(tx: Tx, events: readonly string[]): Promise<readonly Signal[]> {
  const bursts: Signal[] = []
  for (const event of events) {
    const number = Number(event.slice('EVT-'.length))
    const rows = await tx.$queryRaw<ArrivalRow[]>(Prisma.sql`
      SELECT ${ARRIVAL} FROM attendance t
      JOIN reward r ON r.id = t.grant_id
      JOIN member m ON m.id = t.member_id
      WHERE t.event = ${number} AND t.undone_at IS NULL AND m.joined_at > t.at - ${NEW_AT_EVENT / 1_000} * interval '1 second'
      ORDER BY t.at DESC LIMIT ${MOST_NEWCOMERS}`)
    bursts.push(...burstsOf(rows.map(toArrival)))
  }
  return bursts
}

function toArrival(row: ArrivalRow): Arrival {
  return {
    memberId: row.member_id,
    event: row.event,
    at: row.at.getTime(),
    joinedAt: row.joined_at.getTime(),
    discordId: row.discord_id ?? undefined,
  }
}
